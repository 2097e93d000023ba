public import NinebotBus

/// The answers that went over the wire, to tell for each notification whose request made the scooter send it.
///
/// The BLE module forwards answers in their order (protocol.md 6.8), so a notification belongs to the earliest answer
/// of the same content, shortly before it, that was not forwarded yet. Bounded: past `most`, the oldest half goes.
public struct AnswerLog: Sendable {
  /// One answer.
  public struct Answer: Sendable {
    /// End on the wire; absolute nanoseconds on the bus's clock.
    public var time: Int64
    var content: UInt64
    public var cause: Cause
    /// The caller's number of it.
    public var item: Int?
    var isForwarded = false
  }

  public private(set) var answers: [Answer] = []
  private static let most = 2_000_000
  /// A notification that comes later belongs to another answer.
  private static let longestDelay: Int64 = 1_500_000_000

  public init() {}

  /// Adds an answer, in order of time.
  public mutating func add(_ event: AlignmentEvent, _ cause: Cause, item: Int?) {
    if answers.count == Self.most { answers.removeFirst(Self.most / 2) }
    answers.append(Answer(time: event.earliest, content: event.content, cause: cause, item: item))
  }

  /// The answer that a notification carries, and marks it as forwarded; nil where none fits.
  ///
  /// - Parameter time: of the notification, on the bus's clock, with its bounds.
  public mutating func take(_ event: AlignmentEvent, at time: TimeBounds) -> Answer? {
    var low = 0
    var high = answers.count
    let earliest = time.earliest - Self.longestDelay
    while low < high {
      let middle = (low + high) / 2
      if answers[middle].time < earliest { low = middle + 1 } else { high = middle }
    }
    var fallback: Int?
    while low < answers.count, answers[low].time <= time.latest {
      if answers[low].content == event.content {
        if !answers[low].isForwarded {
          answers[low].isForwarded = true
          return answers[low]
        }
        fallback = low
      }
      low += 1
    }
    return fallback.map { answers[$0] }
  }
}
