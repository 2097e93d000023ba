/// Where in time the BLE module's slots lie, as a probability for each place in a slot.
///
/// One heartbeat behind an adapter's timer may have begun anywhere in 16 ms, most of a slot. But slots lie evenly
/// (protocol.md 5.2), and each heartbeat leaves out other places: a recursive Bayesian filter over the circle of a slot
/// (a point-mass filter) finds the one that is common to all. What it knows fades slowly, since a module's slots may
/// start anew after a pause.
struct SlotPhase: Sendable {
  private static let placeCount = 64

  /// Probabilities of the places; their sum is 1. The middle one is at `reference`. Worked on by spans: the whole of it
  /// would be copied for each access otherwise.
  private var density = [64 of Float](repeating: 1 / Float(Self.placeCount))
  /// Nanoseconds: near the last heartbeat. Nil before the first.
  private(set) var reference: Int64?

  /// How far the grid wanders in a slot: the share of a place's probability that goes to each neighbour.
  private static let wandering: Float = 0.2
  /// That the module starts its slots anew.
  private static let restart: Float = 0.001
  /// From this variance on, in slots, a place is not known well enough to tell how long a slot is.
  private static let mostVariance: Float = 0.018
  /// Less probable places are passed over.
  private static let least: Float = 5e-4
  /// So many slots without a heartbeat are a pause: where slots lie behind it is not known.
  static let pause: Float = 12

  /// A place that a slot may have.
  struct Place {
    /// Nanoseconds from `reference`.
    var offset: Float
    /// 0 to 1.
    var probability: Float
  }

  /// The places that are probable enough to be looked at; `slot` in nanoseconds.
  func probablePlaces(slot: Float) -> [Place] {
    var places: [Place] = []
    let density = density.span
    for place in density.indices where density[place] > Self.least {
      places.append(Place(offset: Self.offset(place, slot: slot), probability: density[place]))
    }
    return places
  }

  /// Nanoseconds from `reference` to a place.
  private static func offset(_ place: Int, slot: Float) -> Float {
    (Float(place - placeCount / 2) + 0.5) / Float(placeCount) * slot
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

  /// Mean and variance of the place, in slots from `reference`.
  private var moments: (mean: Float, variance: Float) {
    let density = density.span
    var first: Float = 0
    var second: Float = 0
    for place in density.indices {
      let offset = Self.offset(place, slot: 1)
      first += density[place] * offset
      second += density[place] * offset * offset
    }
    return (first, second - first * first)
  }

  /// Some of each place's probability goes to its neighbours, and a little to all.
  private mutating func wander() {
    let copy = density
    let old = copy.span
    var new = density.mutableSpan
    for place in old.indices {
      let before = old[(place + Self.placeCount - 1) % Self.placeCount]
      let after = old[(place + 1) % Self.placeCount]
      let moved = (1 - 2 * Self.wandering) * old[place] + Self.wandering * (before + after)
      new[place] = (1 - Self.restart) * moved + Self.restart / Float(Self.placeCount)
    }
  }

  /// Keeps the places at which a heartbeat can have begun `offset` nanoseconds from `reference`.
  private mutating func narrow(to offset: Float, _ halfWidth: Float, _ slot: Float) {
    var density = density.mutableSpan
    var sum: Float = 0
    for place in density.indices {
      var lateness = offset - Self.offset(place, slot: slot)
      if lateness > slot / 2 { lateness -= slot }
      if lateness < -slot / 2 { lateness += slot }
      density[place] *= SlotDeviation.likelihood(lateness, within: halfWidth) + SlotDeviation.stray
      sum += density[place]
    }
    for place in density.indices { density[place] /= sum }
  }

  /// Moves the mean near the middle; returns the nanoseconds by which `reference` moves.
  private mutating func recentre(_ mean: Float, _ slot: Float) -> Int64 {
    let places = Int((mean * Float(Self.placeCount)).rounded())
    guard places != 0 else { return 0 }
    let copy = density
    let old = copy.span
    var new = density.mutableSpan
    for place in old.indices { new[place] = old[(place + places + Self.placeCount) % Self.placeCount] }
    return Int64(Float(places) * slot / Float(Self.placeCount))
  }
}
