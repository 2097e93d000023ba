/// Turns sample numbers into nanoseconds, exactly: a tick lasts `numerator / denominator` nanoseconds.
///
/// Every time is computed from the tick's own number, so no rounding adds up over a long recording.
public struct SampleClock: Hashable, Sendable {
  private let numerator: UInt64
  private let denominator: UInt64

  /// The farthest tick either way; sources refuse numbers beyond it, so sums cannot overflow.
  public static let farthestTick: Int64 = 1 << 60
  /// The farthest time either way, in nanoseconds (36 years).
  private static let farthestTime: UInt64 = 1 << 60

  /// A clock of `rate` samples a second; nil unless it is 1 to 10^15.
  public init?(rate: Int64) {
    guard (1...1_000_000_000_000_000).contains(rate) else { return nil }
    self.init(nanoseconds: 1_000_000_000, perTicks: UInt64(rate))
  }

  /// A clock on which `ticks` ticks take `nanoseconds`; both above 0.
  init(nanoseconds: UInt64, perTicks ticks: UInt64) {
    var (a, b) = (max(nanoseconds, 1), max(ticks, 1))
    while b != 0 { (a, b) = (b, a % b) }
    numerator = max(nanoseconds, 1) / a
    denominator = max(ticks, 1) / a
  }

  /// The time of a tick, to the nearest nanosecond; clamped to 36 years either way.
  public func nanoseconds(_ tick: Int64) -> Int64 {
    let product = tick.magnitude.multipliedFullWidth(by: numerator)
    let (low, carry) = product.low.addingReportingOverflow(denominator / 2)
    let high = product.high &+ (carry ? 1 : 0)
    var time = Self.farthestTime
    if high < denominator {
      time = min(time, denominator.dividingFullWidth((high, low)).quotient)
    }
    return tick < 0 ? -Int64(time) : Int64(time)
  }

  /// The last tick that is not after a time in nanoseconds, clamped to `farthestTick`.
  public func tick(at nanoseconds: Int64) -> Int64 {
    let tick = (Double(nanoseconds) * Double(denominator) / Double(numerator)).rounded(.down)
    return Int64(max(min(tick, Double(Self.farthestTick)), -Double(Self.farthestTick)))
  }

  /// Nanoseconds that one tick lasts, at least 1, rounded up.
  public var resolution: Int64 { Int64(clamping: (numerator + denominator - 1) / denominator) }

  /// For lengths of time, which need no exact place on the clock.
  var nanosecondsPerTick: Double { Double(numerator) / Double(denominator) }

  /// Ticks in one bit at `rate` bits a second.
  func ticksPerBit(_ rate: Double) -> Double {
    1e9 * Double(denominator) / (Double(numerator) * max(rate, 1))
  }
}
