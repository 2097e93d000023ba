/// When the next reply to somebody else is due, and how long the phone's own replies take: where both ask for the same
/// register, this says which of the two a reply is likelier.
///
/// Learns from what was decided before; with too little of it, the phone's request is believed.
struct ForeignRhythm: Sendable {
  /// Decisions needed before the rhythm is believed.
  private static let leastKnown = 12
  /// Kinds of replies that are told apart; rings have a handful.
  private static let mostKinds = 64
  /// No estimate of a spread is better than this, in nanoseconds: the radio holds messages back.
  private static let leastSpread = 4_000_000.0
  /// A spread above this share of the period is no rhythm: answers whose requests the log has lost come at random.
  private static let mostSpread = 0.4
  /// Weight of a new value.
  private static let weight = 0.05

  /// A running mean with its mean deviation.
  private struct Average: Sendable {
    private(set) var mean = 0.0
    private(set) var spread = 0.0
    private(set) var count = 0

    mutating func add(_ value: Double) {
      count += 1
      let weight = max(ForeignRhythm.weight, 1 / Double(count))
      spread += weight * (abs(value - mean) - spread)
      mean += weight * (value - mean)
    }

    /// How far a value is from the usual, in spreads.
    func distance(_ value: Double) -> Double { abs(value - mean) / max(spread, ForeignRhythm.leastSpread) }
  }

  private var period = Average()
  private var latency = Average()
  private var follows: [UInt32: [UInt32: Int]] = [:]
  private var last: (key: UInt32, time: Int64)?

  /// Whether a reply is likelier the one that somebody else waits for.
  func claims(_ key: UInt32, at time: Int64, requested: Int64) -> Bool {
    guard let last, period.count >= Self.leastKnown, latency.count >= Self.leastKnown,
      period.spread < Self.mostSpread * period.mean, isNext(key, after: last.key)
    else { return false }
    return period.distance(Double(time &- last.time)) < latency.distance(Double(time &- requested))
  }

  /// Whether this kind is what usually comes after the other.
  private func isNext(_ key: UInt32, after previous: UInt32) -> Bool {
    guard let counts = follows[previous], let most = counts.values.max() else { return false }
    return (counts[key] ?? 0) * 2 >= most
  }

  mutating func took(foreign key: UInt32, at time: Int64) {
    if let last {
      let step = Double(time &- last.time)
      // A step over members that were lost is no period.
      if period.count < Self.leastKnown || step < 1.6 * period.mean { period.add(step) }
      if follows.count < Self.mostKinds || follows[last.key] != nil {
        follows[last.key, default: [:]][key, default: 0] += 1
      }
    }
    last = (key, time)
  }

  mutating func took(own latency: Int64) { self.latency.add(Double(latency)) }
}
