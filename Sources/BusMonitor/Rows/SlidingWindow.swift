/// A sum over the last seconds, in buckets: constant cost and memory whatever comes.
public struct SlidingWindow: Hashable, Sendable {
  private let width: Int64
  private var sums: [Double]
  /// Bucket numbers: the first that something fell into, the newest.
  private var first: Int64?
  private var newest: Int64 = 0

  /// - Parameters:
  ///   - bucket: nanoseconds.
  ///   - count: complete buckets that count.
  public init(bucket: Int64, count: Int) {
    width = max(1, bucket)
    sums = [Double](repeating: 0, count: max(1, count) + 1)
  }

  public mutating func add(_ value: Double, at time: Int64) {
    let bucket = number(of: time)
    if first == nil {
      first = bucket
      newest = bucket
    }
    advance(to: bucket)
    guard newest - bucket < Int64(sums.count) else { return }
    sums[slot(bucket)] += value
  }

  /// What fell into each second, over the complete buckets before `time`; nil before the first is complete.
  public func rate(at time: Int64) -> Double? {
    guard let first else { return nil }
    let current = number(of: time)
    let from = max(first, current - Int64(sums.count - 1))
    guard from < current else { return nil }
    var sum = 0.0
    for bucket in from..<current where bucket <= newest && newest - bucket < Int64(sums.count) {
      sum += sums[slot(bucket)]
    }
    return sum / (Double(current - from) * Double(width) / 1e9)
  }

  private func number(of time: Int64) -> Int64 { time >= 0 ? time / width : (time + 1) / width - 1 }

  private func slot(_ bucket: Int64) -> Int {
    let rest = Int(bucket % Int64(sums.count))
    return rest < 0 ? rest + sums.count : rest
  }

  private mutating func advance(to bucket: Int64) {
    guard bucket > newest else { return }
    for passed in max(newest + 1, bucket - Int64(sums.count) + 1)...bucket { sums[slot(passed)] = 0 }
    newest = bucket
  }
}
