import NinebotBus

/// The last requests and answers on the wire, who asked, and which of them the phone has heard of.
struct WireLedger: Sendable {
  struct Frame: Sendable {
    var wire: CausalChain.Wire
    var reading: FrameReading
    /// Hash of what it says; 0 for frames that never pass to the phone.
    var content: UInt64
    /// Attribution's word.
    var cause: Cause
    /// Whether attribution is sure of the sender.
    var isSure: Bool
  }

  /// A request on the wire and the phone's write that it forwards, if it does.
  private struct Request: Sendable {
    var wire: CausalChain.Wire
    var cause: Cause
    var write: CausalChain.Message?
    /// Whether somebody is waiting for an answer.
    var expectsAnswer: Bool
    var isAnswered = false
  }

  /// An answer on the wire that the phone may hear of.
  private struct Reply: Sendable {
    var wire: CausalChain.Wire
    var content: UInt64
    var cause: Cause
    var request: Request?
  }

  private static let mostRequests = 512
  private static let mostReplies = 1024
  private static let mostRubble = 256
  private static let mostTold = 64
  /// How long an answer may take on the wire (protocol.md 5.2: BMS answers come late).
  private static let answer: Int64 = 250_000_000

  private let settings: CausalityTracker.Settings
  private var exchanges = ExchangeTracker(settings: .init(timeout: Self.answer, memory: Self.answer))
  private var requests: [Request] = []
  private var replies: [Reply] = []
  /// The last answers that the phone has heard of: it may hear of them twice.
  private var told: [Reply] = []
  private var lastTold: Int64 = -1
  private var habit = ForwardingHabit()
  /// Times of what was no sound frame.
  private var broken: [Int64] = []

  init(_ settings: CausalityTracker.Settings) { self.settings = settings }

  /// Notes bytes that are no sound frame.
  mutating func rubble(at time: Int64) {
    if broken.count == Self.mostRubble { broken.removeFirst(Self.mostRubble / 2) }
    broken.append(time)
  }

  // MARK: - Frames

  mutating func take(_ frame: Frame, radio: inout RadioLedger) {
    exchanges.push(
      frame.reading, ExchangeTracker.part(frame.wire))
    let answered = exchanges.exchanges.first { $0.reply?.id == frame.wire.id }
    if frame.reading.act.isAnswer {
      take(answer: frame, to: answered?.request?.id)
    } else if frame.content != 0 {
      take(request: frame, &radio)
    }
  }

  private mutating func take(request frame: Frame, _ radio: inout RadioLedger) {
    // A dash's request can be the very bytes of the phone's: it takes no write if attribution is sure of the dash.
    let isForeign = frame.wire.sender.isForeign && frame.isSure
    let write =
      isForeign
      ? nil
      : radio.takeWrite(frame.content, before: frame.wire.start.latest, within: settings.request)
    let cause: Cause
    switch (write, frame.wire.sender) {
    case (_?, _): cause = .phone
    case (nil, let sender) where sender.isForeign: cause = .own
    default: cause = frame.cause
    }
    if requests.count == Self.mostRequests { requests.removeFirst() }
    requests.append(
      Request(
        wire: frame.wire, cause: cause, write: write?.place, expectsAnswer: frame.reading.expects != .nothing))
  }

  private mutating func take(answer frame: Frame, to request: Int64?) {
    guard frame.content != 0 else { return }
    var reply = Reply(wire: frame.wire, content: frame.content, cause: frame.cause, request: nil)
    if let index = request.flatMap({ id in requests.lastIndex { $0.wire.id == id } }) {
      requests[index].isAnswered = true
      reply.request = requests[index]
      reply.cause = Self.cause(ofAnswerTo: requests[index], attributed: frame.cause)
    }
    if replies.count == Self.mostReplies { replies.removeFirst() }
    replies.append(reply)
  }

  /// The phone's write is the strongest evidence; then who sent the request.
  private static func cause(ofAnswerTo request: Request, attributed: Cause) -> Cause {
    if request.write != nil { return .replyToPhone }
    if request.wire.sender.isForeign { return .reply(to: request.wire.sender) }
    return attributed != .unknown ? attributed : request.cause == .phone ? .replyToPhone : .unknown
  }

  // MARK: - Notifications

  /// Finds the answer that a notification tells of, and what follows from it.
  mutating func explain(
    _ message: RadioLedger.Message, into outcomes: inout [CausalOutcome]
  ) -> NotificationFinding {
    var finding = NotificationFinding(
      sequence: message.place.sequence, time: message.place.time, solicited: message.solicited, cause: .unknown)
    guard message.content != 0 else { return finding }
    if let index = answer(to: message) {
      let reply = replies.remove(at: index)
      lastTold = max(lastTold, reply.wire.id)
      habit.told(reply.cause)
      if let request = reply.request, let write = request.write {
        outcomes.append(
          .chain(
            CausalChain(
              outcome: .complete, write: write, request: request.wire, reply: reply.wire,
              notification: message.place)))
      }
      if told.count == Self.mostTold { told.removeFirst() }
      told.append(reply)
      Self.fill(&finding, reply)
    } else if let again = told.last(where: { $0.content == message.content && isNear($0, message) }) {
      Self.fill(&finding, again)
    } else if message.solicited == true {
      finding.cause = .replyToPhone
    }
    return finding
  }

