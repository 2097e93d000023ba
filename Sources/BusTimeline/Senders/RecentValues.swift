/// The last values of a quantity, for its median and quartiles. Bounded.
struct RecentValues: Sendable {
  private var values: [Int64] = []
  private var next = 0
  private static let most = 512

  var count: Int { values.count }

  mutating func add(_ value: Int64) {
    if values.count < Self.most {
      values.append(value)
    } else {
      values[next] = value
      next = (next + 1) % Self.most
    }
  }

  /// Lower quartile, median and upper quartile; nil below eight values.
  var quartiles: (low: Int64, median: Int64, high: Int64)? {
    guard values.count >= 8 else { return nil }
    let sorted = values.sorted()
    return (sorted[sorted.count / 4], sorted[sorted.count / 2], sorted[sorted.count * 3 / 4])
  }
}
