import DequeModule
import NinebotBus
public import UartSniffer

/// Finds collisions among attributed events: damage on the wire that two transmitters are needed to explain.
///
/// Each party needs evidence of its own: a header with its address, a heartbeat that is missing from the slots, an
/// answer that never came. One spoiled frame alone is noise. Memory is bounded; a collision is handed out when what
/// followed it is known, at most a second later.
public struct CollisionFinder: Sendable {
  /// A request that waits for its answer.
  private struct Request: Sendable {
    var sender: Transmitter
    var subject: Role
    var command: UInt8
    var argument: UInt8
    var end: Int64
    var answered = false
  }

  /// Damage whose surroundings are not yet known.
  private struct Suspicion: Sendable {
    var damage: Damage
    var lastBeat: Int64?
    /// Frames of the BLE module's own that took slots since then.
    var taken = 0
    var request: Request?
    /// The next heartbeat.
    var nextBeat: Int64?

    /// Whether its surroundings are known, or will not be.
    func isRipe(at now: Int64) -> Bool {
      let age = now - damage.end.middle
      return age > (nextBeat == nil ? CollisionFinder.patience : CollisionFinder.answerTime)
    }
  }

  private struct Lane: Sendable {
    var timed: Bool
    var byte: Int64
    var damage: Damage?
    var suspicions: Deque<Suspicion> = []
    var lastBeat: Int64?
    /// Slots that requests of the BLE module took since the last heartbeat.
    var taken = 0
    var request: Request?
    /// Nanoseconds, learnt (protocol.md 5.2 until then).
    var slot: Double = 19_860_000
    /// Distances of the last heartbeats.
    var gaps = RecentValues()
    var beats = 0
  }

  private var lanes: [Lane] = []
  /// A collision that waits for the request that it destroyed to be made again.
  private struct Pending: Sendable {
    var collision: Collision
    /// The kind of that request; 0 where none is known, or it was made again.
    var wanted: UInt32

    static func kind(_ command: UInt8, _ argument: UInt8) -> UInt32 {
      1 << 16 | UInt32(command) << 8 | UInt32(argument)
    }
  }

  private var pending: Deque<Pending> = []
  private var found: Deque<Collision> = []
  private var dashes: [Transmitter] = []
  /// Collisions so far.
  public private(set) var count = 0

  /// Nanoseconds between two pieces of one collision.
  private static let closeness: Int64 = 3_000_000
  /// An answer that comes later has another reason (protocol.md 5.4: 35 ms at most).
  private static let answerTime: Int64 = 45_000_000
  /// Until the surroundings are known, whatever comes.
  private static let patience: Int64 = 150_000_000
  private static let retryTime: Int64 = 1_000_000_000
  private static let mostWaiting = 32
  /// A slot may be off by so much, nanoseconds (16 to 24 ms occur, protocol.md 5.2).
  private static let slotJitter: Int64 = 4_000_000

  public init() {}

  /// Makes room for taps that became known.
  public mutating func add(taps: [Tap]) {
    for tap in taps.dropFirst(lanes.count) {
      lanes.append(Lane(timed: tap.quality != .none, byte: (tap.baud ?? .standard).duration(bytes: 1)))
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
      close(row.tap)
      if let reading = row.reading { note(row.event, reading, row.finding?.sender ?? .unknown, row.tap) }
    } else if let damage = lanes[row.tap].damage, row.event.start.earliest - damage.end.latest > Self.closeness {
      close(row.tap)
      lanes[row.tap].damage = Damage(row.event, bytes)
    } else if lanes[row.tap].damage == nil {
      lanes[row.tap].damage = Damage(row.event, bytes)
    } else {
      lanes[row.tap].damage?.add(row.event, bytes)
    }
    settle(row.tap, now)
  }

  /// Ends the input: what waits is settled with what is known.
  public mutating func finish() {
    for tap in lanes.indices {
      close(tap)
      for suspicion in lanes[tap].suspicions { judge(suspicion, tap) }
      lanes[tap].suspicions = []
    }
    for entry in pending { found.append(entry.collision) }
    pending = []
  }

  // MARK: - What surrounds damage

  private mutating func close(_ tap: Int) {
    guard let damage = lanes[tap].damage else { return }
    lanes[tap].damage = nil
    if lanes[tap].suspicions.count == Self.mostWaiting { lanes[tap].suspicions.removeFirst() }
    var request = lanes[tap].request
    if let open = request, open.answered || damage.start.middle - open.end > Self.answerTime { request = nil }
    lanes[tap].suspicions.append(
      Suspicion(damage: damage, lastBeat: lanes[tap].lastBeat, taken: lanes[tap].taken, request: request))
  }

