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

  /// Those that are looked at one by one.
  private static let mostRequests = 16
  private static let mostDamages = 8
  /// That a frame of the module was lost without a trace, and where something is spoiled.
  private static let lost: Float = 0.03
  private static let spoiled: Float = 0.85
  /// Where a spoiled frame began is not known as well as where it can be seen; nanoseconds.
  private static let damageReach: Float = 1_500_000
  /// A request takes some time; nanoseconds.
  private static let requestTime: Float = 500_000
  /// Slots that are looked at.
  private static let mostSlots = SlotPhase.pause
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

  /// A request, and how far it can have taken a slot: for eight places that the slots may have, side by side. Times in
  /// nanoseconds from the first heartbeat.
  private struct Asked {
    var middle: Float = 0
    var halfWidth: Float = 0
    /// How much likelier it is to begin where it did when it has to than when it may anywhere between the heartbeats.
    var advantage: Float = 0
    /// Likelihood ratio of having taken the slot in question.
    var fit = SIMD8<Float>()
    /// Slots that it took, mostly less than one.
    var own = SIMD8<Float>()
    /// The same over all places that slots may have, by their probabilities.
    var taken = SIMD8<Float>()

    /// Counts what it took of the slots in these places.
    @inline(__always)
    mutating func close(_ weights: SIMD8<Float>) {
      let most: Float = 1 - SlotGap.least
      taken += weights * own.replacing(with: most, where: own .> most)
      own = SIMD8()
    }
  }

  @inline(__always)
  private func set(_ asked: inout MutableSpan<Asked>, _ contents: Contents, _ scatter: TimeScatter, slot: Float) {
    // How far apart requests are that begin anywhere.
    let length = max(Float(to - from.middle), slot) / Float(max(requests.count, 1))
    for (index, number) in requests.enumerated() {
      let start = contents.requests[number].start
      let halfWidth = scatter.halfWidth(within: Float(start.error))
      asked[index].middle = Float(start.middle - from.middle)
      asked[index].halfWidth = halfWidth
      asked[index].advantage = max(1, length / (2 * halfWidth + Self.requestTime))
    }
  }

  /// How probable it is that the module's frames were lost that were due at these times, in nanoseconds from the first
  /// heartbeat.
  @inline(__always)
  private func lost(_ due: SIMD8<Float>, _ contents: Contents, _ scatter: TimeScatter) -> SIMD8<Float> {
    var lost = SIMD8<Float>(repeating: Self.lost)
    for number in damages {
      let damage = contents.damages[number]
      let middle = Float(damage.middle - from.middle)
      let reach = max(0, scatter.halfWidth(within: Float(damage.error))) + Self.damageReach
      lost.replace(with: Self.spoiled, where: (due .>= middle - reach) .& (due .<= middle + reach))
    }
    if spoiledFrom < .max { lost.replace(with: Self.spoiled, where: due .>= Float(spoiledFrom - from.middle)) }
    return lost
  }

  /// Calls `body` with the number of each request and the probability that it took a slot of the module's.
  ///
  /// - Parameters:
  ///   - contents: with those of this gap.
  ///   - phase: where the slots may be, from `reference` (nanoseconds) on.
  ///   - slot: nanoseconds.
  func forEachRequest(
    of contents: Contents, _ phase: SlotPhase, from reference: Int64, slot: Float, _ scatter: TimeScatter,
    _ body: (Int64, Float) -> Void
  ) {
    var all = [16 of Asked](repeating: Asked())
    var asked = all.mutableSpan
    set(&asked, contents, scatter, slot: slot)
    let (begin, length) = (Float(from.middle - reference), Float(to - from.middle))
    let inverse = 1 / slot
    var sum = SIMD8<Float>()
    phase.forEachProbable(slot: slot) { offsets, probabilities in
      let start = begin - offsets
      let first = SlotPhase.nearest(start * inverse)
      let last = SlotPhase.nearest((start + length) * inverse)
      var weights = probabilities
      var number: Float = 1
      while number <= Self.mostSlots {
        // Of some places there is one slot more between the heartbeats than of others.
        let isOver = last - first .<= number
        guard !Swift.all(isOver) else { break }
        let due = (first + number) * slot - start
        share(due, isOver, lost(due, contents, scatter), among: &asked, &weights)
        number += 1
      }
      for index in 0..<requests.count { asked[index].close(weights) }
      sum += weights
    }
    for (index, number) in requests.enumerated() {
      let taken = asked[index].taken.sum() / max(sum.sum(), .leastNormalMagnitude)
      body(contents.requests[number].id, max(Self.least, min(1 - Self.least, taken)))
    }
  }

  /// Shares a slot among the requests that can have taken it, against its frame having been lost. `weights` are
  /// multiplied by the likelihood of what came then.
  ///
  /// - Parameters:
  ///   - due: when the slot begins if it has each of eight places, nanoseconds from the first heartbeat.
  ///   - isOver: where there is no such slot between the heartbeats.
  @inline(__always)
  private func share(
    _ due: SIMD8<Float>, _ isOver: SIMDMask<SIMD8<Int32>>, _ lost: SIMD8<Float>,
    among asked: inout MutableSpan<Asked>, _ weights: inout SIMD8<Float>
  ) {
    var sum = lost
    for index in 0..<requests.count {
      let likelihood = SlotDeviation.likelihood(asked[index].middle - due, within: asked[index].halfWidth)
      let fit = (1 - lost) * (likelihood * asked[index].advantage + SlotDeviation.stray)
      asked[index].fit = fit
      sum += fit
    }
    let shares = (1 / sum).replacing(with: 0, where: isOver)
    for index in 0..<requests.count { asked[index].own += asked[index].fit * shares }
    weights *= sum.replacing(with: 1, where: isOver)
  }
}
