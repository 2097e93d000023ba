/// The length of a bit: each chip's oscillator is off by its own amount (protocol.md 5.3).
struct BitClockEvidence: Evidence {
  static let name: StaticString = "bit-clock"
  static let words = EvidenceKind.Words.measured(.bitClock)

  private static let most: Float = 7

  func weigh(_ observation: Observation, on wire: WireBeliefs, into scores: inout Scores) {
    let measurement = observation.measurement
    guard measurement.clockSpread > 0 else { return }
    for candidate in wire.candidates(for: observation.claim) where wire.prints[candidate].isMature {
      let advantage = wire.prints[candidate].clock.advantage(of: measurement.clock, spread: measurement.clockSpread)
      let bounded = max(-Self.most, min(Self.most, advantage))
      scores[candidate] += bounded
      if candidate == Candidate.ble { scores.addLikeness(bounded, of: observation) }
    }
  }
}
