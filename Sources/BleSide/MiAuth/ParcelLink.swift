/// One side of the parcel layer (protocol.md 6.4): sends one parcel at a time, receives another, and asks again for
/// what was lost. No I/O: packets to send collect in `outgoing`.
struct ParcelLink: Sendable {
  enum Event: Hashable, Sendable {
    case sent(ParcelKind)
    case received(ParcelKind, [UInt8])
    case refused(ParcelControl.Acknowledgement)
    case timedOut
  }

  private struct Sending: Sendable {
    var kind: ParcelKind
    var packets: [[UInt8]]
    var isShort: Bool
    var wasReady = false
    var retries: Int
    var deadline: Int64
    /// The other side may take its time to get ready: it waits for a person.
    var patience: Int64
  }

  private struct Receiving: Sendable {
    var retries: Int
    var deadline: Int64
  }

  let timing: AuthTiming
  /// Data bytes in a packet: the ATT payload less the index.
  let packetSize: Int
  /// Packets to send, in order; whoever owns the link takes them.
  var outgoing: [AuthPacket] = []
  /// While set, an announced parcel waits for its "ready".
  private(set) var holds = false

  private var sending: Sending?
  private var receiving: Receiving?
  private var assembler = ParcelAssembler()

  init(timing: AuthTiming, packetSize: Int = 18) {
    self.timing = timing
    self.packetSize = max(1, packetSize)
  }

  /// When `advance` must be called at the latest; nil when nothing is waited for.
  var deadline: Int64? {
    [sending?.deadline, holds ? nil : receiving?.deadline].compactMap { $0 }.min()
  }

  /// Starts a parcel. `short` sends it in one packet where it fits; `patience` is how long the other side may take
  /// to get ready.
  mutating func send(_ kind: ParcelKind, _ data: [UInt8], at time: Int64, short: Bool = false, patience: Int64 = 0) {
    let isShort = short && data.count + 4 <= packetSize + 2
    let packets = stride(from: 0, to: data.count, by: packetSize).enumerated().map { number, start in
      [UInt8(truncatingIfNeeded: number + 1), UInt8(truncatingIfNeeded: (number + 1) >> 8)]
        + data[start..<min(start + packetSize, data.count)]
    }
    sending = Sending(
      kind: kind, packets: isShort ? [ParcelControl.short(kind, data).bytes] : packets, isShort: isShort,
      retries: timing.retries, deadline: time + timing.packet, patience: time + patience)
    knock()
  }

  /// Announces the parcel under way, or sends it when it is short.
  private mutating func knock() {
    guard let sending else { return }
    if sending.isShort {
      outgoing.append(contentsOf: sending.packets.map { AuthPacket(.parcels, $0) })
    } else {
      emit(.announce(sending.kind, count: sending.packets.count))
    }
  }

  /// From now on announced parcels wait until `release`.
  mutating func hold() { holds = true }

  /// Answers a parcel that was announced meanwhile.
  mutating func release(at time: Int64) {
    guard holds else { return }
    holds = false
    if receiving != nil { ready(at: time) }
  }

  mutating func push(_ bytes: [UInt8], at time: Int64) -> Event? {
    let wasComplete = assembler.isComplete
    switch assembler.push(bytes) {
    case .control(.announce):
      receiving = Receiving(retries: timing.retries, deadline: time + timing.packet)
      if !holds { ready(at: time) }
      return nil
    case .control(let control): return steer(control, at: time)
    case .stored(let index):
      if wasComplete {
        // The other side missed the acknowledgement.
        if index == assembler.expected { emit(.acknowledge(.success)) }
      } else {
        receiving?.deadline = time + timing.packet
        if index == assembler.expected, let first = assembler.missing.first { emit(.lost([first])) }
      }
      return nil
    case .complete(let kind, let data):
      receiving = nil
      emit(ParcelControl(bytes) == nil ? .acknowledge(.success) : .shortAcknowledge(0))
      return .received(kind, data)
    case .strange: return nil
    }
  }

  /// What the other side says about the parcel that this side sends.
  private mutating func steer(_ control: ParcelControl, at time: Int64) -> Event? {
    guard let kind = sending?.kind, let packets = sending?.packets else { return nil }
    switch control {
    case .acknowledge(.ready):
      sending?.wasReady = true
      sending?.deadline = time + timing.packet
      outgoing.append(contentsOf: packets.map { AuthPacket(.parcels, $0) })
      return nil
    case .acknowledge(.success), .shortAcknowledge(0):
      sending = nil
      return .sent(kind)
    case .lost(let indices):
      sending?.deadline = time + timing.packet
      for index in indices where packets.indices.contains(index - 1) {
        outgoing.append(AuthPacket(.parcels, packets[index - 1]))
      }
      return nil
    case .acknowledge(let refusal):
      sending = nil
      return .refused(refusal)
    case .shortAcknowledge:
      sending = nil
      return .refused(.cancel)
    default: return nil
    }
  }

  /// Says that the other side went on, which it does only after it has the parcel: its acknowledgement was lost.
  mutating func takeAsSent() { sending = nil }

  /// Tells the time: what is overdue is asked for again, and given up at last.
  mutating func advance(to time: Int64) -> Event? {
    if let current = sending, time >= current.deadline {
      let waitsForPerson = !current.wasReady && time < current.patience
      guard current.retries > 0 || waitsForPerson else {
        sending = nil
        return .timedOut
      }
      sending?.deadline = time + timing.packet
      if !waitsForPerson { sending?.retries -= 1 }
      if current.wasReady, let last = current.packets.last {
        outgoing.append(AuthPacket(.parcels, last))
      } else {
        knock()
      }
    }
    if !holds, let current = receiving, time >= current.deadline {
      guard current.retries > 0 else {
        receiving = nil
        return .timedOut
      }
      receiving = Receiving(retries: current.retries - 1, deadline: time + timing.packet)
      let missing = assembler.missing
      if missing.count == assembler.expected {
        emit(.acknowledge(.ready))
      } else if let first = missing.first {
        emit(.lost([first]))
      }
    }
    return nil
  }

  private mutating func ready(at time: Int64) {
    receiving?.deadline = time + timing.packet
    emit(.acknowledge(.ready))
  }

  private mutating func emit(_ control: ParcelControl) {
    outgoing.append(AuthPacket(.parcels, control.bytes))
  }
}