  private static func fill(_ finding: inout NotificationFinding, _ reply: Reply) {
    finding.reply = reply.wire
    finding.request = reply.request?.wire.id
    finding.cause = reply.cause
    switch reply.cause {
    case .replyToPhone: finding.solicited = true
    case .reply: finding.solicited = false
    case .unknown, .own, .phone: break
    }
  }

  private func isNear(_ reply: Reply, _ message: RadioLedger.Message) -> Bool {
    reply.wire.end.earliest <= message.place.time.latest
      && reply.wire.end.latest >= message.place.time.earliest &- settings.notification
  }

  /// The answer on the wire with the same content. The module passes answers on in their order, so the oldest that the
  /// phone has not heard of is meant, unless it would have been under way for longer than answers are.
  private func answer(to message: RadioLedger.Message) -> Int? {
    let fitting = replies.indices.filter { replies[$0].content == message.content && isNear(replies[$0], message) }
    guard fitting.count > 1 else { return fitting.first }
    let inOrder = fitting.filter { replies[$0].wire.id > lastTold }
    let prompt = (inOrder.isEmpty ? fitting : inOrder).filter {
      replies[$0].wire.end.latest >= message.place.time.earliest &- settings.usual
    }
    let likely = prompt.isEmpty || !habit.losesMessages ? (inOrder.isEmpty ? fitting : inOrder) : prompt
    if !habit.forwardsForeign, let own = likely.first(where: { replies[$0].cause == .replyToPhone }) { return own }
    return likely.first
  }

  // MARK: - What broke

  /// Reports what did not go on in time.
  mutating func expire(until now: Int64, radio: inout RadioLedger, into outcomes: inout [CausalOutcome]) {
    for write in radio.expired(before: now &- settings.request) {
      outcomes.append(.chain(CausalChain(outcome: .neverOnWire, write: write.place)))
    }
    while let first = requests.first, first.wire.end.latest < now &- 2 &* Self.answer {
      report(requests.removeFirst(), &outcomes)
    }
    while let first = replies.first, first.wire.end.latest < now &- settings.notification {
      let reply = replies.removeFirst()
      habit.kept(reply.cause)
      report(reply, &outcomes)
    }
  }

  private func report(_ request: Request, _ outcomes: inout [CausalOutcome]) {
    guard let write = request.write, !request.isAnswered else { return }
    let end = request.wire.end.middle
    let outcome: CausalChain.Outcome
    if !request.expectsAnswer {
      outcome = .delivered
    } else {
      outcome = broken.contains { $0 > end && $0 < end &+ Self.answer } ? .lostInCollision : .unanswered
    }
    outcomes.append(.chain(CausalChain(outcome: outcome, write: write, request: request.wire)))
  }

  private func report(_ reply: Reply, _ outcomes: inout [CausalOutcome]) {
    guard let request = reply.request, let write = request.write else { return }
    outcomes.append(
      .chain(CausalChain(outcome: .notForwarded, write: write, request: request.wire, reply: reply.wire)))
  }

  mutating func finish(radio: inout RadioLedger, into outcomes: inout [CausalOutcome]) {
    expire(until: .max / 2, radio: &radio, into: &outcomes)
  }
}

/// What usually becomes of answers. Modules differ in whether they pass on what the phone did not ask for (protocol.md
/// 6.8), logs in whether they have everything.
private struct ForwardingHabit: Sendable {
  /// Answers that the phone was told of, and those that it was not.
  private struct Count: Sendable {
    var told = 1.0
    var kept = 0.0

    mutating func add(told: Double, kept: Double) {
      self.told += told
      self.kept += kept
      // What was long ago counts for less.
      if self.told + self.kept > 400 { (self.told, self.kept) = (self.told / 2, self.kept / 2) }
    }
  }

  private var own = Count()
  private var foreign = Count()

  var forwardsForeign: Bool { foreign.told > 0.25 * foreign.kept }
  /// Whether the log misses messages so often that one may belong to a later answer.
  var losesMessages: Bool { own.kept > 0.03 * own.told }

  mutating func told(_ cause: Cause) { add(cause, told: 1, kept: 0) }

  mutating func kept(_ cause: Cause) { add(cause, told: 0, kept: 1) }

  private mutating func add(_ cause: Cause, told: Double, kept: Double) {
    switch cause {
    case .replyToPhone: own.add(told: told, kept: kept)
    case .reply: foreign.add(told: told, kept: kept)
    case .unknown, .own, .phone: return
    }
  }
}

extension ExchangeTracker {
  fileprivate static func part(_ wire: CausalChain.Wire) -> Exchange.Part {
    Exchange.Part(id: wire.id, start: wire.start, end: wire.end)
  }
}
