import NinebotBus

/// Finds how the clocks of two captures relate from what both saw (protocol.md 6.8, 6.9). Pure; a second or two for
/// ten hours.
///
/// First a place is looked for where the messages of both fit, by content and order of time; it counts only if it
/// explains most messages and clearly more than any other place. Then the extremes of the delays bound the offset.
public struct ClockAligner: Sendable {
  /// How much better than chance, and than the best other place, a place must be: logarithms of likelihood ratios.
  private static let leastScore: Float = 24
  private static let leastMargin: Float = 14
  private static let leastMarginShare: Float = 0.15
  private static let leastPairs = 16
  private static let leastAnswers = 4
  private static let mostSegments = 16
  /// Other places nearer than this are the same place; nanoseconds.
  private static let samePlace: Int64 = 250_000_000
  /// What a window in which the clock was set can add to the stretch on the other side; nanoseconds.
  private static let straddling: Int64 = 10_000_000_000
  /// Without contents a message may be taken for the next one, a connection interval or a slot away.
  private static let sealedDoubt: Int64 = 80_000_000
  /// An offset that is known no better says nothing of what caused what; nanoseconds from end to end.
  private static let widest: Int64 = 400_000_000

  private let source: Correspondence
  private let windows: [ClockWindow]

  /// - Parameters:
  ///   - bus: the capture nearer to the ESC or BMS: requests come to it later, answers earlier.
  ///   - ble: the capture nearer to the phone.
  ///
  /// Both are taken: they are large, and gone before the search begins.
  public static func align(bus: consuming AlignmentStream, ble: consuming AlignmentStream) -> ClockAlignment {
    align(bus: bus, ble: ble, reach: Correspondence.Reach())
  }

  static func align(
    bus: consuming AlignmentStream, ble: consuming AlignmentStream, reach: Correspondence.Reach
  ) -> ClockAlignment {
    guard let source = Correspondence(bus: bus, ble: ble, reach: reach) else {
      return .refused(.nothingToCompare)
    }
    guard source.messages.contains(where: { $0.key >= 0 }) else { return .refused(.nothingInCommon) }
    let alignment = ClockAligner(source: source, windows: ClockWindow.all(source)).align()
    // Whatever else it looks like without them.
    let answers = source.messages.count(where: \.isReply)
    let common = source.messages.count { $0.isReply && $0.key >= 0 }
    if case .refused = alignment, answers < Self.leastPairs, common < Self.leastAnswers {
      return .refused(.tooFewAnswers(common))
    }
    return alignment
  }

  private func align() -> ClockAlignment {
    let candidates = PlacementSearch(source, windows).run(40)
    let tracks = followed(candidates)
    guard let best = tracks.first, best.score >= Self.leastScore else { return .refused(.nothingInCommon) }
    if let refusal = doubt(best, best.run, rivals: Array(tracks.dropFirst())) { return .refused(refusal) }
    let run = trimmed(best, best.run)
    var segments = fit(best, run)
    guard !segments.isEmpty else { return .refused(.unsteady) }
    // Where a clock was set, the rest fits at another place.
    var covered = [run]
    var owners = segments.map { _ in 0 }
    for other in tracks.dropFirst() where segments.count < Self.mostSegments {
      let rest = remainder(of: other, without: covered)
      guard rest.score >= 2 * Self.leastScore, doubt(other, rest.run, rivals: tracks) == nil else { continue }
      let found = fit(other, rest.run)
      let isBefore = covered.map { rest.run.upperBound <= $0.lowerBound }
      // Setting a clock changes neither the order of things nor how often they happened.
      let fits = found.allSatisfy { new in
        zip(segments, owners).allSatisfy { old, owner in
          isBefore[owner]
            ? new.bus.upperBound <= old.bus.lowerBound + Self.straddling
            : new.bus.lowerBound >= old.bus.upperBound - Self.straddling
        }
      }
      guard fits else { continue }
      segments += found
      owners += found.map { _ in covered.count }
      covered.append(rest.run)
    }
    guard segments.count <= Self.mostSegments else { return .refused(.unsteady) }
    return result(segments.sorted { $0.bus.lowerBound < $1.bus.lowerBound })
  }

  // MARK: - Which place

