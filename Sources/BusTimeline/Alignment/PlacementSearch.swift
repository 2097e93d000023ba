/// Where a window of the BLE side could lie on the bus.
struct Placement: Sendable {
  var window: Int
  var offset: Int64
  var score: Float
  /// How the offset changes, where that is known before the windows are followed.
  var pace: ClockPace?
}

/// Finds places worth following: every offset for short captures; for long ones the contents that are rare enough to
/// be compared all with all, and every offset for a few windows.
struct PlacementSearch {
  private let source: Correspondence
  private let windows: [ClockWindow]

  private static let bin: Int64 = 20_000_000
  private static let apart: Int64 = 240_000_000
  /// How much later or earlier than it can be a message may seem, of bins that are so wide.
  private static let leastSlop: Int64 = 15_000_000
  /// Comparisons and bins that may be spent; a second or so.
  private static let mostPairs = 24_000_000
  private static let mostBins = 48_000_000
  /// In one curve: some days; beyond that only rare contents are looked at.
  private static let mostCurveBins = 12_000_000
  private static let mostRarePairs = 1_000_000
  /// What is there for longer is no moment; nanoseconds.
  private static let moment: Int64 = 3_000_000_000

  init(_ source: Correspondence, _ windows: [ClockWindow]) {
    self.source = source
    self.windows = windows
  }

  private var slop: Int64 { max(Self.leastSlop, source.reach.slop) }

  /// The best places, best first. Those of contents that were there once, those of rare ones and those of whole windows
  /// take turns: on a busy bus common contents make many windows fit at many places, and better than the right one at
  /// its own.
  func run(_ most: Int) -> [Placement] {
    let costs = windows.map { window in source.messages[window.messages].reduce(0) { $0 + source.count(of: $1.key) } }
    let bins = Int(source.busSpan / Self.bin) + Int(ClockWindow.longest / Self.bin)
    let affordable = affordableWindows(costs, bins)
    let common = affordable.flatMap { everywhere($0) }.sorted { $0.score > $1.score }
    guard affordable.count < windows.count else { return Array(common.prefix(most)) }
    let kinds = [places(of: passing()), places(of: rareVotes()), common]
    let turns = (0..<most).flatMap { turn in kinds.compactMap { turn < $0.count ? $0[turn] : nil } }
    return Array(turns.prefix(most))
  }

  /// All windows if they cost little; else as many as possible, spread evenly.
  private func affordableWindows(_ costs: [Int], _ bins: Int) -> [Int] {
    guard bins <= Self.mostCurveBins else { return [] }
    let total = costs.reduce(0, +)
    let share = max(1, max(total / Self.mostPairs, windows.count * bins / Self.mostBins))
    return Array(Swift.stride(from: share / 2, to: windows.count, by: share))
  }

  private func everywhere(_ index: Int) -> [Placement] {
    let window = windows[index]
    let messages = source.messages[window.messages]
    guard let first = messages.lazy.map(\.earliest).min(), let last = messages.lazy.map(\.latest).max() else {
      return []
    }
    let curve = window.curve(
      source, from: first - source.busSpan - Self.apart, to: last + Self.apart, bin: Self.bin,
      slop: slop)
    return curve.peaks(6, apart: Self.apart, least: 6).map {
      Placement(window: index, offset: $0.offset, score: $0.score)
    }
  }

  // MARK: - Rare contents

  private struct Vote {
    var offset: Int64
    var message: Int32
    var weight: Float
  }

  /// The densest clusters first.
  private func places(of votes: [Vote]) -> [Placement] {
    guard !votes.isEmpty else { return [] }
    let votes = votes.sorted { $0.offset < $1.offset }
    // What drift can spread, and the radio.
    let spread = Int64(2 * ClockTrack.steepest * Double(min(source.busSpan, source.bleSpan))) + 400_000_000
    return clusters(votes, spread).flatMap { place($0, in: votes) }
  }

