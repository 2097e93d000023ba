import NinebotBus

/// What came between two heartbeats, and how probable it is that each request took one of the slots between them.
struct SlotGap: Sendable {
  /// What came in gaps, one gap behind the other: they come and go with each second frame or so, and arrays of their own
  /// would have to be made and let go with them.
  struct Contents: Sendable {
    fileprivate var requests: [(id: Int64, start: TimeBounds)] = []
    fileprivate var damages: [TimeBounds] = []

    /// Forgets all of it, and with that all gaps.
    mutating func removeAll() {
      requests.removeAll(keepingCapacity: true)
      damages.removeAll(keepingCapacity: true)
    }

    /// Forgets what came in the last gap.
    mutating func removeLast(_ gap: SlotGap) {
      requests.removeSubrange(gap.requests)
      damages.removeSubrange(gap.damages)
    }
  }

  /// When the first heartbeat began.
  let from: TimeBounds
  /// The middle of when the second one began, nanoseconds.
  private var to: Int64
  /// Its own among the contents.
  private var requests: Range<Int>
  private var damages: Range<Int>
  /// Requests that there was no room for.
  private var earlier = 0
  /// The first damage that there was no room for, nanoseconds: what comes from there on counts as spoiled.
  private var spoiledFrom = Int64.max

  /// As many as are looked at side by side, `Asking` twice and `Spoiled` once.
  private static let mostRequests = 2 * lanes
  private static let mostDamages = lanes
  /// That a frame of the module was lost without a trace, and where something is spoiled.
  private static let lost: Float = 0.03
  private static let spoiled: Float = 0.85
  /// Where a spoiled frame began is not known as well as where it can be seen; nanoseconds.
  private static let damageReach: Float = 1_500_000
  /// A request takes some time; nanoseconds.
  private static let requestTime: Float = 500_000
  /// Slots that are looked at.
  private static let mostSlots = Int(SlotPhase.pause)
  /// Nothing is more certain.
  private static let least: Float = 0.001

  /// - Parameter contents: of the gaps before; what comes in this one is added behind.
  init(from: TimeBounds, behind contents: Contents) {
    self.from = from
    to = from.middle
    requests = contents.requests.endIndex..<contents.requests.endIndex
    damages = contents.damages.endIndex..<contents.damages.endIndex
  }

  /// The same, ended by a heartbeat.
  func closed(by heartbeat: TimeBounds) -> SlotGap {
    var gap = self
    gap.to = heartbeat.middle
    return gap
  }

  var hasRequests: Bool { !requests.isEmpty }
  var isEmpty: Bool { requests.isEmpty && damages.isEmpty }

  /// Returns the one that there is no more room for, if any.
  mutating func request(_ id: Int64, _ start: TimeBounds, into contents: inout Contents) -> Int64? {
    contents.requests.append((id, start))
    guard requests.count == Self.mostRequests else {
      requests = requests.lowerBound..<(requests.upperBound + 1)
      return nil
    }
    earlier += 1
    return contents.requests.remove(at: requests.lowerBound).id
  }

  mutating func damage(_ time: TimeBounds, into contents: inout Contents) {
    if damages.count < Self.mostDamages {
      contents.damages.append(time)
      damages = damages.lowerBound..<(damages.upperBound + 1)
    } else {
      spoiledFrom = min(spoiledFrom, time.earliest)
    }
  }

  /// Calls `body` with the number of each request that there was room for.
  func forEachRequest(of contents: Contents, _ body: (Int64) -> Void) {
    for index in requests { body(contents.requests[index].id) }
  }

  /// Whether there were more requests than are looked at one by one.
  var isCrowded: Bool { earlier > 0 }

  /// The probability that one of many requests took a slot, whichever it is: the module makes no more than one a slot. 1
  /// where there are not many.
  ///
  /// - Parameters:
  ///   - time: until then, nanoseconds.
  ///   - slot: nanoseconds.
  func share(until time: Int64, slot: Float) -> Float {
    guard isCrowded else { return 1 }
    return min(1, max(1, Float(time - from.middle) / slot) / Float(earlier + requests.count))
  }

  /// Eight requests side by side, and how far each can have taken a slot. Times in nanoseconds from the first heartbeat.
  private struct Asking {
    var middle = SIMD8<Float>()
    var halfWidth = SIMD8<Float>()
    /// How much likelier each is to begin where it did when it has to than when it may anywhere between the heartbeats;
    /// 0 where there is none.
    var advantage = SIMD8<Float>()
    /// That it took a slot and began at no place of one.
    var stray = SIMD8<Float>()
    /// Likelihood ratio of having taken the slot in question.
    var fit = SIMD8<Float>()
    /// Slots that it took, mostly less than one.
    var own = SIMD8<Float>()
    /// The same over all places that slots may have, by their probabilities.
    var taken = SIMD8<Float>()

