import Glibc
import NinebotBus

/// What each known device asks for: dashes poll a few registers over and over (protocol.md 4.6), phones others.
///
/// It tells known devices apart and never speaks for a newcomer, who gets what the likeliest dash gets: a phone that
/// opens another page asks for something new, and so does a dash of which the first round was seen in part.
struct PollingEvidence: Evidence {
  static let name: StaticString = "polling"
  static let words = EvidenceKind.Words.said(
    inFavour: "this sender asks for this", against: "another asks for this more often")

  /// How little is made of what was not asked before, as logarithms: a phone opens another page now and then, a dash
  /// goes through the same list.
  private static let rarestOfPhone: Float = -3
  private static let rarestOfDash: Float = -5

  func weigh(_ observation: Observation, on wire: WireBeliefs, into scores: inout Scores) {
    guard observation.claim == .request, !wire.dashes.isEmpty, let reading = observation.reading else { return }
    let habit = wire.habits.row(of: reading)
    scores[Candidate.ble] += max(Self.rarestOfPhone, logf(wire.habits.share(habit, Candidate.ble)))
    var best = -Float.infinity
    for dash in wire.dashes {
      let likelihood = max(Self.rarestOfDash, logf(wire.habits.share(habit, dash)))
      scores[dash] += likelihood
      best = max(best, likelihood)
    }
    scores[Candidate.newcomer] += best
  }
}
