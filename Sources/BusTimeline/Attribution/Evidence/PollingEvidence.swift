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
    let habit = wire.habits.row(of: reading)
    var best = likelihood(wire.habits.share(habit, Candidate.ble))
    scores[Candidate.ble] += best
    for dash in wire.dashes {
      let likelihood = likelihood(wire.habits.share(habit, dash))
      scores[dash] += likelihood
      best = max(best, likelihood)
    }
    scores[Candidate.newcomer] += best
  }

  private func likelihood(_ share: Float) -> Float { max(-Self.most, logf(share)) }
}
