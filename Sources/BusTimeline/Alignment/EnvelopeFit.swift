/// Finds all straight lines that the pairs allow: an answer reaches the phone only after it was on the wire, and a
/// request the wire only after the phone wrote it. How much later depends on the radio, so means say nothing; the
/// extremes of both directions hold the truth between them (as the minimum filter of NTP, RFC 5905, and the convex
/// hulls of Moon, Skelly and Towsley, INFOCOM 1999).
struct EnvelopeFit {
  /// The result of a fit.
  struct Fit: Sendable {
    var region: LineRegion
    /// Bus time to which the region's time 0 refers, and offset from which its values count.
    var middle: Int64
    var base: Int64
    var pairs: Int
    /// By how much constraints had to be loosened, nanoseconds: clocks are not perfectly even.
    var slack: Double
    var bus: ClosedRange<Int64>
  }

  /// A message and where it is on the bus; nanoseconds relative to a line.
  struct Pair {
    /// Bus time.
    var time: Int64
    /// Largest offset that the pair allows for an answer, smallest for a request.
    var bound: Int64
    var isReply: Bool
    /// Offset by best guess.
    var offset: Int64
    /// How uncertain its times are.
    var doubt: Int64
  }

  let source: Correspondence

  /// Loosening beyond this means that it is no straight line.
  static let mostSlack = 400e3
  private static let leastPairs = 12
  /// So many pairs are enough, whatever share of all they are.
  private static let enough = 400
  private static let leastForUsual = 100
  private static let sealedMargin: Int64 = 80_000_000

  /// Fits a run of windows whose places are known to some ten milliseconds.
  func fit(_ windows: ArraySlice<ClockWindow>, _ points: ArraySlice<ClockTrack.Point>) -> Fit? {
    guard let first = windows.first, let last = windows.last else { return nil }
    let rough = roughLine(windows, points)
    var line = rough.line
    let middle = rough.middle, base = rough.base
    var margin = source.isSealed ? max(rough.margin, Self.sealedMargin) : rough.margin
    var result: Fit?
    let messages = first.messages.lowerBound..<last.messages.upperBound
    var log = LogTimes(source.messages[messages], missing: source.missing)
    var usual: Correspondence.Reach?
    var shared = SharedContents()
    for _ in 0..<3 {
      let delays = DelayReach(source, log, margin: margin).find(source.messages[messages]) { message in
        base + Int64(line.at(Double(message.earliest - base - middle)))
      }
      let reach = delays.reach
      log.reckonsWithMissing = delays.isQueueing
      let pairs = self.pairs(messages, line, middle, base, margin, reach, usual ?? reach, shared, log)
      guard pairs.count >= Self.leastPairs, pairs.contains(where: \.isReply), pairs.contains(where: { !$0.isReply })
      else { return result }
      guard let next = solve(pairs, line, middle, base, margin) else { return nil }
      result = next
      // Where lengths are all there is, a near message is as likely another one: no use in looking closer.
      if source.isSealed { break }
      line = next.region.center
      usual = usualReach(pairs, line, middle, base, reach)
      shared = SharedContents(source, messages) { message in
        message.earliest - base - Int64(line.at(Double(message.earliest - base - middle)))
      }
      let span = Double(next.bus.upperBound - next.bus.lowerBound)
      let width = [-span / 2, span / 2].map { next.region.values(at: $0) }.map { $0.upperBound - $0.lowerBound }
      margin = min(margin, 1_000_000 + Int64(max(width[0], width[1])))
    }
    return result
  }

  /// A line through the windows' places, by least squares.
  private func roughLine(
    _ windows: ArraySlice<ClockWindow>, _ points: ArraySlice<ClockTrack.Point>
  ) -> (line: LineRegion.Line, middle: Int64, base: Int64, margin: Int64) {
    let good = zip(windows, points).filter { $0.1.score > 4 }
    let used = good.isEmpty ? Array(zip(windows, points)) : good
    let base = used[used.count / 2].1.offset
    let middle = used[used.count / 2].0.middle - base
    var sums = (n: 0.0, x: 0.0, y: 0.0, xx: 0.0, xy: 0.0)
    let places = used.map { (Double($0.0.middle - $0.1.offset - middle), Double($0.1.offset - base)) }
    for (x, y) in places { sums = (sums.n + 1, sums.x + x, sums.y + y, sums.xx + x * x, sums.xy + x * y) }
    let spread = sums.xx - sums.x * sums.x / sums.n
    // Windows are placed to some ten milliseconds: over a short time that says nothing of the drift.
    var slope = 0.0
    if spread > 0, let low = places.map(\.0).min(), let high = places.map(\.0).max(), high - low > 200e9 {
      slope = (sums.xy - sums.x * sums.y / sums.n) / spread
      slope = min(max(slope, -ClockTrack.steepest), ClockTrack.steepest)
    }
    let line = LineRegion.Line(value: (sums.y - slope * sums.x) / sums.n, slope: slope)
    let worst = places.map { abs($0.1 - line.at($0.0)) }.max() ?? 0
    return (line, middle, base, Int64(min(150e6, max(40e6, worst + 25e6))))
  }

