import Glibc

/// Decides when requests are no longer explained by stock parts alone: a cumulative sum test (Page, "Continuous
/// inspection schemes", Biometrika 1954) of "some of the requests are foreign" against "none is".
///
/// Several shares are tried, since a dash may make most of the requests or few beside a busy phone.
struct ForeignTest: Sendable {
  private static let shares: [3 of Float] = [0.5, 0.1, 0.02]
  /// Log-likelihood ratio at which a device is named: five or more clear requests, one in 160 000 by chance.
  private static let limit: Float = 12

  private var sums = [3 of Float](repeating: 0)

  /// Adds a request by its log-likelihood ratio, foreign against stock. Returns whether the limit is reached.
  mutating func add(_ ratio: Float) -> Bool {
    // Nothing to lower.
    if ratio <= 0, sums[0] == 0, sums[1] == 0, sums[2] == 0 { return false }
    let odds = expf(min(ratio, 8))
    var reached = false
    for index in sums.indices {
      let share = Self.shares[index]
      sums[index] = max(0, sums[index] + logf(1 - share + share * odds))
      if sums[index] > Self.limit { reached = true }
    }
    return reached
  }

  mutating func reset() { sums = .init(repeating: 0) }
}
