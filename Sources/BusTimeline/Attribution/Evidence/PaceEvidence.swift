/// When each known device asks again, and in which order: it tells them apart where their clocks are not seen.
///
/// It never speaks for a newcomer, who gets what the likeliest dash gets: a dash that asks sooner than it used to is no
/// other one.
struct PaceEvidence: Evidence {
  static let name: StaticString = "pace"
  static let words = EvidenceKind.Words.said(
    inFavour: "this sender's next request was due", against: "another's next request was due")

  @inline(__always)
  func weigh(_ observation: Observation, on wire: WireBeliefs, into scores: inout Scores) {
    guard observation.pace != .zero else { return }
    var best: Float = 0
    for candidate in wire.candidates(for: .request) {
      guard let place = RequestPaces.place(of: candidate) else { continue }
      scores[candidate] += observation.pace[place]
      if candidate != Candidate.ble { best = max(best, observation.pace[place]) }
    }
    scores[Candidate.newcomer] += best
  }
}
