/// How long after a heartbeat a request comes: many dashes fire right behind one, when the wire is surely free
/// (protocol.md 5.5), and each at its own distance.
///
/// It tells foreign devices apart; whether a request is the BLE module's own is for the rhythm to say.
struct TriggerEvidence: Evidence {
  let kind = EvidenceKind.trigger

  private static let most: Float = 4
  /// Share of a device's requests at no distance of its own.
  private static let strays: Float = 0.01
  /// The same where nothing but the distance tells devices apart: then only what fitted was learnt from.
  private static let unseenStrays: Float = 0.1

  func weigh(_ observation: Observation, on wire: WireModel, into scores: inout Scores) {
    let measurement = observation.measurement
    guard observation.claim == .request, measurement.triggerSpread > 0 else { return }
    for dash in wire.dashes where wire.prints[dash].isMature {
      let advantage = wire.prints[dash].trigger.advantage(
        of: measurement.trigger, spread: measurement.triggerSpread,
        leastFloor: measurement.isShaped ? Self.strays : Self.unseenStrays)
      scores[dash] += max(-Self.most, min(Self.most, advantage))
    }
  }
}
