/// Start bit to start bit: firmware paces bytes in its own way (protocol.md 5.3).
struct PitchEvidence: Evidence {
  static let name: StaticString = "pitch"
  static let words = EvidenceKind.Words.measured(.pitch)

  /// One row must not decide alone.
  private static let most: Float = 7

  func weigh(_ observation: Observation, on wire: WireBeliefs, into scores: inout Scores) {
    let measurement = observation.measurement
    guard measurement.pitchSpread > 0 else { return }
    for candidate in wire.candidates(for: observation.claim) where wire.prints[candidate].isMature {
      let advantage = wire.prints[candidate].pitch.advantage(
        of: measurement.pitch, spread: measurement.pitchSpread, hasTail: measurement.pitchHasTail)
      let bounded = max(-Self.most, min(Self.most, advantage))
      scores[candidate] += bounded
      if candidate == Candidate.ble { scores.addLikeness(bounded, of: observation) }
    }
  }
}
