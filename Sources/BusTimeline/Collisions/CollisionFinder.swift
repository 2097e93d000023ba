import DequeModule
import NinebotBus
public import UartSniffer

/// Finds collisions among attributed events: damage on the wire that two transmitters are needed to explain.
///
/// Each party needs evidence of its own: a header with its address, a heartbeat that is missing from the slots, an
/// answer that never came. One spoiled frame alone is noise. Memory is bounded; a collision is handed out when what
/// followed it is known, at most a second later.
public struct CollisionFinder: Sendable {
  /// A collision that waits for the request that it destroyed to be made again.
  private struct Pending: Sendable {
    var collision: Collision
    /// The kind of that request; 0 where none is known, or it was made again.
    var wanted: UInt32

    static func kind(_ command: UInt8, _ argument: UInt8) -> UInt32 {
      1 << 16 | UInt32(command) << 8 | UInt32(argument)
    }
  }

  /// One for each tap.
  private var lanes: [CollisionLane] = []
  private var pending: Deque<Pending> = []
  /// Nobody need take them: the oldest are let go then.
  private var found: Deque<Collision> = []
  private var dashes: [Transmitter] = []
  /// Collisions so far.
  public private(set) var count = 0

  private static let retryTime: Int64 = 1_000_000_000
  private static let mostPending = 32
  private static let mostFound = 128
  /// A slot may be off by so much, nanoseconds (16 to 24 ms occur, protocol.md 5.2).
  private static let slotJitter: Int64 = 4_000_000

  public init() {}

  /// Makes room for taps that became known.
  public mutating func add(taps: [Tap]) {
    for tap in taps.dropFirst(lanes.count) {
      lanes.append(CollisionLane(timed: tap.quality != .none, byte: (tap.baud ?? .standard).duration(bytes: 1)))
    }
  }

  /// Whether `take` would hand out anything.
  public var hasSettled: Bool { !found.isEmpty }

  /// Collisions that are settled, in the order of their times; they are handed out once.
  public mutating func take() -> [Collision] {
    defer { found.removeAll(keepingCapacity: true) }
    return Array(found)
  }

  /// Adds an event in order of time.
  public mutating func push(_ row: AttributedEvent, bytes: Span<UInt8>) {
    guard row.tap < lanes.count else { return }
    let now = row.event.start.middle
    if row.event.checksumHolds {
      lanes[row.tap].close()
      if let reading = row.reading { note(row.event, reading, row.finding?.sender ?? .unknown, row.tap) }
    } else {
      lanes[row.tap].add(damaged: row.event, bytes)
    }
    while let suspicion = lanes[row.tap].takeRipe(at: now) { judge(suspicion, row.tap) }
    settle(now)
  }

  /// Ends the input: what waits is settled with what is known.
  public mutating func finish() {
    for tap in lanes.indices {
      lanes[tap].close()
      while let suspicion = lanes[tap].takeRipe(at: .max) { judge(suspicion, tap) }
    }
    for entry in pending { found.append(entry.collision) }
    pending = []
  }

  private mutating func note(_ event: BusEvent, _ reading: FrameReading, _ sender: Transmitter, _ tap: Int) {
    if sender.isForeign, !dashes.contains(sender) { dashes.append(sender) }
    lanes[tap].note(event, reading, sender)
    if reading.expects != .nothing, !reading.act.isAnswer { link(reading, at: event.start.middle) }
  }

  /// A request that was lost is made again.
  private mutating func link(_ reading: FrameReading, at now: Int64) {
    let kind = Pending.kind(reading.command, reading.argument)
    for index in pending.indices where pending[index].wanted == kind {
      guard now > pending[index].collision.end.middle else { continue }
      pending[index].collision.retry = now
      pending[index].wanted = 0
    }
  }

  private mutating func settle(_ now: Int64) {
    while !pending.isEmpty,
      pending[0].collision.retry != nil || now - pending[0].collision.end.middle > Self.retryTime
        || pending.count > Self.mostPending
    {
      found.append(pending.removeFirst().collision)
    }
    while found.count > Self.mostFound { found.removeFirst() }
  }

  // MARK: - Judgement

  private mutating func judge(_ suspicion: CollisionLane.Suspicion, _ tap: Int) {
    let damage = suspicion.damage
    let heads = damage.heads
    var signs = overlap(damage, heads)
    let missing = lanes[tap].missingHeartbeat(suspicion)
    var parties: [Transmitter] = []
    func add(_ party: Transmitter) { if !parties.contains(party) { parties.append(party) } }
    if heads.contains(where: \.isEscs) { add(.esc) }
    if heads.contains(where: \.isHeartbeat) { add(.ble) }
    var lateness: Int64?
    if let missing {
      signs.append(.missingHeartbeat)
      add(.ble)
      lateness = heads.first(where: \.isRequest).map { missing - lanes[tap].time(of: $0, in: damage) }
    }
    // The BLE module cannot have sent a request and, that much later, a heartbeat: another device did.
    if let lateness, lateness > Self.slotJitter { add(onlyDash) }
    if let request = suspicion.request, !request.answered {
      signs.append(.missingAnswer)
      add(.esc)
    }
    if heads.contains(where: \.isRequest), !parties.contains(where: { $0 == .ble || $0.isForeign || $0 == .unknown }) {
      add(.unknown)
    }
    // Somebody's request or the module's own, with jitter: who it was cannot be told.
    if parties == [.ble], let lateness, lateness > 0 { add(.unknown) }
    guard parties.count > 1, signs.contains(where: { $0 == .twoHeads || $0 == .tooLong || $0 == .lineErrors }) else {
      return
    }
    count += 1
    let lost = heads.first(where: \.isRequest).map { Pending.kind($0.command, $0.argument) }
    let open = suspicion.request.flatMap { $0.answered ? nil : Pending.kind($0.command, $0.argument) }
    pending.append(
      Pending(
        collision: Collision(
          tap: tap, start: damage.start, end: damage.end, parties: parties, signs: signs, bytes: damage.bytes,
          parts: parts(damage, heads, parties), lostFrames: parties.count, retry: nil), wanted: lost ?? open ?? 0))
  }

  /// What shows that two talked at once, whoever they were.
  private func overlap(_ damage: Damage, _ heads: [Damage.Head]) -> [Collision.Sign] {
    var signs: [Collision.Sign] = []
    if let first = heads.first {
      let rest = damage.bytes.count - first.offset
      // A header inside the payload of the first would be data.
      if heads.count > 1 { signs.append(.twoHeads) }
      if rest > first.length + 1 { signs.append(.tooLong) }
    }
    if damage.firstFault != nil { signs.append(.lineErrors) }
    return signs
  }

  /// The only foreign device there is; unknown where there are several, or none is known.
  private var onlyDash: Transmitter { dashes.count == 1 ? dashes[0] : .unknown }

  private func parts(_ damage: Damage, _ heads: [Damage.Head], _ parties: [Transmitter]) -> [Collision.Part] {
    heads.enumerated().map { index, head in
      var end = min(head.offset + head.length, damage.bytes.count)
      if index + 1 < heads.count { end = min(end, heads[index + 1].offset) }
      if let fault = damage.firstFault, fault > head.offset { end = min(end, fault) }
      let sender: Transmitter =
        if head.isEscs { .esc } else if head.isHeartbeat { .ble } else {
          parties.first { $0.isForeign } ?? .unknown
        }
      return Collision.Part(sender: sender, bytes: Array(damage.bytes[head.offset..<end]))
    }
  }
}
