/// How regularly something comes: smoothed distance of neighbours and how much it varies.
public struct Rhythm: Hashable, Sendable {
  /// Smoothed distance from one to the next in nanoseconds; nil until there were two.
  public private(set) var period: Double?
  /// Smoothed difference of successive distances in nanoseconds, the interarrival jitter of RFC 3550 6.4.1; nil until
  /// there were three.
  public private(set) var jitter: Double?
  private var last: Int64?
  private var lastPeriod: Double?

  /// Weight of the newest value, as in RFC 3550.
  private static let gain = 1.0 / 16

  public init() {}

  /// - Parameter time: start of the next one, in nanoseconds.
  public mutating func beat(at time: Int64) {
    defer { last = time }
    guard let last else { return }
    let step = max(0, Double(time) - Double(last))
    period = period.map { $0 + (step - $0) * Self.gain } ?? step
    if let lastPeriod {
      let difference = (step - lastPeriod).magnitude
      jitter = jitter.map { $0 + (difference - $0) * Self.gain } ?? difference
    }
    lastPeriod = step
  }
}
