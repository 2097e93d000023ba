import Testing

@testable import BusTimeline

/// Pitch, bit clock and air time: what a frame's shape says of transmitters whose shape was learnt. Here the ESC's was.
@Suite struct ShapeEvidenceTests {
  private static func bench(_ measurement: Measurement, frames: Int = 20) -> EvidenceBench {
    var bench = EvidenceBench()
    bench.learnESC(measurement, frames: frames)
    return bench
  }

  /// Everybody else's shape is unknown, and unknown is not unlike.
  private static func expectOnlyESC(_ scores: Scores) {
    for other in 0..<Candidate.count where other != Candidate.esc { #expect(scores[other] == 0) }
  }

  // MARK: - Pitch

  /// Learnt is 95 us. Seen: microseconds, whether pauses can be in them; then what that says.
  @Test(arguments: [
    (Float(95), false, Float(4)...Float(7)), (95.3, false, 3...7), (97, false, -7...(-2)), (115, false, -7...(-4)),
    (75, false, -7...(-4)), (105, true, 0...3), (105, false, -7...(-4)), (85, true, -7...(-4)),
  ])
  func pitchSpeaksForWhoPacesBytesSo(_ pitch: Float, _ hasTail: Bool, _ expected: ClosedRange<Float>) {
    let bench = Self.bench(EvidenceBench.measured(pitch: 95))
    let seen = EvidenceBench.measured(pitch: pitch, hasTail: hasTail)
    for claim in [Claim.escRequest, .escAnswer, .none] {
      let scores = bench.asked(PitchEvidence(), EvidenceBench.observed(claim, seen))
      #expect(expected.contains(scores[Candidate.esc]), "\(scores[Candidate.esc])")
      Self.expectOnlyESC(scores)
    }
  }

  // MARK: - Bit clock

  /// Learnt is 3000 ppm. Seen: parts per million; then what that says.
  @Test(arguments: [
    (Float(3000), Float(4)...Float(7)), (3150, 3...7), (4000, -7...(-4)), (0, -7...(-4)), (-29_000, -7...(-4)),
  ])
  func bitClockSpeaksForWhoseOscillatorItIs(_ clock: Float, _ expected: ClosedRange<Float>) {
    let bench = Self.bench(EvidenceBench.measured(clock: 3000))
    let scores = bench.asked(
      BitClockEvidence(), EvidenceBench.observed(.escAnswer, EvidenceBench.measured(clock: clock)))
    #expect(expected.contains(scores[Candidate.esc]), "\(scores[Candidate.esc])")
    Self.expectOnlyESC(scores)
  }

  /// A module may have two clocks (protocol.md 5.3): both are its own.
  @Test func aDeviceMayHaveTwoClocks() {
    var bench = Self.bench(EvidenceBench.measured(clock: 3000))
    bench.learnESC(EvidenceBench.measured(clock: -2000))
    for clock: Float in [3000, -2000] {
      let seen = EvidenceBench.observed(.escAnswer, EvidenceBench.measured(clock: clock))
      #expect(bench.asked(BitClockEvidence(), seen)[Candidate.esc] > 3)
    }
    let between = EvidenceBench.observed(.escAnswer, EvidenceBench.measured(clock: 500))
    #expect(bench.asked(BitClockEvidence(), between)[Candidate.esc] < -4)
  }

  // MARK: - Air time

  /// Learnt is a mean pitch of 90 to 100 us. Seen: bounds; then whether they exclude the ESC.
  @Test(arguments: [
    (Float(85)...Float(105), false), (60...77, true), (60...79, false), (100...130, false), (159...200, false),
    (161...200, true), (0...300, false),
  ])
  func airTimeOnlyExcludes(_ bounds: ClosedRange<Float>, _ isExcluded: Bool) {
    let bench = Self.bench(EvidenceBench.measured(bounds: 90...100))
    let scores = bench.asked(
      AirTimeEvidence(), EvidenceBench.observed(.escAnswer, EvidenceBench.measured(bounds: bounds)))
    #expect(scores[Candidate.esc] == (isExcluded ? -4 : 0))
    Self.expectOnlyESC(scores)
  }

  // MARK: - Silence

  /// The ESC sends no requests of the BLE module: how like it they are is not asked.
  @Test func whoCannotHaveSentItIsNotAsked() {
    let measurement = EvidenceBench.measured(pitch: 95, clock: 3000, bounds: 90...100)
    let bench = Self.bench(measurement)
    for claim in [Claim.request, .levers, .batteryAnswer] {
      let seen = EvidenceBench.observed(claim, measurement)
      #expect(bench.isSilent(PitchEvidence(), seen))
      #expect(bench.isSilent(BitClockEvidence(), seen))
      #expect(bench.isSilent(AirTimeEvidence(), seen))
    }
  }

  @Test func whatWasNotMeasuredSaysNothing() {
    let bench = Self.bench(EvidenceBench.measured(pitch: 95, clock: 3000, bounds: 90...100))
    let seen = EvidenceBench.observed(.escAnswer)
    #expect(bench.isSilent(PitchEvidence(), seen))
    #expect(bench.isSilent(BitClockEvidence(), seen))
    #expect(bench.isSilent(AirTimeEvidence(), seen))
  }

  @Test(arguments: [(3, true), (4, false)])
  func fewFramesAreNotHeldAgainstAnother(_ frames: Int, _ isSilent: Bool) {
    let bench = Self.bench(EvidenceBench.measured(pitch: 95, clock: 3000, bounds: 90...100), frames: frames)
    let seen = EvidenceBench.observed(
      .escAnswer, EvidenceBench.measured(pitch: 130, clock: -3000, bounds: 10...20))
    #expect(bench.isSilent(PitchEvidence(), seen) == isSilent)
    #expect(bench.isSilent(BitClockEvidence(), seen) == isSilent)
    #expect(bench.isSilent(AirTimeEvidence(), seen) == isSilent)
  }
}
