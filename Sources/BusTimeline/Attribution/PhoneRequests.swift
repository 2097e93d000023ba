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

  /// When the log misses requests of the phone; ascending.
  private var gaps: [ClosedRange<Int64>] = []
  /// The log misses requests, nobody knows when.
  private var isLossy = false

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

  /// Notes that the log misses requests that the phone made between these times; times ascend.
  public mutating func add(gap: ClosedRange<Int64>) { gaps.append(gap) }

  /// Notes that the log misses requests here and there.
  public mutating func setLossy() { isLossy = true }

  /// Whether what the log does not have, the phone did not ask.
  private func isWhole(from low: Int64, to high: Int64) -> Bool {
    guard !isLossy else { return false }
    var (first, end) = (0, gaps.count)
    while first < end {
      let middle = (first + end) / 2
      if gaps[middle].upperBound < low { first = middle + 1 } else { end = middle }
    }
    return first == gaps.count || gaps[first].lowerBound > high
  }

  func explains(_ reading: FrameReading, at start: TimeBounds) -> Explanation {
    guard let covered, covered.contains(start.middle) else { return .unknown }
    let key = Key(subject: reading.subject, argument: reading.argument, count: reading.asked)
    let earliest = start.earliest - Self.delay.upperBound
    let latest = start.latest - Self.delay.lowerBound
    let absent: Explanation = isWhole(from: earliest, to: latest) ? .no : .unknown
    guard let written = times[key] else { return absent }
    var low = 0
    var high = written.count
    while low < high {
      let middle = (low + high) / 2
      if written[middle] < earliest { low = middle + 1 } else { high = middle }
    }
    return low < written.count && written[low] <= latest ? .yes : absent
  }
}
