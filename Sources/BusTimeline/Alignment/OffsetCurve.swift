import func Glibc.log

/// How well each offset explains some messages: the logarithm of the likelihood ratio of "the bus carried it just
/// then" against chance.
///
/// A message speaks for every offset that puts the same content on the bus at the right side of it: an answer before
/// its notification, a request after the write, and not too far. It speaks against an offset that puts it into the bus
/// capture where nothing fits. Both are ranges, so the curve is summed from its steps.
struct OffsetCurve: Sendable {
  /// Offset of the first bin's start, nanoseconds.
  let origin: Int64
  /// Nanoseconds.
  let bin: Int64
  private(set) var values: [Float]
  private var steps: [Float]
  /// Bins in a nanosecond: each message asks for many places, and a product is cheaper than a division.
  private let bins: Double

  /// What a message weighs (chance: share of offsets that fit by accident).
  struct Weight {
    /// Share of messages that have their counterpart when the offset is right: messages get lost on both sides.
    static let fitting = 0.75
    static let chance = 0.02...0.9

    var hit: Float
    var miss: Float

    init(hit: Float, miss: Float) {
      self.hit = hit
      self.miss = miss
    }

    init(_ correspondence: Correspondence, _ message: Correspondence.Message) {
      let reach = Double(correspondence.reach.of(message))
      let density = Double(correspondence.count(of: message.key)) / Double(max(1, correspondence.busSpan))
      let chance = min(max(density * reach, Self.chance.lowerBound), Self.chance.upperBound)
      hit = Float(log(Self.fitting / min(chance, Self.fitting)))
      miss = Float(log((1 - Self.fitting) / (1 - min(chance, Self.fitting))))
    }
  }

  init(from low: Int64, to high: Int64, bin: Int64) {
    origin = low
    self.bin = bin
    bins = 1 / Double(bin)
    let count = Int(max(1, (high - low) / bin + 1))
    steps = [Float](repeating: 0, count: count + 1)
    values = []
  }

  /// Adds what a message says. Its offsets count relative to `center`, so that curves of a drifting clock add up.
  mutating func add(
    _ message: Correspondence.Message, _ weight: Weight, _ source: Correspondence, slop: Int64, center: Int64 = 0
  ) {
    let top = origin + bin * Int64(steps.count - 1)
    let first = message.earliest - center, last = message.latest - center
    for stretch in source.stretches(from: first - top, to: last - origin) {
      add(weight.miss, from: first - stretch.upperBound, to: last - stretch.lowerBound)
    }
    let above = message.isReply ? slop : source.reach.request
    let below = message.isReply ? source.reach.reply : slop
    // Later bus messages mean smaller offsets. Ranges that overlap count once, and those that touch are one.
    var joined: (low: Int64, high: Int64)?
    source.each(message.key, from: first - top - below, to: last - origin + above) { earliest, latest in
      let low = first - latest - below, high = last - earliest + above
      if let run = joined, high < run.low {
        add(weight.hit - weight.miss, from: run.low, to: run.high)
        joined = (low, high)
      } else {
        joined = (min(low, joined?.low ?? low), max(high, joined?.high ?? high))
      }
    }
    if let run = joined { add(weight.hit - weight.miss, from: run.low, to: run.high) }
  }

  @inline(__always)
  private mutating func add(_ value: Float, from low: Int64, to high: Int64) {
    let last = steps.count - 1
    let first = max(0, Int(Double(low - origin) * bins + 0.5))
    let end = min(last, Int(Double(high - origin) * bins + 0.5))
    guard high > origin, first < end else { return }
    steps[first] += value
    steps[end] -= value
  }

  /// Sums the steps; call once, after the last `add`.
  mutating func finish() {
    var sum: Float = 0
    values = [Float](repeating: 0, count: steps.count - 1)
    for index in values.indices {
      sum += steps[index]
      values[index] = sum
    }
    steps = []
  }

  struct Peak: Sendable {
    var offset: Int64
    var score: Float
  }

  /// The highest places at least `apart` nanoseconds from each other, best first.
  func peaks(_ most: Int, apart: Int64, least: Float) -> [Peak] {
    let distance = max(1, Int(apart / bin))
    var found: [Peak] = []
    var index = 0
    while index < values.count {
      let end = min(index + distance, values.count)
      var best = index
      for candidate in index..<end where values[candidate] > values[best] { best = candidate }
      if values[best] >= least { insert(plateau(at: best), into: &found, most, apart) }
      index = end
    }
    return found
  }

  private func insert(_ peak: Peak, into found: inout [Peak], _ most: Int, _ apart: Int64) {
    if let near = found.firstIndex(where: { abs($0.offset - peak.offset) < apart }) {
      guard found[near].score < peak.score else { return }
      found.remove(at: near)
    }
    let place = found.firstIndex { $0.score < peak.score } ?? found.count
    guard place < most else { return }
    found.insert(peak, at: place)
    if found.count > most { found.removeLast() }
  }

  /// The middle of the run of bins that are as high as this one.
  private func plateau(at index: Int) -> Peak {
    let least = values[index] - 0.01
    var low = index, high = index
    while low > 0, values[low - 1] >= least { low -= 1 }
    while high + 1 < values.count, values[high + 1] >= least { high += 1 }
    return Peak(offset: origin + Int64(low + high + 1) * bin / 2, score: values[index])
  }

  /// The highest place, or nil where there is none in range.
  var best: Peak? {
    guard var best = values.indices.first else { return nil }
    for index in values.indices where values[index] > values[best] { best = index }
    return plateau(at: best)
  }

  /// The highest value at those offsets that count, whose distance from 0 is in the range.
  func highest(_ distance: Range<Int64>, where counts: (_ bin: Int) -> Bool) -> Peak? {
    var best: Peak?
    for index in values.indices {
      let offset = origin + Int64(index) * bin + bin / 2
      guard distance.contains(abs(offset)), values[index] > best?.score ?? -.infinity, counts(index) else { continue }
      best = Peak(offset: offset, score: values[index])
    }
    return best
  }
}
