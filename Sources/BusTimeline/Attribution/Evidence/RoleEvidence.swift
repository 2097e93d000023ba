/// What the address and the command claim, and how often a claim is false.
struct RoleEvidence: Evidence {
  static let name: StaticString = "role"
  static let words = EvidenceKind.Words.said(
    inFavour: "its address and command are this sender's", against: "its address and command are another's")

  /// Logarithms of how rare a false claim is. Nobody has reason to send a battery's answers or a module's heartbeats, and
  /// one known dash forges the ESC's display frame (protocol.md 5.5).
  private static let impossible: Float = -14
  private static let forgedHeartbeat: Float = -10
  private static let forgedAnswer: Float = -7
  /// A request says nothing of its sender: a dash must use the BLE module's address (protocol.md 2.4).
  private static let newcomersRequest: Float = -1
  /// The same where foreign devices are known already: rarer the longer there was no other, but never beyond evidence.
  static let furtherNewcomersRequest: ClosedRange<Float> = -6...(-4)
  /// However many requests dashes make, one that looks like nobody's is not theirs for that reason alone.
  private static let leastForeign: Float = -3
  private static let mostForeign: Float = 1

  func weigh(_ observation: Observation, on wire: WireBeliefs, into scores: inout Scores) {
    switch observation.claim {
    case .none: break
    case .levers, .poll, .announcement: foreign(Self.forgedHeartbeat, newcomer: Self.forgedHeartbeat, wire, &scores)
    case .request:
      foreign(
        max(Self.leastForeign, min(Self.mostForeign, wire.foreignOdds)),
        newcomer: Self.newcomersRequest(on: wire),
        wire, &scores)
    case .bleAnswer, .escAnswer, .escRequest:
      foreign(Self.forgedAnswer, newcomer: Self.forgedAnswer, wire, &scores)
    case .batteryAnswer, .externalBatteryAnswer:
      foreign(Self.impossible, newcomer: Self.impossible, wire, &scores)
    }
  }

  /// The prior of a device not met before: before any was named, no more than the share of requests that look foreign.
  /// Without times too little tells which do, and how long there was no other says nothing.
  static func newcomersRequest(on wire: WireBeliefs) -> Float {
    let further = furtherNewcomersRequest
    switch (wire.dashes.isEmpty, wire.hasTimes) {
    case (true, true): return min(newcomersRequest, max(leastForeign, wire.foreignOdds))
    case (true, false): return newcomersRequest
    case (false, true): return max(further.lowerBound, min(further.upperBound, wire.newcomerOdds))
    case (false, false): return further.upperBound
    }
  }

  private func foreign(_ known: Float, newcomer: Float, _ wire: WireBeliefs, _ scores: inout Scores) {
    scores[Candidate.newcomer] = newcomer
    for dash in wire.dashes { scores[dash] = known }
  }
}
