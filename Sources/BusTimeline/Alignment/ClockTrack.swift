/// A run of neighbouring messages of the BLE side that is placed on the bus as one.
struct ClockWindow: Sendable {
  var messages: Range<Int>
  /// Middle on the BLE clock, nanoseconds from its start.
  var middle: Int64

  /// Long enough to carry a place, short enough that drift does not smear it.
  static let longest: Int64 = 30_000_000_000
  static let mostMessages = 160
  /// Messages overtake each other by less, and the air is seldom silent for longer: further apart, the clock may have
  /// been set, and a window must not straddle that.
  private static let overtaking: Int64 = 500_000_000
  private static let silence: Int64 = 700_000_000
  /// A window that is broken off has at least so many messages.
  private static let fewest = 24

  static func all(_ source: Correspondence) -> [ClockWindow] {
    var windows: [ClockWindow] = []
    var begin = 0
    for index in source.messages.indices {
      let length = source.messages[index].earliest - source.messages[begin].earliest
      let gap = source.messages[index].earliest - source.messages[max(begin, index - 1)].earliest
      let isBroken = (gap > silence && index - begin >= fewest) || gap < -overtaking
      let isFull = index - begin >= mostMessages || length > longest || isBroken
      guard isFull else { continue }
      windows.append(ClockWindow(begin..<index, source))
      begin = index
    }
    if begin < source.messages.count { windows.append(ClockWindow(begin..<source.messages.count, source)) }
    return windows
  }

  private init(_ range: Range<Int>, _ source: Correspondence) {
    messages = range
    let first = source.messages[range.lowerBound].earliest, last = source.messages[range.upperBound - 1].earliest
    middle = first + (last - first) / 2
  }

  /// How well each offset in the range explains this window.
  func curve(_ source: Correspondence, from low: Int64, to high: Int64, bin: Int64, slop: Int64) -> OffsetCurve {
    var curve = OffsetCurve(from: low, to: high, bin: bin)
    for message in source.messages[messages] {
      curve.add(message, OffsetCurve.Weight(source, message), source, slop: slop)
    }
    curve.finish()
    return curve
  }
}

/// Follows one guess of the offset through all windows: the clock drifts, the guess drifts with it.
struct ClockTrack: Sendable {
  /// Where a window fits best near the prediction.
  struct Point: Sendable {
    var offset: Int64
    var score: Float
  }

  /// Clocks of phones and laptops are off by tens of ppm; more than this is no clock.
  static let steepest = 260e-6
  static let bin: Int64 = 2_000_000

  private(set) var points: [Point]
  /// The run of windows with the highest sum of scores, and that sum.
  private(set) var run: Range<Int>
  private(set) var score: Float

  /// - Parameter pace: how the offset changes, where it is known.
  init(_ source: Correspondence, _ windows: [ClockWindow], from seed: Int, at offset: Int64, pace: ClockPace?) {
    points = [Point](repeating: Point(offset: offset, score: 0), count: windows.count)
    let start = Self.fit(source, windows[seed], near: offset, within: 150_000_000)
    points[seed] = start
    var trail = Trail(windows[seed].middle, start.offset, pace)
    for index in (seed + 1)..<max(seed + 1, windows.count) {
      points[index] = trail.follow(source, windows[index])
    }
    trail = Trail(windows[seed].middle, start.offset, pace)
    for index in (0..<seed).reversed() { points[index] = trail.follow(source, windows[index]) }
    (run, score) = Self.bestRun(points)
  }

  private static func fit(
    _ source: Correspondence, _ window: ClockWindow, near offset: Int64, within range: Int64
  ) -> Point {
    let curve = window.curve(source, from: offset - range, to: offset + range, bin: bin, slop: source.reach.slop)
    guard let best = curve.best else { return Point(offset: offset, score: 0) }
    return Point(offset: best.offset, score: best.score)
  }

  private static func bestRun(_ points: [Point]) -> (Range<Int>, Float) {
    var best: (range: Range<Int>, sum: Float) = (0..<0, 0)
    var begin = 0
    var sum: Float = 0
    for (index, point) in points.enumerated() {
      sum += point.score
      if sum > best.sum { best = (begin..<(index + 1), sum) }
      if sum <= 0 { (begin, sum) = (index + 1, 0) }
    }
    return best
  }

  /// One direction of following.
  private struct Trail {
    let originTime: Int64
    let originOffset: Int64
    var time: Int64
    var offset: Int64
    let pace: ClockPace?

    init(_ time: Int64, _ offset: Int64, _ pace: ClockPace?) {
      self.pace = pace
      (originTime, originOffset) = (time, offset)
      (self.time, self.offset) = (time, offset)
    }

    mutating func follow(_ source: Correspondence, _ window: ClockWindow) -> Point {
      let baseline = Double(abs(time - originTime))
      let knowsSlope = baseline > 300e9
      var slope = knowsSlope ? Double(offset - originOffset) / Double(time - originTime) : 0
      var doubt = knowsSlope ? min(steepest, 100e6 / baseline + 2e-6) : steepest
      let distance = Double(window.middle - time)
      // A window's own place is rough.
      if !knowsSlope, let pace { (slope, doubt) = (pace.slope, min(steepest, 100e6 / abs(distance) + pace.doubt)) }
      let predicted = offset + Int64(slope * distance)
      let range = min(3_000_000_000, 60_000_000 + Int64(abs(distance) * doubt))
      let point = fit(source, window, near: predicted, within: range)
      if point.score > 8 { (time, offset) = (window.middle, point.offset) }
      return point
    }
  }
}
