/// How much faster one clock runs than another, parts per million.
public struct ClockDrift: Hashable, Sendable {
  /// The best single guess; negative where the clock is the slower one. Nil where the messages do not tell.
  public var rate: Double?
  /// Half the width of the interval that holds the truth; where there is no guess, the most that it can be either way.
  public var bound: Double

  public init(rate: Double?, bound: Double) {
    self.rate = rate
    self.bound = bound
  }

  init(_ segment: ClockSegment) {
    self =
      segment.knowsDrift
      ? ClockDrift(rate: segment.driftPPM, bound: segment.driftBoundPPM)
      : ClockDrift(rate: nil, bound: segment.driftReachPPM)
  }

  /// The same seen from the other clock. That the rate is one of that clock's seconds is below what is known of it.
  var turned: ClockDrift { ClockDrift(rate: rate.map { -$0 }, bound: bound) }
}
