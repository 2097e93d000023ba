import NinebotBus
import UartSniffer

/// What came last on one tap, as far as it tells of collisions: damage, and what surrounds it.
struct CollisionLane: Sendable {
  /// A request that waits for its answer.
  struct Request: Sendable {
    var sender: Transmitter
    var subject: Role
    var command: UInt8
    var argument: UInt8
    var end: Int64
    var answered = false

    func isAnswered(by reading: FrameReading) -> Bool { subject == reading.subject || argument == reading.argument }
  }

  /// Damage whose surroundings are not yet known.
  struct Suspicion: Sendable {
    var damage: Damage
    var lastBeat: Int64?
    var request: Request?
    /// The next heartbeat, and the slots that other frames of the BLE module took before it.
    var nextBeat: Int64?
    var taken = 0

    /// Whether its surroundings are known, or will not be.
    func isRipe(at now: Int64) -> Bool {
      let (age, isOver) = now.subtractingReportingOverflow(damage.end.middle)
      return isOver || age > (nextBeat == nil ? CollisionLane.patience : CollisionLane.answerTime)
    }
  }

  private let isTimed: Bool
  private let byte: Int64
  private var damage: Damage?
  private var suspicions: [Suspicion] = []
  /// Of those, how many at the end wait for the next heartbeat.
  private var beatless = 0
  private var lastBeat: Int64?
  /// Slots that requests of the BLE module took since the last heartbeat.
  private var taken = 0
  private var request: Request?
  /// Nanoseconds, learnt (protocol.md 5.2 until then).
  private var slot: Double = 19_860_000
  /// Distances of the last heartbeats.
  private var gaps = RecentValues()
  private var beats = 0

  /// Nanoseconds between two pieces of one collision.
  private static let closeness: Int64 = 3_000_000
  /// An answer that comes later has another reason (protocol.md 5.4: 35 ms at most).
  private static let answerTime: Int64 = 45_000_000
  /// Until the surroundings are known, whatever comes.
  private static let patience: Int64 = 150_000_000
  private static let mostSuspicions = 32

  /// - Parameters:
  ///   - timed: whether order in time is known.
  ///   - byte: nanoseconds.
  init(timed: Bool, byte: Int64) {
    isTimed = timed
    self.byte = byte
  }

  // MARK: - Damage

  /// Takes something that is no sound frame.
  mutating func add(damaged event: BusEvent, _ bytes: Span<UInt8>) {
    if let end = damage?.end.latest, event.start.earliest - end > Self.closeness { close() }
    if damage == nil {
      damage = Damage(event, bytes)
    } else {
      damage?.add(event, bytes)
    }
  }

  /// Ends damage: a sound frame came, or a pause.
  mutating func close() {
    guard let closed = damage else { return }
    damage = nil
    if suspicions.count == Self.mostSuspicions { removeFirst() }
    var open = request
    if let request, request.answered || closed.start.middle - request.end > Self.answerTime { open = nil }
    suspicions.append(Suspicion(damage: closed, lastBeat: lastBeat, request: open))
    beatless += 1
  }

  /// The oldest damage, once its surroundings are known.
  mutating func takeRipe(at now: Int64) -> Suspicion? {
    guard !suspicions.isEmpty, suspicions[0].isRipe(at: now) else { return nil }
    return removeFirst()
  }

  @discardableResult
  private mutating func removeFirst() -> Suspicion {
    beatless = min(beatless, suspicions.count - 1)
    return suspicions.removeFirst()
  }

  // MARK: - What surrounds it

  /// Takes a sound frame.
  mutating func note(_ event: BusEvent, _ reading: FrameReading, _ sender: Transmitter) {
    let claim = Claim(reading)
    if claim.isHeartbeat {
      beat(event.start.middle)
    } else if claim == .request || claim == .bleAnswer, !sender.isForeign {
      taken += 1
    }
    if claim.isDeviceAnswer { answer(reading) }
    if reading.expects != .nothing, !reading.act.isAnswer {
      request = Request(
        sender: sender, subject: reading.subject, command: reading.command, argument: reading.argument,
        end: event.end.middle)
    }
  }

  private mutating func beat(_ now: Int64) {
    if let lastBeat { learn(now - lastBeat) }
    for index in (suspicions.count - beatless)..<suspicions.count {
      (suspicions[index].nextBeat, suspicions[index].taken) = (now, taken)
    }
    beatless = 0
    lastBeat = now
    taken = 0
  }

  private mutating func answer(_ reading: FrameReading) {
    if request?.isAnswered(by: reading) == true { request?.answered = true }
    for index in suspicions.indices where suspicions[index].request?.isAnswered(by: reading) == true {
      suspicions[index].request?.answered = true
    }
  }

  /// A gap is a slot, or several where something else was in between: requests can be so many that the median is two.
  private mutating func learn(_ gap: Int64) {
    gaps.add(gap)
    beats += 1
    // Often at first, then seldom: it sorts.
    guard beats >= 16, beats.nonzeroBitCount == 1 || beats & 2047 == 0, let quartiles = gaps.quartiles else { return }
    slot = Double(quartiles.median > quartiles.low * 3 / 2 ? quartiles.low : quartiles.median)
  }

  /// When a heartbeat should have come that did not, in nanoseconds, if that is while the damage lasts.
  func missingHeartbeat(_ suspicion: Suspicion) -> Int64? {
    guard isTimed, let last = suspicion.lastBeat, let next = suspicion.nextBeat, next > last, slot > 0 else {
      return nil
    }
    let slots = (Double(next - last) / slot).rounded()
    guard slots >= 2, slots <= 12, Int(slots) - 1 > suspicion.taken else { return nil }
    // The slots between lie evenly: what the jitter did to each is not known.
    let step = Double(next - last) / slots
    let tolerance = 0.12 * slot
    let start = Double(suspicion.damage.start.earliest) - tolerance
    let end = Double(suspicion.damage.end.latest) + tolerance / 2
    for index in 1..<Int(slots) {
      let due = Double(last) + step * Double(index)
      if due > start, due < end { return Int64(due) }
    }
    return nil
  }

  /// When a header in damage began, nanoseconds.
  func time(of head: Damage.Head, in damage: Damage) -> Int64 {
    damage.start.middle + Int64(head.offset) * byte
  }
}
