import Testing
import UartSniffer

@testable import BusTimeline

/// Findings that are kept for frames that are alike: they must be what would be found anew.
@Suite struct KeptFindingsTests {
  private static let claims: [Claim] = [.none, .levers, .bleAnswer, .escAnswer, .escRequest, .batteryAnswer]
  /// Microseconds that packets leave for the pitch: the ESC is excluded, nobody is, all are; nothing was seen.
  private static let bounds: [ClosedRange<Float>?] = [60...77, 85...105, 300...400, nil]

  private static func isSame(_ one: Finding, _ other: Finding) -> Bool {
    one.sender == other.sender && one.confidence == other.confidence && one.injected == other.injected
      && one.isStrange == other.isStrange && one.contradictsClaim == other.contradictsClaim
      && one.votes.rival == other.votes.rival
      && EvidenceKind.allCases.allSatisfy {
        one.votes[$0] == other.votes[$0] && one.againstStock[$0.row] == other.againstStock[$0.row]
      }
  }

  /// A wire on which the ESC and a dash have shown their pitch.
  private static func bench() throws -> EvidenceBench {
    var bench = EvidenceBench(.packets(latency: 1_000_000))
    bench.learnESC(EvidenceBench.measured(bounds: 90...100))
    try bench.meetDash(EvidenceBench.measured(bounds: 70...110))
    return bench
  }

  @Test func whatIsKeptIsWhatWouldBeFoundAnew() throws {
    var wire = try Self.bench().wire
    var kept = 0
    var airTime: Set<Float> = []
    for turn in 0..<600 {
      // Each in turn with each, by steps that have no factor in common.
      wire.beliefs.answerFit = WireBeliefs.AnswerFit.allCases[turn / 5 % 3]
      let bounds = Self.bounds[turn / 7 % Self.bounds.count]
      // What they are not told by differs too.
      let seen = EvidenceBench.observed(
        Self.claims[turn % Self.claims.count], EvidenceBench.measured(bounds: bounds),
        register: turn / 11 % 2 == 0 ? UInt8(turn % 13) : nil, at: Int64(turn) * 20_000_000,
        bytes: Int32(9 + turn / 17 % 4))
      var twin = wire
      let anew = twin.decide(seen, id: Int64(turn))
      guard let found = wire.plainFinding(on: seen) else {
        wire = twin
        continue
      }
      kept += 1
      #expect(Self.isSame(found, anew), "turn \(turn): \(found) \(anew)")
      airTime.insert(found.votes[EvidenceKind(AirTimeEvidence.self)])
    }
    #expect(kept > 400)
    // Packets told for and against.
    #expect(airTime.count > 1)
  }

  @Test func whomPacketsExcludeIsNotTakenFromAnother() throws {
    var wire = try Self.bench().wire
    func answer(_ bounds: ClosedRange<Float>) -> Observation {
      EvidenceBench.observed(.escAnswer, EvidenceBench.measured(bounds: bounds))
    }
    _ = wire.decide(answer(85...105), id: 0)
    #expect(wire.plainFinding(on: answer(86...104)) != nil)
    #expect(wire.plainFinding(on: answer(300...400)) == nil)
  }

  @Test func aDeviceThatIsNamedEndsThem() throws {
    var bench = try Self.bench()
    let seen = EvidenceBench.observed(.levers)
    _ = bench.wire.decide(seen, id: 0)
    #expect(bench.wire.plainFinding(on: seen) != nil)
    bench.wire.name(2)
    #expect(bench.wire.plainFinding(on: seen) == nil)
  }

  /// Requests are told by their place in the rhythm too, and what was timed by its shape.
  @Test func nothingIsKeptOfWhatShowsMore() throws {
    var wire = try Self.bench().wire
    for seen in [
      EvidenceBench.observed(.request, register: 0x3A),
      EvidenceBench.observed(.escAnswer, EvidenceBench.measured(pitch: 95)),
      EvidenceBench.observed(.escAnswer, EvidenceBench.measured(clock: 3000)),
    ] {
      _ = wire.decide(seen, id: 0)
      #expect(wire.plainFinding(on: seen) == nil)
    }
  }
}
