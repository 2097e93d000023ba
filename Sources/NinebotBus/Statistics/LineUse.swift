/// For how much of the time something was on a line.
public struct LineUse: Hashable, Sendable {
  // No optionals: this is counted with every event.
  private var start = Int64.max
  private var end = Int64.min
  private var time: Int64 = 0
  private var isTimed = false

  public init() {}

  /// Adds what was seen next.
  ///
  /// - Parameters:
  ///   - event: in the order of time.
  ///   - airTime: nanoseconds for which it held the line; nil where that is not known.
  @inline(__always)
  public mutating func add(_ event: BusEvent, airTime: Int64?) {
    if start == .max { start = event.start.middle }
    end = max(end, start, event.end.middle)
    guard let airTime else { return }
    isTimed = true
    time &+= airTime
  }

  /// Start of the first thing seen and end of the last, in nanoseconds; nil while nothing was.
  public var span: ClosedRange<Int64>? { start <= end ? start...end : nil }

  /// Nanoseconds in which something was on the line; nil while nothing of known length was.
  public var airTime: Int64? { isTimed ? time : nil }

  /// Nanoseconds from the first thing seen to the end of the last.
  public var duration: Int64 { span.map { $0.upperBound &- $0.lowerBound } ?? 0 }

  /// Share of the time in use, 0 to 1; nil where it is not known.
  public var load: Double? { airTime.flatMap { share(of: $0) } }

  /// The share that so many nanoseconds on the line are of the time, 0 to 1; nil where it is not known.
  public func share(of time: Int64) -> Double? {
    guard airTime != nil, duration > 0 else { return nil }
    return min(1, max(0, Double(time) / Double(duration)))
  }
}
