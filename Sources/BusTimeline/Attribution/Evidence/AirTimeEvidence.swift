/// The bounds that packet times put on a frame's air time, against what each transmitter was certainly seen to take.
struct AirTimeEvidence: Evidence {
  static let name: StaticString = "air-time"
  static let words = EvidenceKind.Words.measured(.pitchBounds)

  private static let excluded: Float = -4
  /// Microseconds of mean pitch: stalls and clock errors inside it mean nothing.
  private static let tolerance: Float = 12

  func weigh(_ observation: Observation, on wire: WireBeliefs, into scores: inout Scores) {
    for candidate in Self.excluded(by: observation.measurement, observation.claim, on: wire) {
      scores[candidate] += Self.excluded
    }
  }

  /// Who takes less time than the bounds of such a frame allow, or more.
  @inline(__always)
  static func excluded(by measurement: Measurement, _ claim: Claim, on wire: borrowing WireBeliefs) -> CandidateSet {
    var excluded = CandidateSet()
    guard measurement.pitchHigh > measurement.pitchLow else { return excluded }
    for candidate in wire.candidates(for: claim) where wire.prints[candidate].isMature {
      if measurement.pitchHigh + tolerance < wire.prints[candidate].slowest
        || measurement.pitchLow > wire.prints[candidate].fastest + 60
      {
        excluded.insert(candidate)
      }
    }
    return excluded
  }
}
