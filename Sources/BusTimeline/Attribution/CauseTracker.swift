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
  }

  /// Pairs a sound frame that asks or answers. Returns whether an answer was asked for.
  mutating func pair(_ reading: FrameReading, _ part: Exchange.Part) -> (WireModel.AnswerFit, request: Int64?) {
    tracker.push(reading, part)
    var fit = WireModel.AnswerFit.notLooked
    var request: Int64?
    for index in tracker.exchanges.indices {
      totals.add(tracker.exchanges[index].outcome)
      guard tracker.exchanges[index].reply?.id == part.id else { continue }
      request = tracker.exchanges[index].request?.id
      fit = request == nil ? .unasked : .asked
    }
    return (fit, request)
  }

  /// The cause of a frame whose sender is decided.
  ///
  /// - Parameter request: the number of what it answers.
  mutating func cause(of observation: Observation, sender: Transmitter, id: Int64, request: Int64?) -> Cause {
    let claim = observation.claim
    let cause: Cause =
      switch claim {
      case .none: .unknown
      case .levers, .poll, .bleAnswer: .own
      case .request: sender == .ble ? .phone : sender.isForeign ? .own : .unknown
      case .escRequest: observation.reading.map { Self.reason(escRequest: $0) } ?? .unknown
      case .escAnswer, .batteryAnswer, .externalBatteryAnswer: sender.isForeign ? .own : answer(request)
      }
    senders[Int(id & 1023)] = Sender(id: id, transmitter: sender, claim: claim, cause: cause)
    return cause
  }

  private static func reason(escRequest reading: FrameReading) -> Cause {
    if reading.from == .phone || reading.from == .pc { return .phone }
    return reading.subject == .ble || ownPolls.contains(reading.argument) ? .own : .unknown
  }

  /// Registers that the ESC asks its battery for by itself (protocol.md 4.6).
  private static let ownPolls: Set<UInt8> = [0x00, 0x10, 0x30]

  private func answer(_ request: Int64?) -> Cause {
    guard let request else { return .own }
    let asker = senders[Int(request & 1023)]
    guard asker.id == request else { return .unknown }
    switch (asker.claim, asker.transmitter) {
    case (.poll, _), (.levers, _): return .own
    case (.escRequest, _): return asker.cause == .phone ? .replyToPhone : .own
    case (_, .ble): return .replyToPhone
    case (_, let dash) where dash.isForeign: return .reply(to: dash)
    default: return .unknown
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
