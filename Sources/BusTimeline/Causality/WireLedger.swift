import DequeModule
import func Glibc.log
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
    /// Probability that a foreign device sent it, by attribution, 0 to 1.
    var injected: Float
  }

  /// A request on the wire and the phone's write that it forwards, if it does.
  private struct Request: Sendable {
    var wire: CausalChain.Wire
    var cause: Cause
    var write: CausalChain.Message?
    /// Probability that a foreign device made it, 0 to 1.
    var injected: Float
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
    /// How many answers came before it, and how many to the phone's requests.
    var order = AnswerCount()
  }

  private static let mostRequests = 512
  private static let mostReplies = 1024
  private static let mostRubble = 256
  private static let mostTold = 64
  /// Over so many missing messages numbers are not followed.
  private static let farthest: UInt32 = 64
  /// How unlikely it is that the bus and the numbers differ by one answer more: logarithm.
  private static let perMissing = 7.0
  private static let unlikely = 0.01
  /// From one slot of the module to the next (protocol.md 5.2); nanoseconds.
  private static let slot: Int64 = 20_000_000
  /// How long an answer may take on the wire (protocol.md 5.2: BMS answers come late).
  private static let answer: Int64 = 250_000_000

  private let settings: CausalityTracker.Settings
  private var exchanges = ExchangeTracker(
    settings: .init(timeout: Self.answer, memory: Self.answer, preference: .inTurn))
  private var requests: Deque<Request> = []
  private var replies: Deque<Reply> = []
  /// The last answers that the phone has heard of: it may hear of them twice.
  private var told: Deque<Reply> = []
  /// The newest answer that the phone has heard of, and the number of the message that told it.
  private var last: (reply: Reply, counter: UInt32?)?
  private var count = AnswerCount()
  private var habit: ForwardingHabit
  /// When the wire's capture ran.
  private var covered: ClosedRange<Int64>?
  /// Times of what was no sound frame.
  private var broken: Deque<Int64> = []

  init(_ settings: CausalityTracker.Settings) {
    self.settings = settings
    habit = ForwardingHabit(usual: settings.usual)
  }

  /// Notes that the wire's capture ran at `time`, nanoseconds; times ascend.
  mutating func saw(_ time: Int64) {
    covered = min(covered?.lowerBound ?? time, time)...max(covered?.upperBound ?? time, time)
  }

  /// Notes bytes that are no sound frame.
  mutating func rubble(at time: Int64) {
    exchanges.damage(at: time)
    if broken.count == Self.mostRubble { broken.removeFirst() }
    broken.append(time)
  }

  // MARK: - Frames

  mutating func take(_ frame: Frame, radio: inout RadioLedger) {
    exchanges.push(frame.reading, ExchangeTracker.part(frame.wire))
    if frame.reading.act.isAnswer {
      take(answer: frame, to: exchanges.request(answeredBy: frame.wire.id))
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
      : radio.takeWrite(
        frame.content, before: frame.wire.start.latest, within: settings.request,
        usual: settings.usualRequest)
    let cause: Cause
    switch (write, frame.wire.sender) {
    case (_?, _): cause = .phone
    case (nil, let sender) where sender.isForeign: cause = .own
    default: cause = frame.cause
    }
    if requests.count == Self.mostRequests { requests.removeFirst() }
    requests.append(
      Request(
        wire: frame.wire, cause: cause, write: write?.place, injected: frame.injected,
        expectsAnswer: frame.reading.expects != .nothing))
  }

  private mutating func take(answer frame: Frame, to request: Int64?) {
    guard frame.content != 0 else { return }
    var reply = Reply(wire: frame.wire, content: frame.content, cause: frame.cause, request: nil)
    if let request, let index = requests.indices.last(where: { requests[$0].wire.id == request }) {
      requests[index].isAnswered = true
      reply.request = requests[index]
      reply.cause = Self.cause(ofAnswerTo: requests[index], attributed: frame.cause)
    }
    reply.order = count
    count.add(reply.cause)
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
    if isRepeated(message), let again = told.last(where: { $0.content == message.content }) {
      Self.fill(&finding, again)
    } else if let index = answer(to: message) {
      let reply = replies.remove(at: index)
      if reply.wire.id > last?.reply.wire.id ?? -1 { last = (reply, message.counter) }
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
    // Who asked is in doubt. The log's word is among what attribution weighed; alone it means little where it lost writes.
    case .unknown: if let request = reply.request { finding.solicited = request.injected < 0.5 }
    case .own, .phone: break
    }
  }

  private func isNear(_ reply: Reply, _ message: RadioLedger.Message) -> Bool {
    reply.wire.end.earliest <= message.place.time.latest
      && reply.wire.end.latest >= message.place.time.earliest &- settings.notification
  }

  /// Whether it is the last message once more.
  private func isRepeated(_ message: RadioLedger.Message) -> Bool {
    guard let counter = message.counter, let last = last?.counter else { return false }
    return counter == last
  }

  /// The answer on the wire with the same content. The module passes answers on in their order, so of several the
  /// oldest is meant that the phone has not heard of; unless the log misses messages. Then their numbers tell how many
  /// lie between, and where there are none, how long such things take.
  private mutating func answer(to message: RadioLedger.Message) -> Int? {
    let fitting = replies.indices.filter { replies[$0].content == message.content && isNear(replies[$0], message) }
    if fitting.count == 1, let only = fitting.first { habit.took(delay(of: replies[only], message)) }
    guard fitting.count > 1 else { return fitting.first }
    let inOrder = fitting.filter { replies[$0].wire.id > last?.reply.wire.id ?? -1 }
    let candidates = inOrder.isEmpty ? fitting : inOrder
    let own = habit.forwardsForeign ? nil : candidates.first { replies[$0].cause == .replyToPhone }
    var best: (index: Int, score: Double)?
    for (skipped, index) in candidates.enumerated() {
      var score = likelihood(replies[index], message, skipped: own == nil ? skipped : 0)
      if let own { score += precedence(of: index, over: own) }
      if score > best?.score ?? -.infinity { best = (index, score) }
    }
    return best?.index
  }

  /// Logarithm of the likelihood that a notification tells of this answer, up to a constant.
  private func likelihood(_ reply: Reply, _ message: RadioLedger.Message, skipped: Int) -> Double {
    let byTime = habit.likelihood(delay(of: reply, message))
    guard let counter = message.counter, let (last, lastCounter) = last, let lastCounter, counter > lastCounter,
      counter - lastCounter <= Self.farthest
    else { return byTime + Double(skipped) * habit.lossLikelihood }
    let between = habit.forwardsForeign ? reply.order.all - last.order.all : reply.order.own - last.order.own
    return byTime - Self.perMissing * Double(abs(between - Int(counter - lastCounter)))
  }

  /// A module that passes on only what the phone asked for passes on the first answer that fits, though a dash asked:
  /// logarithm of the probability that it knew of the phone's request by then.
  private func precedence(of index: Int, over own: Int) -> Double {
    guard let request = replies[own].request, let write = request.write else {
      return index == own ? 0 : log(Self.unlikely)
    }
    // It came to the module after the slot before, or it would have taken that one.
    let begin = max(write.time.middle, request.wire.start.middle &- Self.slot)
    let length = Double(max(1, request.wire.start.middle &- begin))
    func knew(_ reply: Reply) -> Double {
      let since = Double(reply.wire.end.middle &- begin) / length
      return min(max(since, Self.unlikely), 1 - Self.unlikely)
    }
    guard index <= own else { return log(Self.unlikely) }
    // None of those before was passed on, and this one was.
    let content = replies[own].content
    let missed = replies[..<index].reduce(0) { $1.content == content ? $0 + log(1 - knew($1)) : $0 }
    return missed + (index == own ? 0 : log(knew(replies[index])))
  }

  private func delay(of reply: Reply, _ message: RadioLedger.Message) -> Int64 {
    message.place.time.middle &- reply.wire.end.middle
  }

  // MARK: - What broke

  /// Reports what did not go on in time.
  mutating func expire(until now: Int64, radio: inout RadioLedger, into outcomes: inout [CausalOutcome]) {
    // Of what was written while the wire was not recorded nothing can be said; later the capture may go on.
    if let covered {
      let known = min(now &- settings.request, covered.upperBound &- settings.usualRequest)
      while let write = radio.takeExpired(before: known) {
        guard write.place.time.earliest >= covered.lowerBound else { continue }
        outcomes.append(.chain(CausalChain(outcome: .neverOnWire, write: write.place)))
      }
    }
    // Looked at in place: whole ones would be copied for each frame.
    while !requests.isEmpty, requests[0].wire.end.latest < now &- 2 &* Self.answer {
      let old = requests.removeFirst()
      report(old, &outcomes)
    }
    while !replies.isEmpty, replies[0].wire.end.latest < now &- settings.notification {
      let old = replies.removeFirst()
      habit.kept(old.cause)
      report(old, &outcomes)
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

extension ExchangeTracker {
  fileprivate static func part(_ wire: CausalChain.Wire) -> Exchange.Part {
    Exchange.Part(id: wire.id, start: wire.start, end: wire.end)
  }
}
