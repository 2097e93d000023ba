public import NinebotBus

/// What the host gets from an adapter in one go.
public struct AdapterPacket: Hashable, Sendable {
  /// Nanoseconds: when the host has it.
  public var arrival: Int64
  public var bytes: [UInt8]
  /// One for each byte, or empty where none was faulty.
  public var faults: [LineFault]

  public init(arrival: Int64, bytes: [UInt8], faults: [LineFault] = []) {
    self.arrival = arrival
    self.bytes = bytes
    self.faults = faults
  }
}

/// An adapter at work: timed bytes in, packets out.
public struct Adapter: Sendable {
  public let model: AdapterModel
  /// Packets not yet taken, in order of arrival.
  public private(set) var packets: [AdapterPacket] = []

  private let byteTime: Int64
  private let idleTime: Int64
  private var random: SplitMix64
  /// Offset of the USB frames from time 0.
  private let phase: Int64
  private var bytes: [UInt8] = []
  private var faults: [LineFault] = []
  private var isFaulty = false
  private var nextTimer: Int64
  private var lastByte: Int64 = .min
  private var lastArrival: Int64 = .min

  public init(_ model: AdapterModel, baud: Baud = .standard, seed: UInt64 = 1) {
    self.model = model
    // The receiver has the byte in the middle of the stop bit.
    byteTime = baud.duration(bytes: 1) * 19 / 20
    if case .idle(let bits) = model.flush { idleTime = baud.duration(bytes: 1) * bits / 10 } else { idleTime = 0 }
    random = SplitMix64(seed: seed, part: 60)
    phase = model.frame > 0 ? random.uniform(0...(model.frame - 1)) : 0
    nextTimer = phase
  }

  /// Adds a byte that began at `start`, nanoseconds, in order.
  public mutating func push(_ byte: UInt8, start: Int64, fault: LineFault = .none) {
    let complete = start + byteTime
    advance(to: complete)
    bytes.append(byte)
    faults.append(fault)
    if fault != .none { isFaulty = true }
    lastByte = complete
    if bytes.count >= model.packetBytes { send(ready: complete) }
  }

  /// Says that no byte was complete before `time`: timers up to there have run out.
  public mutating func advance(to time: Int64) {
    switch model.flush {
    case .latencyTimer(let latency):
      // An idle line only restarts the timer again and again.
      if bytes.isEmpty, nextTimer < time { nextTimer += (time - nextTimer - 1) / latency * latency }
      while nextTimer < time { send(ready: nextTimer) }
    case .usbFrame:
      if !bytes.isEmpty, nextFrame(after: lastByte) < time { send(ready: lastByte) }
    case .idle:
      if !bytes.isEmpty, lastByte + idleTime < time { send(ready: lastByte + idleTime) }
    }
  }

  /// Hands over what is left.
  public mutating func finish() {
    switch model.flush {
    case .latencyTimer: if !bytes.isEmpty { send(ready: nextTimer) }
    case .usbFrame: if !bytes.isEmpty { send(ready: lastByte) }
    case .idle: if !bytes.isEmpty { send(ready: lastByte + idleTime) }
    }
  }

  /// Hands out the packets so far and forgets them.
  public mutating func takePackets() -> [AdapterPacket] {
    defer { packets.removeAll(keepingCapacity: true) }
    return packets
  }

  private func nextFrame(after time: Int64) -> Int64 {
    guard model.frame > 0 else { return time }
    let since = time - phase
    let frames = since >= 0 ? (since + model.frame - 1) / model.frame : 0
    return phase + frames * model.frame
  }

  private mutating func send(ready: Int64) {
    let sent = nextFrame(after: ready)
    if case .latencyTimer(let latency) = model.flush { nextTimer = sent + latency }
    guard !bytes.isEmpty else { return }
    // Packets do not overtake each other.
    let arrival = max(sent + random.uniform(model.hostDelay), lastArrival)
    lastArrival = arrival
    packets.append(AdapterPacket(arrival: arrival, bytes: bytes, faults: markedFaults()))
    bytes.removeAll(keepingCapacity: true)
    faults.removeAll(keepingCapacity: true)
    isFaulty = false
  }

  private func markedFaults() -> [LineFault] {
    guard isFaulty else { return [] }
    switch model.faults {
    case .none: return []
    case .eachByte: return faults
    case .wholePacket:
      let worst: LineFault = faults.contains(.lineBreak) ? .lineBreak : .framing
      return Array(repeating: worst, count: faults.count)
    }
  }
}