  // MARK: - Pairs

  /// What delays hardly ever exceed, by a first look at them.
  private func usualReach(
    _ pairs: [Pair], _ line: LineRegion.Line, _ middle: Int64, _ base: Int64,
    _ longest: Correspondence.Reach
  ) -> Correspondence.Reach {
    var reach = longest
    let delays = pairs.map { ($0.isReply, $0.offset - base - Int64(line.at(Double($0.time - middle)))) }
    func most(_ delays: [Int64], _ reach: Int64) -> Int64 {
      let sorted = delays.sorted()
      guard sorted.count >= Self.leastForUsual else { return reach }
      return min(reach, sorted[sorted.count * 99 / 100] * 5 / 4)
    }
    reach.reply = most(delays.filter(\.0).map(\.1), reach.reply)
    reach.request = most(delays.filter { !$0.0 }.map { -$0.1 }, reach.request)
    return reach
  }

  /// For each message the weakest statement that is true whichever of the near bus messages is its own.
  ///
  /// Its own can be missing: destroyed in a collision, or out of the capture. Then one of a dash that looks the same
  /// would stand for it. So messages count only where the bus is known completely around them, as far as delays
  /// usually are (`usual`), and those of shared contents do not, unless few would be left.
  func pairs(
    _ messages: Range<Int>, _ line: LineRegion.Line, _ middle: Int64, _ base: Int64, _ margin: Int64,
    _ reach: Correspondence.Reach, _ usual: Correspondence.Reach, _ shared: SharedContents, _ log: LogTimes
  ) -> [Pair] {
    var all: [Pair] = []
    var sound: [Pair] = []
    var own: [Pair] = []
    for message in source.messages[messages] where message.key >= 0 {
      let about = message.earliest - base - middle
      let offset = base + Int64(line.at(Double(about)))
      var pair: Pair?
      let expected = message.earliest - offset
      let reach = reach.of(message)
      let low = message.isReply ? expected - reach - margin : expected - margin
      let high = message.isReply ? expected + margin : expected + reach + margin
      let slack = message.latest - message.earliest
      source.each(message.key, from: low - 100_000_000, to: high + slack) { earliest, latest in
        guard latest >= low else { return }
        let there = earliest + offset
        let bound =
          if message.isReply {
            max(message.latest, log.latest(message.key, from: there - margin, to: there + reach + margin) ?? .min)
              - earliest
          } else {
            min(message.earliest, log.earliest(message.key, from: there - reach - margin, to: there + margin) ?? .max)
              - latest
          }
        let isWeaker = pair.map { message.isReply ? bound > $0.bound : bound < $0.bound } ?? true
        guard isWeaker else { return }
        let time = earliest + (latest - earliest) / 2
        pair = Pair(
          time: time, bound: bound, isReply: message.isReply,
          offset: message.earliest + (message.latest - message.earliest) / 2 - time, doubt: slack + latest - earliest)
      }
      guard let pair else { continue }
      all.append(pair)
      let shorter = reach - usual.of(message)
      let isKnown = source.isKnown(
        from: message.isReply ? low + shorter : low, to: (message.isReply ? high : high - shorter) + slack)
      guard isKnown else { continue }
      sound.append(pair)
      if !shared.contains(message.key) { own.append(pair) }
    }
    return [true, false].flatMap { isReply in
      let (all, sound) = (all.filter { $0.isReply == isReply }, sound.filter { $0.isReply == isReply })
      let own = own.filter { $0.isReply == isReply }
      let best = sound.count >= min(Self.enough, all.count / 3) ? sound : all
      return own.count >= max(Self.enough / 4, best.count / 3) ? own : best
    }
  }

  // MARK: - Solving

