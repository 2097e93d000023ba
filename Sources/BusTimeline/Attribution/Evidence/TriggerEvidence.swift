import Glibc

/// How long after a heartbeat a request comes: many dashes fire right behind one, when the wire is surely free
/// (protocol.md 5.5), and each at its own distance.
///
/// It tells foreign devices apart; whether a request is the BLE module's own is for the rhythm to say.
struct TriggerEvidence: Evidence {
  static let name: StaticString = "trigger"
  static let words = EvidenceKind.Words.said(
    inFavour: "its distance from the heartbeat is this sender's",
    against: "its distance from the heartbeat is another's")

  private static let most: Float = 4
  /// Share of a device's requests at no distance of its own.
  private static let strays: Float = 0.01
  /// The same where nothing but the distance tells devices apart: then only what fitted was learnt from.
  private static let unseenStrays: Float = 0.1

  func weigh(_ observation: Observation, on wire: WireBeliefs, into scores: inout Scores) {
    let measurement = observation.measurement
    guard observation.claim == .request else { return }
    if measurement.following != .unseen, !wire.dashes.isEmpty {
      weigh(measurement.following, on: wire, into: &scores)
    }
    guard measurement.triggerSpread > 0 else { return }
    for dash in wire.dashes where wire.prints[dash].isMature {
      let advantage = wire.prints[dash].trigger.advantage(
        of: measurement.trigger, spread: measurement.triggerSpread,
        leastFloor: measurement.isShaped ? Self.strays : Self.unseenStrays)
      scores[dash] += max(-Self.most, min(Self.most, advantage))
    }
  }

  /// Where the distance is not known: tells known dashes apart and never speaks for a newcomer, who gets what the
  /// likeliest dash gets. How it follows depends on what else is on the wire, and so too little on who sent it.
  private func weigh(_ following: Measurement.Following, on wire: WireBeliefs, into scores: inout Scores) {
    var best = -Float.infinity
    for dash in wire.dashes {
      let likelihood = logf(max(Self.unseenStrays, wire.prints[dash].share(following)))
      scores[dash] += likelihood
      best = max(best, likelihood)
    }
    scores[Candidate.newcomer] += best
    scores[Candidate.ble] += Self.either
  }

  /// That one of two ways is as probable as the other.
  private static let either = logf(0.5)
}
