import Testing

@testable import BusTimeline

/// What the claim alone says.
@Suite struct RoleEvidenceTests {
  /// Claim, who it speaks for, and what is left to a device that nobody has met.
  @Test(arguments: [
    (Claim.levers, Candidate.ble, Float(-10)), (.poll, Candidate.ble, -10), (.bleAnswer, Candidate.ble, -7),
    (.request, Candidate.ble, -1), (.escAnswer, Candidate.esc, -7), (.escRequest, Candidate.esc, -7),
    (.batteryAnswer, Candidate.bms, -14), (.externalBatteryAnswer, Candidate.externalBms, -14),
  ])
  func claimsSpeakForWhoeverTheyName(_ claim: Claim, _ claimed: Int, _ newcomer: Float) {
    let bench = EvidenceBench()
    let scores = bench.asked(RoleEvidence(), EvidenceBench.observed(claim))
    #expect(scores[claimed] == 0)
    #expect(scores[Candidate.newcomer] == newcomer)
    #expect(
      Array(bench.wire.beliefs.candidates(for: claim)) == [claimed], "stock parts do not send each other's frames")
  }

  @Test func whatClaimsNothingSaysNothing() {
    #expect(EvidenceBench().isSilent(RoleEvidence(), EvidenceBench.observed(.none)))
    #expect(Array(EvidenceBench().wire.beliefs.candidates(for: .none)) == [1, 2, 3, 4])
  }

  /// A dash that was met can have sent what a newcomer can, and only that one: others were not met.
  @Test(arguments: [(Claim.levers, Float(-10)), (.poll, -10), (.bleAnswer, -7), (.escAnswer, -7), (.escRequest, -7)])
  func aDashThatWasMetForgesAsSeldom(_ claim: Claim, _ forged: Float) throws {
    var bench = EvidenceBench()
    try bench.meetDash()
    let scores = bench.asked(RoleEvidence(), EvidenceBench.observed(claim))
    #expect(scores[Candidate.firstDash] == forged)
    #expect(scores[Candidate.newcomer] == forged)
    let candidates = bench.wire.beliefs.candidates(for: claim)
    #expect(Array(candidates) == [Candidate.claimed(claim), Candidate.firstDash])
  }

  @Test func afterTheFirstDashANewcomerIsLessLikely() throws {
    var bench = EvidenceBench()
    try bench.meetDash()
    #expect(bench.asked(RoleEvidence(), EvidenceBench.observed(.request))[Candidate.newcomer] == -4)
  }

  /// Rhythm that the requests had, and what a further request then says of a known dash.
  @Test(arguments: [(Float(-4), Float(-3)...Float(-3)), (4, 1...1), (0, -2...0.5)])
  func theShareOfForeignRequestsIsLearntWithinBounds(_ slot: Float, _ expected: ClosedRange<Float>) throws {
    var bench = EvidenceBench()
    try bench.meetDash()
    for _ in 0..<600 { _ = bench.wire.decide(EvidenceBench.observed(.request, slot: slot, pattern: slot), id: 0) }
    let scores = bench.asked(RoleEvidence(), EvidenceBench.observed(.request))
    #expect(expected.contains(scores[Candidate.firstDash]), "\(scores[Candidate.firstDash])")
    #expect(scores[Candidate.ble] == 0)
  }
}
