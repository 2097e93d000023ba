/// Latencies of which the middle and the tail are wanted: a bounded sample, each value with the same chance.
struct LatencySample: Sendable {
  private var values: [Int64] = []
  private var count = 0
  private static let most = 4096

  /// Adds a latency in nanoseconds.
  mutating func add(_ value: Int64) {
    count += 1
    if values.count < Self.most {
      values.append(value)
    } else {
      // A multiplicative hash of the count stands in for chance, so that a run can be repeated.
      let place = Int(truncatingIfNeeded: (UInt64(count) &* 0x9E37_79B9_7F4A_7C15) >> 33) % count
      if place < Self.most { values[place] = value }
    }
  }

  var latency: Diagnosis.Latency {
    let sorted = values.sorted()
    var latency = Diagnosis.Latency()
    latency.count = count
    guard !sorted.isEmpty else { return latency }
    latency.median = sorted[sorted.count / 2]
    latency.p95 = sorted[min(sorted.count - 1, sorted.count * 95 / 100)]
    return latency
  }
}
