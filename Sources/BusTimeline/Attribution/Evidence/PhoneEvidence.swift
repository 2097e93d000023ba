import NinebotBus

/// What the phone wrote, where a BLE log is at hand: a request that it just made is the BLE module's to send.
struct PhoneEvidence: Evidence {
  let kind = EvidenceKind.phone

  private static let made: Float = -4
  private static let notMade: Float = 4

  func weigh(_ observation: Observation, on wire: WireModel, into scores: inout Scores) {
    guard observation.claim == .request, let reading = observation.reading else { return }
    switch wire.phone.explains(reading, at: observation.event.start) {
    case .unknown: break
    case .yes: scores.addForeign(Self.made)
    case .no: scores.addForeign(Self.notMade)
    }
  }
}