  /// Candidates as tracks, best first; one that an earlier track passes through is the same place.
  private func followed(_ candidates: [Placement]) -> [ClockTrack] {
    var tracks: [ClockTrack] = []
    // Rivals show early, and following one through hours takes long.
    let most = max(8, min(40, 20_000 / windows.count))
    for candidate in candidates {
      let isKnown = tracks.contains {
        abs($0.points[candidate.window].offset - candidate.offset) < Self.samePlace
          && $0.points[candidate.window].score > 0
      }
      if !isKnown, tracks.count < most {
        tracks.append(ClockTrack(source, windows, from: candidate.window, at: candidate.offset, pace: candidate.pace))
      }
    }
    return tracks.sorted { $0.score > $1.score }
  }

  /// What speaks against a track in a run of windows; nil if it is beyond doubt.
  private func doubt(_ track: ClockTrack, _ run: Range<Int>, rivals: [ClockTrack]) -> ClockAlignment.Refusal? {
    let match = matched(track, run)
    guard match.hits >= Self.leastPairs else { return .tooFew(pairs: match.hits) }
    guard match.isEnough else { return .nothingInCommon }
    let score = track.points[run].reduce(0) { $0 + $1.score }
    let margin = max(Self.leastMargin, score * Self.leastMarginShare)
    var rival = ShiftedTrack(source, windows, track, run).best(from: Self.samePlace)
    for other in rivals {
      var sum: Float = 0
      var apart = Int64.max
      for index in run {
        let distance = abs(other.points[index].offset - track.points[index].offset)
        sum += other.points[index].score
        apart = min(apart, distance)
        // The same place in this window: it says nothing for the other one.
        if distance < Self.samePlace { sum -= other.points[index].score }
      }
      guard sum > max(rival.score, score - margin), !TellingAnswers(source, windows[run], track, other).decide
      else { continue }
      rival = OffsetCurve.Peak(offset: apart, score: sum)
    }
    return score - max(0, rival.score) < margin ? .ambiguous(apart: abs(rival.offset)) : nil
  }

  private func matched(_ track: ClockTrack, _ run: Range<Int>) -> Coverage {
    var coverage = Coverage()
    for index in run {
      let offset = track.points[index].offset
      for message in source.messages[windows[index].messages] {
        guard let isThere = source.fits(message, at: offset) else { continue }
        coverage.add(message, isThere: isThere)
      }
    }
    return coverage
  }

  /// Without the windows at either end that fit by accident: where a clock was set they belong to another place. How
  /// many requests may be lost is for the whole run to say.
  private func trimmed(_ track: ClockTrack, _ run: Range<Int>) -> Range<Int> {
    let requests = matched(track, run).leastRequests
    var (low, high) = (run.lowerBound, run.upperBound)
    while high - low > 1, !matched(track, low..<(low + 1)).isEnough(requests: requests) { low += 1 }
    while high - low > 1, !matched(track, (high - 1)..<high).isEnough(requests: requests) { high -= 1 }
    return low..<high
  }

  /// The best run of a track's windows that no other run has taken.
  private func remainder(of track: ClockTrack, without covered: [Range<Int>]) -> (run: Range<Int>, score: Float) {
    var best: (run: Range<Int>, score: Float) = (0..<0, 0)
    var begin = 0
    var sum: Float = 0
    for (index, point) in track.points.enumerated() {
      if covered.contains(where: { $0.contains(index) }) {
        (begin, sum) = (index + 1, 0)
        continue
      }
      sum += point.score
      if sum > best.score { best = (begin..<(index + 1), sum) }
      if sum <= 0 { (begin, sum) = (index + 1, 0) }
    }
    return best
  }

  // MARK: - How exactly

  /// Straight stretches of a track; more than one where a clock stepped a little or changed its pace.
  private func fit(_ track: ClockTrack, _ run: Range<Int>, depth: Int = 0) -> [ClockSegment] {
    let envelope = EnvelopeFit(source: source)
    if let fit = envelope.fit(windows[run], track.points[run]) {
      return [segment(fit)]
    }
    guard run.count > 1, depth < 6 else { return [] }
    // The longest beginning that is straight; the rest is looked at the same way.
    var (low, high) = (1, run.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      let part = run.lowerBound..<(run.lowerBound + middle)
      if envelope.fit(windows[part], track.points[part]) != nil { low = middle } else { high = middle }
    }
    let part = run.lowerBound..<(run.lowerBound + low)
    let rest = min(part.upperBound, run.upperBound)..<run.upperBound
    let head = envelope.fit(windows[part], track.points[part]).map { [segment($0)] } ?? []
    return head + (rest.isEmpty ? [] : fit(track, rest, depth: depth + 1))
  }

