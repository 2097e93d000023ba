/// When each content is in a stretch of the phone's log: what else a message of the bus could be.
struct LogTimes: Sendable {
  private struct Time {
    var earliest: Int64
    var latest: Int64
  }

  /// By content, ascending.
  private var times: [[Time]] = []
  /// Where requests are missing: they can have been any.
  private let missing: [ClosedRange<Int64>]
  /// Whether one that is missing may be the earliest.
  var reckonsWithMissing = false

  init(_ messages: ArraySlice<Correspondence.Message>, missing: [ClosedRange<Int64>]) {
    self.missing = missing
    for message in messages where message.key >= 0 {
      let key = Int(message.key)
      while times.count <= key { times.append([]) }
      times[key].append(Time(earliest: message.earliest, latest: message.latest))
    }
    for key in times.indices { times[key].sort { $0.earliest < $1.earliest } }
  }

  /// The earliest time that a request of a content can have: not before `low`; nil if there is none up to `high`.
  func earliest(_ key: Int32, from low: Int64, to high: Int64) -> Int64? {
    guard times.indices.contains(Int(key)) else { return nil }
    let index = lowerBound(Int(key), low)
    var found: Int64?
    if index < times[Int(key)].count, times[Int(key)][index].earliest <= high {
      found = times[Int(key)][index].earliest
    }
    guard reckonsWithMissing, let gap = gap(from: low, to: high) else { return found }
    let possible = max(low, gap.lowerBound)
    return min(found ?? possible, possible)
  }

  /// Whether a content is there once or not at all.
  func isOnly(_ key: Int32, from low: Int64, to high: Int64) -> Bool {
    guard times.indices.contains(Int(key)) else { return true }
    return lowerBound(Int(key), high &+ 1) - lowerBound(Int(key), low) <= 1
  }

  /// Whether requests may be missing in a range.
  func isMissing(from low: Int64, to high: Int64) -> Bool { gap(from: low, to: high) != nil }

  /// Gaps lie between neighbours, so they hardly overlap: the first that ends behind `low` is the earliest.
  private func gap(from low: Int64, to high: Int64) -> ClosedRange<Int64>? {
    let first = missing.partitioningIndex { $0.upperBound >= low }
    return first < missing.count && missing[first].lowerBound <= high ? missing[first] : nil
  }

  /// The latest end of a content that begins not after `high`; nil if there is none from `low` on.
  func latest(_ key: Int32, from low: Int64, to high: Int64) -> Int64? {
    guard times.indices.contains(Int(key)) else { return nil }
    let index = lowerBound(Int(key), high &+ 1) - 1
    guard index >= 0, times[Int(key)][index].earliest >= low else { return nil }
    return times[Int(key)][index].latest
  }

  /// Index of the first that is not before a time.
  private func lowerBound(_ key: Int, _ time: Int64) -> Int {
    times[key].partitioningIndex { $0.earliest >= time }
  }
}