  private func solve(
    _ pairs: [Pair], _ line: LineRegion.Line, _ middle: Int64, _ base: Int64, _ margin: Int64
  ) -> Fit? {
    guard let first = pairs.lazy.map(\.time).min(), let last = pairs.lazy.map(\.time).max() else { return nil }
    // Times count from the middle of what carries the fit: corners are well apart there.
    let center = first + (last - first) / 2
    var constraints: [Constraint] = []
    for isUpper in [true, false] {
      constraints += Envelope(isUpper: isUpper, line, middle: middle, base: base)
        .constraints(pairs.filter { $0.isReply == isUpper }, from: first, to: last)
    }
    for index in constraints.indices { constraints[index].time -= Double(center - middle) }
    let value = line.at(Double(center - middle))
    let whole = LineRegion(
      halfWidth: abs(value) + Double(margin) + 300e6, slope: -ClockTrack.steepest...ClockTrack.steepest)
    guard let (lines, slack) = Self.agree(whole, &constraints, most: 2 + pairs.count / 200) else { return nil }
    var region = lines
    let edge = LeadingEdge(pairs, constraints, line.moved(by: Double(center - middle)), center: center, base: base)
    if !source.isSealed, let slopes = edge?.slopes(whole, slack: slack) { region.clip(slopes: slopes) }
    return Fit(region: region, middle: center, base: base, pairs: pairs.count, slack: slack, bus: first...last)
      .moved(to: middle)
  }

  /// All lines that keep the constraints, without the few that contradict the others.
  private static func agree(
    _ whole: LineRegion, _ constraints: inout [Constraint], most: Int
  ) -> (LineRegion, Double)? {
    var result = intersect(whole, constraints)
    for _ in 0..<most {
      let slack = result?.1 ?? .infinity
      guard slack > 0 else { return result }
      guard let stray = stray(whole, constraints) else { return result }
      constraints.remove(at: stray)
      result = intersect(whole, constraints)
    }
    return result
  }

  /// The constraint without which the others can be kept best: clips come one by one, so the first that leaves nothing
  /// contradicts some before it; of these few, one is wrong.
  private static func stray(_ whole: LineRegion, _ constraints: [Constraint]) -> Int? {
    var best: (index: Int, kept: Int)?
    for suspect in suspects(whole, constraints) {
      var region = whole
      var kept = 0
      for (index, constraint) in constraints.enumerated() where index != suspect {
        var next = region
        next.clip(constraint)
        if next.isEmpty { continue }
        region = next
        kept += 1
      }
      if kept > best?.kept ?? -1 { best = (suspect, kept) }
    }
    return best?.index
  }

  private static func suspects(_ whole: LineRegion, _ constraints: [Constraint]) -> [Int] {
    var region = whole
    for (index, constraint) in constraints.enumerated() {
      let before = region
      region.clip(constraint)
      guard region.isEmpty else { continue }
      // Those that keep the corners which this one would need.
      let center = before.center
      let near = constraints[..<index].indices.sorted {
        abs(constraints[$0].room(center)) < abs(constraints[$1].room(center))
      }
      return [index] + near.prefix(5)
    }
    return []
  }

  /// All lines that keep every constraint; loosened as little as possible where there are none.
  static func intersect(_ whole: LineRegion, _ constraints: [Constraint]) -> (LineRegion, Double)? {
    func lines(_ slack: Double) -> LineRegion {
      var region = whole
      for constraint in constraints {
        region.clip(constraint, slack: slack)
        if region.isEmpty { break }
      }
      return region
    }
    let exact = lines(0)
    if !exact.isEmpty { return (exact, 0) }
    var (low, high) = (0.0, mostSlack)
    guard !lines(high).isEmpty else { return nil }
    for _ in 0..<12 {
      let middle = (low + high) / 2
      if lines(middle).isEmpty { low = middle } else { high = middle }
    }
    // Twice the slack: the truth is inside if no clock strays more than that from a straight line.
    return (lines(2 * high), high)
  }
}

extension EnvelopeFit.Fit {
  /// The same with another time 0.
  fileprivate func moved(to middle: Int64) -> Self {
    var moved = self
    moved.region = region.moved(by: Double(middle - self.middle))
    moved.middle = middle
    return moved
  }
}

extension LineRegion {
  /// The same lines with time counted from `time`.
  func moved(by time: Double) -> LineRegion {
    LineRegion(corners: corners.map { $0.moved(by: time) })
  }
}