  private mutating func note(_ event: BusEvent, _ reading: FrameReading, _ sender: Transmitter, _ tap: Int) {
    let now = event.start.middle
    let claim = Claim(reading)
    if sender.isForeign, !dashes.contains(sender) { dashes.append(sender) }
    if claim.isHeartbeat {
      if let last = lanes[tap].lastBeat { learn(now - last, tap) }
      for index in lanes[tap].suspicions.indices where lanes[tap].suspicions[index].nextBeat == nil {
        lanes[tap].suspicions[index].nextBeat = now
      }
      lanes[tap].lastBeat = now
      lanes[tap].taken = 0
    } else if claim == .request || claim == .bleAnswer, !sender.isForeign {
      lanes[tap].taken += 1
      for index in lanes[tap].suspicions.indices where lanes[tap].suspicions[index].nextBeat == nil {
        lanes[tap].suspicions[index].taken += 1
      }
    }
    if claim.isDeviceAnswer { answer(reading, tap) }
    if reading.expects != .nothing, !reading.act.isAnswer {
      lanes[tap].request = Request(
        sender: sender, subject: reading.subject, command: reading.command, argument: reading.argument,
        end: event.end.middle)
      link(reading, at: now)
    }
  }

  private mutating func answer(_ reading: FrameReading, _ tap: Int) {
    func answers(_ request: Request?) -> Bool {
      request.map { $0.subject == reading.subject || $0.argument == reading.argument } ?? false
    }
    if answers(lanes[tap].request) { lanes[tap].request?.answered = true }
    for index in lanes[tap].suspicions.indices where answers(lanes[tap].suspicions[index].request) {
      lanes[tap].suspicions[index].request?.answered = true
    }
  }

  /// A gap is a slot, or several where something else was in between: requests can be so many that the median is two.
  private mutating func learn(_ gap: Int64, _ tap: Int) {
    lanes[tap].gaps.add(gap)
    lanes[tap].beats += 1
    // Often at first, then seldom: it sorts.
    let beats = lanes[tap].beats
    guard beats >= 16, beats.nonzeroBitCount == 1 || beats & 127 == 0, let quartiles = lanes[tap].gaps.quartiles else {
      return
    }
    lanes[tap].slot = Double(quartiles.median > quartiles.low * 3 / 2 ? quartiles.low : quartiles.median)
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

  private mutating func settle(_ tap: Int, _ now: Int64) {
    while !lanes[tap].suspicions.isEmpty, lanes[tap].suspicions[0].isRipe(at: now) {
      judge(lanes[tap].suspicions.removeFirst(), tap)
    }
    while !pending.isEmpty,
      pending[0].collision.retry != nil || now - pending[0].collision.end.middle > Self.retryTime
        || pending.count > Self.mostWaiting
    {
      found.append(pending.removeFirst().collision)
    }
    while found.count > 4 * Self.mostWaiting { found.removeFirst() }
  }

  // MARK: - Judgement

  private mutating func judge(_ suspicion: Suspicion, _ tap: Int) {
    let damage = suspicion.damage
    let heads = damage.heads
    var signs = overlap(damage, heads, lanes[tap])
    let missing = lanes[tap].timed ? missingHeartbeat(suspicion, lanes[tap]) : nil
    var parties: [Transmitter] = []
    func add(_ party: Transmitter) { if !parties.contains(party) { parties.append(party) } }
    if heads.contains(where: \.isEscs) { add(.esc) }
    if heads.contains(where: \.isHeartbeat) { add(.ble) }
    var lateness: Int64?
    if let missing {
      signs.append(.missingHeartbeat)
      add(.ble)
      lateness = heads.first(where: \.isRequest).map { missing - time(of: $0, in: damage, lanes[tap]) }
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
  private func overlap(_ damage: Damage, _ heads: [Damage.Head], _ lane: Lane) -> [Collision.Sign] {
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

  /// When a heartbeat should have come that did not, in nanoseconds, if that is while the damage lasts.
  private func missingHeartbeat(_ suspicion: Suspicion, _ lane: Lane) -> Int64? {
    guard let last = suspicion.lastBeat, let next = suspicion.nextBeat, next > last, lane.slot > 0 else { return nil }
    let slots = (Double(next - last) / lane.slot).rounded()
    guard slots >= 2, slots <= 12, Int(slots) - 1 > suspicion.taken else { return nil }
    // The slots between lie evenly: what the jitter did to each is not known.
    let step = Double(next - last) / slots
    let tolerance = 0.12 * lane.slot
    let start = Double(suspicion.damage.start.earliest) - tolerance
    let end = Double(suspicion.damage.end.latest) + tolerance / 2
    for index in 1..<Int(slots) {
      let due = Double(last) + step * Double(index)
      if due > start, due < end { return Int64(due) }
    }
    return nil
  }

  private func time(of head: Damage.Head, in damage: Damage, _ lane: Lane) -> Int64 {
    damage.start.middle + Int64(head.offset) * lane.byte
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
