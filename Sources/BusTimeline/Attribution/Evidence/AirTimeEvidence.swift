/// The bounds that packet times put on a frame's air time, against what each transmitter was certainly seen to take.
struct AirTimeEvidence: Evidence {
  static let name: StaticString = "air-time"
  static let words = EvidenceKind.Words.measured(.pitchBounds)

  private static let excluded: Float = -4
  /// Microseconds of mean pitch: stalls and clock errors inside it mean nothing.
  private static let tolerance: Float = 12

  func weigh(_ observation: Observation, on wire: WireBeliefs, into scores: inout Scores) {
    let measurement = observation.measurement
    guard measurement.pitchHigh > measurement.pitchLow else { return }
    for candidate in wire.candidates(for: observation.claim) where wire.prints[candidate].isMature {
      if measurement.pitchHigh + Self.tolerance < wire.prints[candidate].slowest
        || measurement.pitchLow > wire.prints[candidate].fastest + 60
      {
        scores[candidate] += Self.excluded
      }
    }
  }
}
