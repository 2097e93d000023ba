public import NinebotBus

/// Time for a player: real, or a test's own.
public protocol PlayerClock: Sendable {
  /// Nanoseconds since any fixed moment.
  func now() -> Int64
  /// Waits until `time`, at least about; must return at once when `time` is past.
  func sleep(until time: Int64)
}

/// Plays a scenario as what a serial adapter on the wire delivers, in pace with the time that it is given.
///
/// Pure: `due(at:)` says what is to be written by now and when to come back; `play` is the loop around it. At most
/// `mostBytes` come out of one call, so whoever falls behind gets everything in pieces and never a flood.
public struct SimPlayer: Sendable {
  /// What is due, and when there may be more.
  public struct Due: Sendable {
    /// In order; `arrival` is on the simulation's clock.
    public var packets: [AdapterPacket]
    /// Nanoseconds on the simulation's clock; ask again then. Not after `now` if there is more at once.
    public var next: Int64
  }

  /// Most bytes out of one call of `due`.
  public static let mostBytes = 4096
  /// How long nobody needs to ask again when nothing is in sight, nanoseconds.
  public static let longestWait: Int64 = 20_000_000
  /// A frame is known when it is over; so far the simulation runs ahead, so that its first byte comes in time.
  private static let ahead: Int64 = 40_000_000

  public let scenario: Scenario
  /// Frames transmitted so far on the line, spoiled ones included.
  public private(set) var frames = 0
  private var scooter: Scooter
  private var probe: LineProbe
  private var adapter: Adapter?
  private var ready: [AdapterPacket] = []
  private var simulated: Int64 = 0

  /// `adapter` nil delivers each byte when it is complete.
  public init(_ scenario: Scenario, line: Line = .escBle, baud: Baud = .standard, adapter: AdapterModel? = nil) {
    self.scenario = scenario
    scooter = Scooter(scenario)
    probe = LineProbe(line, rule: scenario.rule, baud: baud)
    self.adapter = adapter.map { Adapter($0, baud: baud, seed: scenario.seed) }
  }

  /// What is to be delivered by `now`, nanoseconds since the simulation's start.
  public mutating func due(at now: Int64) -> Due {
    var packets: [AdapterPacket] = []
    var count = 0
    while true {
      var taken = 0
      while taken < ready.count, ready[taken].arrival <= now, count < Self.mostBytes {
        count += ready[taken].bytes.count
        append(ready[taken], to: &packets)
        taken += 1
      }
      ready.removeFirst(taken)
      if count >= Self.mostBytes { return Due(packets: packets, next: now) }
      guard simulated < now + Self.ahead else { break }
      simulate(until: min(now + Self.ahead, simulated + Self.ahead))
    }
    return Due(packets: packets, next: min(ready.first?.arrival ?? .max, now + Self.longestWait))
  }

  /// Without an adapter bytes that are due together go together.
  private func append(_ packet: AdapterPacket, to packets: inout [AdapterPacket]) {
    guard adapter == nil, let last = packets.indices.last else { return packets.append(packet) }
    if packets[last].faults.isEmpty, !packet.faults.isEmpty {
      packets[last].faults = Array(repeating: .none, count: packets[last].bytes.count)
    }
    if !packets[last].faults.isEmpty { packets[last].faults += packet.faults.isEmpty ? [.none] : packet.faults }
    packets[last].bytes += packet.bytes
    packets[last].arrival = packet.arrival
  }

  /// Plays in the clock's time until `duration` nanoseconds are over or `sink` returns false, which means that
  /// nobody listens any more.
  public mutating func play(
    for duration: Int64 = .max, clock: some PlayerClock, into sink: (AdapterPacket) -> Bool
  ) {
    let origin = clock.now()
    while true {
      let now = min(max(0, clock.now() - origin), duration)
      let due = due(at: now)
      for packet in due.packets { guard sink(packet) else { return } }
      if now >= duration, due.next > now { return }
      clock.sleep(until: origin + min(due.next, duration))
    }
  }

  private mutating func simulate(until time: Int64) {
    while let occurrence = scooter.next(until: time) {
      if case .transmission(let transmission) = occurrence, transmission.line == probe.line { frames += 1 }
      probe.push(occurrence)
    }
    probe.advance(to: scooter.settledUntil)
    simulated = time
    let (bytes, times) = probe.take()
    guard adapter == nil else { return deliver(bytes, times, until: time) }
    for (byte, byteTime) in zip(bytes, times) {
      let complete = byteTime.start.middle + Baud.standard.duration(bytes: 1)
      let faults = byteTime.fault == .none ? [] : [byteTime.fault]
      ready.append(AdapterPacket(arrival: complete, bytes: [byte], faults: faults))
    }
  }

  private mutating func deliver(_ bytes: [UInt8], _ times: [ByteTime], until time: Int64) {
    for (byte, byteTime) in zip(bytes, times) {
      adapter?.push(byte, start: byteTime.start.middle, fault: byteTime.fault)
    }
    // A frame still on the wire is not known yet; bytes of it may lie before this time.
    adapter?.advance(to: min(time, probe.silentUntil))
    ready += adapter?.takePackets() ?? []
  }
}