  private func segment(_ fit: EnvelopeFit.Fit) -> ClockSegment {
    let low = fit.bus.lowerBound, high = fit.bus.upperBound
    let offset = source.bleStart - source.busStart
    func ble(_ time: Int64) -> Int64 {
      source.bleStart + time + fit.base + Int64(fit.region.center.at(Double(time - fit.middle)))
    }
    return ClockSegment(
      bus: (source.busStart + low)...(source.busStart + high), ble: ble(low)...max(ble(low), ble(high)),
      pairs: fit.pairs, middle: source.busStart + fit.middle, base: offset + fit.base, region: fit.region,
      doubt: source.isSealed ? Self.sealedDoubt : 0)
  }

  private func result(_ segments: [ClockSegment]) -> ClockAlignment {
    guard let first = segments.first else { return .refused(.unsteady) }
    var clocks = AlignedClocks(
      segments: segments, reference: source.busStart, pairs: segments.reduce(0) { $0 + $1.pairs }, coverage: 0,
      replyDelay: DelaySummary(), requestDelay: DelaySummary())
    guard clocks.pairs >= Self.leastPairs, !first.region.isEmpty else { return .refused(.tooFew(pairs: clocks.pairs)) }
    guard summarise(&clocks).isEnough else { return .refused(.nothingInCommon) }
    let width = 2 * clocks.offset(atBus: clocks.bestTime).error
    guard width <= Self.widest else { return .refused(.ambiguous(apart: width)) }
    return .aligned(clocks)
  }

  /// Coverage and delays, by the result itself.
  private func summarise(_ clocks: inout AlignedClocks) -> Coverage {
    var coverage = Coverage()
    var delays: (reply: [Int64], request: [Int64]) = ([], [])
    var reader = BleTimeReader(clocks)
    for message in source.messages {
      let time = message.earliest + (message.latest - message.earliest) / 2
      let bounds = reader.busTime(of: source.bleStart + time)
      let there = bounds.middle - source.busStart
      guard source.isKept(there) else { continue }
      let reach = source.reach.of(message)
      let slop: Int64 = 1_000_000 + bounds.error
      var delay: Int64?
      source.each(
        message.key, from: there - (message.isReply ? reach + bounds.error : slop),
        to: there + (message.isReply ? slop : reach + bounds.error)
      ) { earliest, latest in
        let bus = earliest + (latest - earliest) / 2
        if message.isReply { delay = there - bus } else { delay = delay ?? (bus - there) }
      }
      coverage.add(message, isThere: delay != nil)
      guard let delay else { continue }
      if message.isReply { delays.reply.append(delay) } else { delays.request.append(delay) }
    }
    clocks.coverage = coverage.share
    clocks.replyDelay = DelaySummary(delays.reply)
    clocks.requestDelay = DelaySummary(delays.request)
    return coverage
  }
}

/// How many messages of the common stretch have their counterpart on the bus.
private struct Coverage {
  private var found = (reply: 0, request: 0)
  private var all = (reply: 0, request: 0)

  /// What the phone got was on the wire, unless the bus capture lost it.
  private static let leastReplies = 0.75
  /// Where so many answers fit, and nearly all of them, fewer requests have to: a dash that fills the wire destroys most
  /// of what the phone asks.
  private static let many = 200
  private static let nearlyAll = 0.95

  var hits: Int { found.reply + found.request }
  var share: Double { Double(hits) / Double(max(1, all.reply + all.request)) }

  /// Share of the phone's requests that must have come to the wire.
  var leastRequests: Double {
    found.reply >= Self.many && Double(found.reply) >= Self.nearlyAll * Double(all.reply) ? 0.1 : 0.4
  }

  var isEnough: Bool { isEnough(requests: leastRequests) }

  /// - Parameter share: of the requests, 0 to 1.
  func isEnough(requests share: Double) -> Bool {
    Double(found.reply) >= Self.leastReplies * Double(all.reply)
      && Double(found.request) >= share * Double(all.request)
  }

  mutating func add(_ message: Correspondence.Message, isThere: Bool) {
    if message.isReply {
      all.reply += 1
      if isThere { found.reply += 1 }
    } else {
      all.request += 1
      if isThere { found.request += 1 }
    }
  }
}
