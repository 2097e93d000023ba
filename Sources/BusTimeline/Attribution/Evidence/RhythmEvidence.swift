/// The place in the rhythm: requests by the BLE module's slots and rounds, the ESC's answers by what was asked.
struct RhythmEvidence: Evidence {
  static let name: StaticString = "rhythm"
  static let words = EvidenceKind.Words.said(
    inFavour: "its place in the rhythm fits this sender", against: "its place in the rhythm does not fit")

  /// Both look at the same fact, so together they count for little more than one.
  private static let most: Float = 5
  private static let prompt: Float = 4
  private static let unasked: Float = -2

  func weigh(_ observation: Observation, on wire: WireBeliefs, into scores: inout Scores) {
    switch observation.claim {
    case .request:
      scores.addForeign(max(-Self.most, min(Self.most, observation.slot + observation.pattern)))
    case .escAnswer:
      switch wire.answerFit {
      case .asked: scores[Candidate.esc] += Self.prompt
      case .unasked: scores[Candidate.esc] += Self.unasked
      case .notLooked: break
      }
    default: break
    }
  }
}
