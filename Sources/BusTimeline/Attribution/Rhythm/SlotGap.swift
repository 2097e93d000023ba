import NinebotBus

/// What came between two heartbeats, and how probable it is that each request took one of the slots between them.
struct SlotGap: Sendable {
  /// When the first heartbeat began.
  let from: TimeBounds
  /// The middle of when the second one began, nanoseconds.
  private var to: Int64
  private var requests: [(id: Int64, start: TimeBounds)] = []
  private var damages: [TimeBounds] = []

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
  private static let mostSlots = 8
  /// Nothing is more certain.
  private static let least: Float = 0.001

  init(from: TimeBounds) {
    self.from = from
    to = from.middle
  }

  /// The same, ended by a heartbeat.
  func closed(by heartbeat: TimeBounds) -> SlotGap {
    var gap = self
    gap.to = heartbeat.middle
    return gap
  }

  var hasRequests: Bool { !requests.isEmpty }
  var isEmpty: Bool { requests.isEmpty && damages.isEmpty }

  mutating func request(_ id: Int64, _ start: TimeBounds) {
    if requests.count == Self.mostRequests { requests.removeFirst() }
    requests.append((id, start))
  }

  mutating func damage(_ time: TimeBounds) {
    if damages.count == Self.mostDamages { damages.removeFirst() }
    damages.append(time)
  }

  /// A request, and how far it can have taken a slot. Times in nanoseconds from the first heartbeat.
  private struct Asking {
    var middle: Float
    var halfWidth: Float
    /// How much likelier it is to begin where it did when it has to than when it may anywhere between the heartbeats.
    var advantage: Float
    /// Likelihood ratio of having taken the slot in question.
    var fit: Float = 0
    /// Slots that it took, mostly less than one.
    var own: Float = 0
    /// The same over all places that slots may have, by their probabilities.
    var taken: Float = 0
  }

  private func asking(_ start: TimeBounds, _ scatter: TimeScatter, slot: Float) -> Asking {
    let halfWidth = scatter.halfWidth(within: Float(start.error))
    return Asking(
      middle: Float(start.middle - from.middle), halfWidth: halfWidth,
      advantage: max(1, max(Float(to - from.middle), slot) / (2 * halfWidth + Self.requestTime)))
  }

  /// Where a slot is spoiled by a damage, in nanoseconds from the first heartbeat.
  private func reach(of damage: TimeBounds, _ scatter: TimeScatter) -> ClosedRange<Float> {
    let middle = Float(damage.middle - from.middle)
    let reach = max(0, scatter.halfWidth(within: Float(damage.error))) + Self.damageReach
    return middle - reach...middle + reach
  }

  /// Calls `body` with the number of each request and the probability that it took a slot of the module's.
  ///
  /// - Parameters:
  ///   - places: where the slots may be, from `reference` (nanoseconds) on.
  ///   - slot: nanoseconds.
  func forEachRequest(
    _ places: [SlotPhase.Place], from reference: Int64, slot: Float, _ scatter: TimeScatter,
    _ body: (Int64, Float) -> Void
  ) {
    var asked = requests.map { asking($0.start, scatter, slot: slot) }
    let spoiled = damages.map { reach(of: $0, scatter) }
    let (begin, length) = (Float(from.middle - reference), Float(to - from.middle))
    var sum: Float = 0
    for place in places {
      let start = begin - place.offset
      let first = (start / slot).rounded()
      let slots = min(Self.mostSlots, Int(((start + length) / slot).rounded() - first) - 1)
      var weight = place.probability
      if slots > 0 {
        for number in 1...slots {
          let due = (first + Float(number)) * slot - start
          let lost = spoiled.contains { $0.contains(due) } ? Self.spoiled : Self.lost
          weight *= Self.share(due, lost: lost, among: &asked)
        }
        for index in asked.indices {
          asked[index].taken += weight * min(asked[index].own, 1 - Self.least)
          asked[index].own = 0
        }
      }
      sum += weight
    }
    for index in asked.indices {
      let taken = asked[index].taken / max(sum, .leastNormalMagnitude)
      body(requests[index].id, max(Self.least, min(1 - Self.least, taken)))
    }
  }

  /// Shares a slot among the requests that can have taken it, against its frame having been lost. Returns the
  /// likelihood of what came then.
  ///
  /// - Parameter due: nanoseconds from the first heartbeat.
  private static func share(_ due: Float, lost: Float, among asked: inout [Asking]) -> Float {
    var sum = lost
    for index in asked.indices {
      let likelihood = SlotDeviation.likelihood(asked[index].middle - due, within: asked[index].halfWidth)
      asked[index].fit = (1 - lost) * (likelihood * asked[index].advantage + SlotDeviation.stray)
      sum += asked[index].fit
    }
    for index in asked.indices { asked[index].own += asked[index].fit / sum }
    return sum
  }
}
