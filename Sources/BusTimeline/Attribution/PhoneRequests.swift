public import NinebotBus

/// What the phone is known to have asked for, on the bus's clock, so that its requests on the wire can be told from
/// others.
public struct PhoneRequests: Sendable {
  enum Explanation { case unknown, yes, no }

  private struct Key: Hashable {
    var subject: Role
    var argument: UInt8
    var count: UInt8
  }

  /// Times of each request, ascending, in nanoseconds.
  private var times: [Key: [Int64]] = [:]
  /// Nanoseconds in which the log tells everything that the phone did; nil while there is no log.
  private var covered: ClosedRange<Int64>?

  /// How late a request can reach the wire: a slot, and more when the module is busy (protocol.md 6.9).
  private static let delay: ClosedRange<Int64> = -5_000_000...250_000_000

  /// No log.
  public init() {}

  /// - Parameter covered: nanoseconds on the bus's clock that the log covers.
  public init(covered: ClosedRange<Int64>) {
    self.covered = covered
  }

  /// Adds a request of the phone; times ascend.
  public mutating func add(_ reading: FrameReading, at time: Int64) {
    times[Key(subject: reading.subject, argument: reading.argument, count: reading.asked), default: []].append(time)
  }

  func explains(_ reading: FrameReading, at start: TimeBounds) -> Explanation {
    guard let covered, covered.contains(start.middle) else { return .unknown }
    let key = Key(subject: reading.subject, argument: reading.argument, count: reading.asked)
    let earliest = start.earliest - Self.delay.upperBound
    let latest = start.latest - Self.delay.lowerBound
    guard let written = times[key] else { return .no }
    var low = 0
    var high = written.count
    while low < high {
      let middle = (low + high) / 2
      if written[middle] < earliest { low = middle + 1 } else { high = middle }
    }
    return low < written.count && written[low] <= latest ? .yes : .no
  }
}
