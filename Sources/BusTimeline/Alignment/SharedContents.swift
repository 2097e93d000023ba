/// Contents that others put on the bus too, or that the phone's log often misses: one of them can stand where the
/// phone's own frame is missing from the bus's capture, and then it says something wrong.
struct SharedContents: Sendable {
  private var isShared: [Bool] = []

  /// Rarer contents are hardly ever near by accident.
  private static let fewest = 30
  /// How much more of a content than of the best explained one may be unexplained by the phone's log.
  private static let tolerance = 0.2
  private static let slop: Int64 = 5_000_000

  /// None known.
  init() {}

  /// - Parameters:
  ///   - messages: those that a line is fitted to.
  ///   - expected: where a message of the phone's log is on the bus if no time passed.
  init(_ source: Correspondence, _ messages: Range<Int>, expected: (Correspondence.Message) -> Int64) {
    var places: [[Int64]] = []
    var range: ClosedRange<Int64>?
    for message in source.messages[messages] where message.key >= 0 {
      let key = Int(message.key), time = expected(message)
      while places.count <= key { places.append([]) }
      // The window in which its own may be begins here.
      places[key].append(message.isReply ? time - source.reach.reply : time - Self.slop)
      range = min(range?.lowerBound ?? time, time)...max(range?.upperBound ?? time, time)
    }
    guard let range else { return }
    let shares = places.indices.map { key in
      Self.unexplained(source, Int32(key), &places[key], range)
    }
    let least = shares.compactMap(\.self).min() ?? 0
    isShared = shares.map { $0.map { $0 > least + Self.tolerance } ?? false }
  }

  /// Whether the content is one of them.
  func contains(_ key: Int32) -> Bool { key >= 0 && Int(key) < isShared.count && isShared[Int(key)] }

  /// Share of the bus's frames of that content near which the phone's log has none; nil where there are few.
  private static func unexplained(
    _ source: Correspondence, _ key: Int32, _ places: inout [Int64], _ range: ClosedRange<Int64>
  ) -> Double? {
    places.sort()
    let length = max(source.reach.reply, source.reach.request) + slop
    var (all, explained, next) = (0, 0, 0)
    source.each(key, from: range.lowerBound, to: range.upperBound) { earliest, _ in
      while next < places.count, places[next] + length < earliest { next += 1 }
      all += 1
      if next < places.count, places[next] <= earliest { explained += 1 }
    }
    return all < fewest ? nil : Double(all - explained) / Double(all)
  }
}