    mutating func set(_ lane: Int, middle: Float, halfWidth: Float, length: Float) {
      self.middle[lane] = middle
      self.halfWidth[lane] = halfWidth
      advantage[lane] = max(1, length / (2 * halfWidth + SlotGap.requestTime))
      stray[lane] = SlotDeviation.stray
    }

    /// Counts what was taken of the slots in one of their places.
    mutating func close(_ weight: Float) {
      let most: Float = 1 - SlotGap.least
      taken += weight * own.replacing(with: most, where: own .> most)
      own = SIMD8()
    }
  }

  /// Where slots are spoiled, in nanoseconds from the first heartbeat.
  private struct Spoiled {
    private var from = SIMD8<Float>(repeating: .infinity)
    private var to = SIMD8<Float>(repeating: -.infinity)
    /// Everything from here on.
    private let end: Float

    init(from end: Float) { self.end = end }

    mutating func set(_ lane: Int, middle: Float, reach: Float) {
      (from[lane], to[lane]) = (middle - reach, middle + reach)
    }

    func contains(_ time: Float) -> Bool { time >= end || any((from .<= time) .& (to .>= time)) }
  }

  private static let lanes = SIMD8<Float>.scalarCount

  private func asking(_ contents: Contents, _ scatter: TimeScatter, slot: Float) -> [2 of Asking] {
    var asked = [2 of Asking](repeating: Asking())
    // How far apart requests are that begin anywhere.
    let length = max(Float(to - from.middle), slot) / Float(max(requests.count, 1))
    for (index, number) in requests.enumerated() {
      let start = contents.requests[number].start
      asked[index / Self.lanes].set(
        index % Self.lanes, middle: Float(start.middle - from.middle),
        halfWidth: scatter.halfWidth(within: Float(start.error)), length: length)
    }
    return asked
  }

  private func spoiled(_ contents: Contents, _ scatter: TimeScatter) -> Spoiled {
    var spoiled = Spoiled(from: spoiledFrom == .max ? .infinity : Float(spoiledFrom - from.middle))
    for (lane, number) in damages.enumerated() {
      let damage = contents.damages[number]
      let halfWidth = scatter.halfWidth(within: Float(damage.error))
      spoiled.set(lane, middle: Float(damage.middle - from.middle), reach: max(0, halfWidth) + Self.damageReach)
    }
    return spoiled
  }

  /// Calls `body` with the number of each request and the probability that it took a slot of the module's.
  ///
  /// - Parameters:
  ///   - contents: with those of this gap.
  ///   - places: where the slots may be, from `reference` (nanoseconds) on.
  ///   - slot: nanoseconds.
  func forEachRequest(
    of contents: Contents, _ places: [SlotPhase.Place], from reference: Int64, slot: Float, _ scatter: TimeScatter,
    _ body: (Int64, Float) -> Void
  ) {
    var all = asking(contents, scatter, slot: slot)
    var asked = all.mutableSpan
    // Mostly there are eight or fewer.
    let groups = 0..<(requests.count + Self.lanes - 1) / Self.lanes
    let spoiled = spoiled(contents, scatter)
    let (begin, length) = (Float(from.middle - reference), Float(to - from.middle))
    let inverse = 1 / slot
    var sum: Float = 0
    for place in places {
      let start = begin - place.offset
      let first = Self.nearest(start * inverse)
      let slots = min(Self.mostSlots, Int(Self.nearest((start + length) * inverse) - first) - 1)
      var weight = place.probability
      if slots > 0 {
        for number in 1...slots {
          let due = (first + Float(number)) * slot - start
          let lost = spoiled.contains(due) ? Self.spoiled : Self.lost
          weight *= Self.share(due, lost: lost, among: groups, of: &asked)
        }
        for index in groups { asked[index].close(weight) }
      }
      sum += weight
    }
    for (index, number) in requests.enumerated() {
      let taken = asked[index / Self.lanes].taken[index % Self.lanes] / max(sum, .leastNormalMagnitude)
      body(contents.requests[number].id, max(Self.least, min(1 - Self.least, taken)))
    }
  }

  /// The nearest whole number, for numbers below 2²²: adding 1.5 · 2²³ leaves no room for a fraction. Where processors
  /// need not know how to round, `rounded` is a call.
  @inline(__always)
  private static func nearest(_ value: Float) -> Float { (value + 12_582_912) - 12_582_912 }

  /// Shares a slot among the requests that can have taken it, against its frame having been lost. Returns the
  /// likelihood of what came then.
  ///
  /// - Parameter due: nanoseconds from the first heartbeat.
  @inline(__always)
  private static func share(
    _ due: Float, lost: Float, among groups: Range<Int>, of asked: inout MutableSpan<Asking>
  ) -> Float {
    var sum = lost
    for index in groups {
      let likelihood = SlotDeviation.likelihood(asked[index].middle - due, within: asked[index].halfWidth)
      asked[index].fit = (1 - lost) * (likelihood * asked[index].advantage + asked[index].stray)
      sum += asked[index].fit.sum()
    }
    for index in groups { asked[index].own += asked[index].fit * (1 / sum) }
    return sum
  }
}
