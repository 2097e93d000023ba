import NinebotBus

/// Why each frame was sent: pairs answers with requests on one link and remembers who asked.
struct CauseTracker: Sendable {
  private var tracker = ExchangeTracker()
  /// Who sent the last frames, and what they claimed, by the frame's number.
  private var senders = [Sender](repeating: Sender(), count: 1024)
  private(set) var totals = ExchangeTotals()

  private struct Sender: Sendable {
    var id: Int64 = -1
    var transmitter = Transmitter.unknown
    var claim = Claim.none
    var cause = Cause.unknown
    var injected: Float = 0
  }

  /// Pairs a sound frame that asks or answers. Returns whether an answer was asked for.
  mutating func pair(_ reading: FrameReading, _ part: Exchange.Part) -> (WireBeliefs.AnswerFit, request: Int64?) {
    tracker.push(reading, part)
    var fit = WireBeliefs.AnswerFit.notLooked
    var request: Int64?
    for index in tracker.exchanges.indices {
      totals.add(tracker.exchanges[index].outcome)
      guard tracker.exchanges[index].reply?.id == part.id else { continue }
      request = tracker.exchanges[index].request?.id
      fit = request == nil ? .unasked : .asked
    }
    return (fit, request)
  }

  /// Finds the cause of a frame that was looked at for its sender.
  ///
  /// - Parameter request: the number of what it answers.
  mutating func explain(_ finding: inout Finding, of observation: Observation, id: Int64, request: Int64?) {
    let (claim, sender) = (observation.claim, finding.sender)
    switch claim {
    case .none: finding.cause = .unknown
    case .levers, .poll, .bleAnswer, .announcement: finding.cause = .own
    case .request: finding.cause = sender == .ble ? .phone : sender.isForeign ? .own : .unknown
    case .escRequest: finding.cause = observation.reading.map { Self.reason(escRequest: $0) } ?? .unknown
    case .escAnswer, .batteryAnswer, .externalBatteryAnswer:
      if sender.isForeign { finding.cause = .own } else { answer(request, &finding) }
    }
    senders[Int(id & 1023)] = Sender(
      id: id, transmitter: sender, claim: claim, cause: finding.cause, injected: finding.injected)
  }

  private static func reason(escRequest reading: FrameReading) -> Cause {
    if reading.from == .phone || reading.from == .pc { return .phone }
    return reading.subject == .ble || ownPolls.contains(reading.argument) ? .own : .unknown
  }

  /// Registers that the ESC asks its battery for by itself (protocol.md 4.6).
  private static let ownPolls: Set<UInt8> = [0x00, 0x10, 0x30]

  /// Inlined: to call it, all of this would be copied.
  @inline(__always)
  private func answer(_ request: Int64?, _ finding: inout Finding) {
    guard let request else {
      finding.cause = .own
      return
    }
    let asker = senders[Int(request & 1023)]
    guard asker.id == request else {
      finding.cause = .unknown
      return
    }
    finding.injected = asker.injected
    switch (asker.claim, asker.transmitter) {
    case (.poll, _), (.levers, _): finding.cause = .own
    case (.escRequest, _): finding.cause = asker.cause == .phone ? .replyToPhone : .own
    case (_, .ble): finding.cause = .replyToPhone
    case (_, let dash) where dash.isForeign: finding.cause = .reply(to: dash)
    default: finding.cause = .unknown
    }
  }

  mutating func finish() {
    tracker.finish()
    for exchange in tracker.exchanges { totals.add(exchange.outcome) }
  }
}

/// How requests were answered.
public struct ExchangeTotals: Hashable, Sendable {
  public internal(set) var answered = 0
  public internal(set) var unanswered = 0
  /// Answers that no request explains.
  public internal(set) var unasked = 0

  public init() {}

  mutating func add(_ outcome: Exchange.Outcome) {
    switch outcome {
    case .answered: answered += 1
    case .unanswered: unanswered += 1
    case .unsolicited: unasked += 1
    // Counted as unanswered before; it was only slow.
    case .late: (unanswered, answered) = (unanswered - 1, answered + 1)
    }
  }

  static func += (sum: inout ExchangeTotals, other: ExchangeTotals) {
    sum.answered += other.answered
    sum.unanswered += other.unanswered
    sum.unasked += other.unasked
  }
}
