import Glibc
import NinebotBus

/// What each known device asks for: dashes poll a few registers over and over (protocol.md 4.6), phones others.
///
/// It tells known devices apart and never speaks for a newcomer: a phone that opens another page asks for something new.
struct PollingEvidence: Evidence {
  let kind = EvidenceKind.polling

  private static let most: Float = 3

  func weigh(_ observation: Observation, on wire: WireModel, into scores: inout Scores) {
    guard observation.claim == .request, !wire.dashes.isEmpty, let reading = observation.reading else { return }
    let habits = wire.habits
    var best = habits.share(of: reading, Candidate.ble)
    scores[Candidate.ble] += max(-Self.most, logf(best))
    for dash in wire.dashes {
      let candidate = Candidate.firstDash + dash.number - 1
      let share = habits.share(of: reading, candidate)
      scores[candidate] += max(-Self.most, logf(share))
      best = max(best, share)
    }
    scores[Candidate.newcomer] += max(-Self.most, logf(best))
  }
}
