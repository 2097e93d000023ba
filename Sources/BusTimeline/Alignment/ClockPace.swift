/// How fast one clock gains on another, as far as single contents tell: the offset of each is rough, but hours apart they
/// tell it well.
struct ClockPace: Sendable {
  /// Nanoseconds of offset in a nanosecond.
  let slope: Double
  /// It can be so much more or less.
  let doubt: Double

  /// Fewer moments, or a shorter time, tell less than the windows themselves.
  private static let fewest = 32
  private static let shortest: Int64 = 1_800_000_000_000
  /// A single offset is that rough; nanoseconds.
  private static let roughness = 1e9

  /// The median slope between moments that are half of all apart (as Theil and Sen; some may be accidents). Nil where they
  /// do not tell it.
  ///
  /// - Parameter moments: times and offsets, nanoseconds.
  init?(_ moments: [(time: Int64, offset: Int64)]) {
    let moments = moments.sorted { $0.time < $1.time }
    let half = moments.count / 2
    guard moments.count >= Self.fewest, moments[half].time - moments[0].time >= Self.shortest else { return nil }
    let slopes = zip(moments, moments.dropFirst(half)).compactMap { early, late -> Double? in
      late.time > early.time ? Double(late.offset - early.offset) / Double(late.time - early.time) : nil
    }.sorted()
    guard !slopes.isEmpty else { return nil }
    slope = slopes[slopes.count / 2]
    doubt = Self.roughness / Double(moments[half].time - moments[0].time) * 2 / Double(slopes.count).squareRoot()
    guard abs(slope) <= ClockTrack.steepest, doubt < ClockTrack.steepest else { return nil }
  }
}
