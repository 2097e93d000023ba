/// Where in time the BLE module's slots lie, as a probability for each place in a slot.
///
/// One heartbeat behind an adapter's timer may have begun anywhere in 16 ms, most of a slot. But slots lie evenly
/// (protocol.md 5.2), and each heartbeat leaves out other places: a recursive Bayesian filter over the circle of a slot
/// (a point-mass filter) finds the one that is common to all. What it knows fades slowly, since a module's slots may
/// start anew after a pause.
struct SlotPhase: Sendable {
  private static let placeCount = 64

  /// Probabilities of the places, eight side by side; their sum is 1. The middle one is at `reference`. Worked on by spans:
  /// the whole of it would be copied for each access otherwise.
  private var density = [8 of SIMD8<Float>](repeating: SIMD8(repeating: 1 / Float(Self.placeCount)))
  private var moments = Moments()
  /// Nanoseconds: near the last heartbeat. Nil before the first.
  private(set) var reference: Int64?

  /// How far the grid wanders in a slot: the share of a place's probability that goes to each neighbour.
  private static let wandering: Float = 0.2
  /// That the module starts its slots anew.
  private static let restart: Float = 0.001
  /// From this variance on, in slots, a place is not known well enough to tell how long a slot is.
  private static let mostVariance: Float = 0.018
  /// The middle is moved when the mean is so many places from it: it wanders by parts of one with each heartbeat.
  private static let farFromMiddle = 4
  /// Less probable places are passed over.
  private static let least: Float = 5e-4
  /// So many slots without a heartbeat are a pause: where slots lie behind it is not known.
  static let pause: Float = 12

  /// Mean and variance of the place, in slots from `reference`.
  private struct Moments {
    var mean: Float = 0
    var variance: Float = 1.0 / 12

    /// What they are made of, summed in eight lanes.
    struct Sums {
      var weight = SIMD8<Float>()
      var first = SIMD8<Float>()
      var second = SIMD8<Float>()

      @inline(__always)
      mutating func add(_ probability: SIMD8<Float>, at offsets: SIMD8<Float>) {
        let weighted = probability * offsets
        weight += probability
        first += weighted
        second += weighted * offsets
      }
    }

    init() {}

    init(_ sums: Sums) {
      let weight = sums.weight.sum()
      mean = sums.first.sum() / weight
      variance = sums.second.sum() / weight - mean * mean
    }
  }

  /// Calls `body` with the places that are probable enough to be looked at, eight side by side: nanoseconds from
  /// `reference`, and the probability of each, 0 where it is passed over.
  @inline(__always)
  func forEachProbable(slot: Float, _ body: (_ offsets: SIMD8<Float>, _ probabilities: SIMD8<Float>) -> Void) {
    let density = density.span
    for row in density.indices {
      let isPassedOver = density[row] .<= Self.least
      guard !all(isPassedOver) else { continue }
      body(Self.offsets(row) * slot, density[row].replacing(with: 0, where: isPassedOver))
    }
  }

  private static let lanes = SIMD8<Float>.scalarCount
  private static let laneNumbers = SIMD8<Float>(0, 1, 2, 3, 4, 5, 6, 7)

  /// Slots from `reference` to the places of a row.
  @inline(__always)
  private static func offsets(_ row: Int) -> SIMD8<Float> {
    let first = Float(row * lanes - placeCount / 2) + 0.5
    return (laneNumbers + first) * (1 / Float(placeCount))
  }

  /// Takes a heartbeat.
  ///
  /// - Parameters:
  ///   - time: nanoseconds, the middle of where it can have begun.
  ///   - halfWidth: nanoseconds to either side of that.
  ///   - slot: nanoseconds, as far as known.
  /// - Returns: by how many nanoseconds a slot seems to be longer than `slot`; nil where the places are not clear.
  mutating func beat(_ time: Int64, halfWidth: Float, slot: Float) -> Float? {
    guard let last = reference else {
      reference = time
      narrow(to: 0, halfWidth, slot)
      return nil
    }
    let before = moments
    let slots = max(0, (Float(time - last) / slot - before.mean).rounded())
    guard slots < Self.pause else {
      self = SlotPhase()
      return beat(time, halfWidth: halfWidth, slot: slot)
    }
    let start = last + Int64(slots * slot)
    for _ in 0..<min(4, Int(slots)) { wander() }
    narrow(to: Float(time - start), halfWidth, slot)
    let after = moments
    reference = start + recentre(after.mean, slot)
    guard slots > 0, before.variance < Self.mostVariance else { return nil }
    return (after.mean - before.mean) * slot / slots
  }

  /// Some of each place's probability goes to its neighbours, and a little to all.
  private mutating func wander() {
    let copy = density
    let old = copy.span
    var new = density.mutableSpan
    let rows = old.count
    for row in old.indices {
      let (here, left, right) = (old[row], old[(row + rows - 1) % rows], old[(row + 1) % rows])
      let before = SIMD8(left[7], here[0], here[1], here[2], here[3], here[4], here[5], here[6])
      let after = SIMD8(here[1], here[2], here[3], here[4], here[5], here[6], here[7], right[0])
      let moved = (1 - 2 * Self.wandering) * here + Self.wandering * (before + after)
      new[row] = (1 - Self.restart) * moved + Self.restart / Float(Self.placeCount)
    }
  }

  /// Keeps the places at which a heartbeat can have begun `offset` nanoseconds from `reference`.
  private mutating func narrow(to offset: Float, _ halfWidth: Float, _ slot: Float) {
    var density = density.mutableSpan
    var sums = Moments.Sums()
    let inverse = 1 / slot
    for row in density.indices {
      let offsets = Self.offsets(row)
      var lateness = offset - offsets * slot
      // From the nearest slot that has its place there.
      lateness -= Self.nearest(lateness * inverse) * slot
      density[row] *= SlotDeviation.likelihood(lateness, within: halfWidth) + SlotDeviation.stray
      sums.add(density[row], at: offsets)
    }
    moments = Moments(sums)
    let scale = 1 / sums.weight.sum()
    for row in density.indices { density[row] *= scale }
  }

  /// Nearest whole numbers, for numbers below 2²²: adding 1.5 · 2²³ leaves no room for a fraction. Where processors need
  /// not know how to round, `rounded` is a call.
  @inline(__always)
  static func nearest(_ values: SIMD8<Float>) -> SIMD8<Float> { (values + 12_582_912) - 12_582_912 }

  /// Moves the mean to the middle where it is far from there; returns the nanoseconds by which `reference` moves.
  private mutating func recentre(_ mean: Float, _ slot: Float) -> Int64 {
    let places = Int((mean * Float(Self.placeCount)).rounded())
    guard abs(places) >= Self.farFromMiddle else { return 0 }
    let copy = density
    let old = copy.span
    var new = density.mutableSpan
    for place in 0..<Self.placeCount {
      let from = (place + places + Self.placeCount) % Self.placeCount
      new[place / Self.lanes][place % Self.lanes] = old[from / Self.lanes][from % Self.lanes]
    }
    var sums = Moments.Sums()
    for row in new.indices { sums.add(new[row], at: Self.offsets(row)) }
    moments = Moments(sums)
    return Int64(Float(places) * slot / Float(Self.placeCount))
  }
}
