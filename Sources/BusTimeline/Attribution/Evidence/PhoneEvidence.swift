import NinebotBus

/// What the phone wrote, where a BLE log is at hand: a request that it just made is the BLE module's to send.
struct PhoneEvidence: Evidence {
  static let name: StaticString = "phone"
  static let words = EvidenceKind.Words.said(
    inFavour: "the phone's log agrees", against: "the phone's log disagrees")

  func weigh(_ observation: Observation, on wire: WireBeliefs, into scores: inout Scores) {
    guard observation.claim == .request, let reading = observation.reading,
      let likelihood = wire.phone.likelihood(reading, at: observation.event.start)
    else { return }
    scores.addForeign(-likelihood)
  }
}