  /// Contents that either side saw for a short time and never again, such as a second of the clock: each tells the place
  /// once, however often it was asked for meanwhile, and hardly any does so by accident.
  private func passing() -> [Vote] {
    var seen: [(first: Int64, last: Int64, message: Int)?] = []
    for (index, message) in source.messages.enumerated() where message.key >= 0 {
      let key = Int(message.key)
      if key >= seen.count { seen += Array(repeating: nil, count: key + 1 - seen.count) }
      let known = seen[key] ?? (message.earliest, message.earliest, index)
      seen[key] = (min(known.first, message.earliest), max(known.last, message.earliest), known.message)
    }
    return seen.indices.compactMap { key in
      guard let phone = seen[key], phone.last - phone.first <= Self.moment, let bus = source.range(of: Int32(key)),
        bus.upperBound - bus.lowerBound <= Self.moment
      else { return nil }
      let offset = (phone.first + phone.last) / 2 - (bus.lowerBound + bus.upperBound) / 2
      return Vote(offset: offset, message: Int32(phone.message), weight: 1)
    }
  }

  /// Pairs of equal contents, the rarest contents first, as many as the budget allows.
  private func rareVotes() -> [Vote] {
    var most = 1
    var pairs = 0
    let counts = source.messages.map { source.count(of: $0.key) }
    for limit in [1, 2, 4, 8, 16, 32, 64, 128] {
      pairs = counts.reduce(0) { $0 + ($1 <= limit ? $1 : 0) }
      guard pairs <= Self.mostRarePairs else { break }
      most = limit
    }
    var votes: [Vote] = []
    for (index, message) in source.messages.enumerated() where counts[index] > 0 && counts[index] <= most {
      let weight = 1 / Float(counts[index])
      source.each(message.key, from: .min / 4, to: .max / 4) { earliest, latest in
        guard votes.count < Self.mostRarePairs else { return }
        votes.append(Vote(offset: message.earliest - (earliest + latest) / 2, message: Int32(index), weight: weight))
      }
    }
    return votes
  }

  /// The densest ranges of offsets.
  private func clusters(_ votes: [Vote], _ spread: Int64) -> [Range<Int>] {
    var found: [(range: Range<Int>, sum: Float)] = []
    var begin = 0
    var sum: Float = 0
    for index in votes.indices {
      sum += votes[index].weight
      while votes[index].offset - votes[begin].offset > spread {
        sum -= votes[begin].weight
        begin += 1
      }
      if let last = found.last, last.range.upperBound > begin {
        if sum > last.sum { found[found.count - 1] = (begin..<(index + 1), sum) }
      } else if sum > 1.5 {
        found.append((begin..<(index + 1), sum))
        if found.count > 64 {
          found.sort { $0.sum > $1.sum }
          let newest = (begin..<(index + 1), sum)
          found.removeLast(32)
          if found.last?.range != newest.0 { found.append(newest) }
        }
      }
    }
    return found.sorted { $0.sum > $1.sum }.prefix(12).map(\.range)
  }

  /// The windows that most of a cluster comes from, placed within it.
  private func place(_ cluster: Range<Int>, in votes: [Vote]) -> [Placement] {
    guard !cluster.isEmpty else { return [] }
    var weights = [Float](repeating: 0, count: windows.count)
    for vote in votes[cluster] { weights[window(of: Int(vote.message))] += vote.weight }
    let low = votes[cluster.lowerBound].offset, high = votes[cluster.upperBound - 1].offset
    let best = weights.indices.sorted { weights[$0] > weights[$1] }.prefix(2)
    let pace = ClockPace(votes[cluster].map { (source.messages[Int($0.message)].earliest, $0.offset) })
    return best.flatMap { index in
      let curve = windows[index].curve(
        source, from: low - Self.apart, to: high + Self.apart, bin: Self.bin, slop: slop)
      return curve.peaks(3, apart: Self.apart, least: 6).map {
        Placement(window: index, offset: $0.offset, score: $0.score, pace: pace)
      }
    }
  }

  private func window(of message: Int) -> Int {
    max(0, windows.partitioningIndex { $0.messages.lowerBound > message } - 1)
  }
}
