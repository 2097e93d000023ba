import NinebotBus
import Testing

@testable import BusTimeline

/// Rhythm, trigger, polling and the phone's log: what tells whose a request is.
@Suite struct RequestEvidenceTests {
  private static let dash = Candidate.firstDash

  // MARK: - Rhythm

  /// By slot, by round, and what both together say for everybody foreign.
  @Test(arguments: [
    (Float(4), Float(2.5), Float(5)), (-4, -2.5, -5), (3, 0, 3), (0, -2.5, -2.5), (4, -2.5, 1.5), (0, 0, 0),
  ])
  func rhythmTellsForeignRequests(_ slot: Float, _ pattern: Float, _ expected: Float) {
    let scores = EvidenceBench().asked(
      RhythmEvidence(), EvidenceBench.observed(.request, slot: slot, pattern: pattern))
    #expect(scores[Candidate.newcomer] == expected)
    #expect(scores[Self.dash] == expected)
    for stock in [Candidate.esc, Candidate.ble, Candidate.bms, Candidate.externalBms] { #expect(scores[stock] == 0) }
  }

  @Test(arguments: [(WireBeliefs.AnswerFit.asked, Float(4)), (.unasked, -2), (.notLooked, 0)])
  func answersSpeakForTheESCWhereTheyWereAsked(_ fit: WireBeliefs.AnswerFit, _ expected: Float) {
    var bench = EvidenceBench()
    bench.wire.beliefs.answerFit = fit
    let scores = bench.asked(RhythmEvidence(), EvidenceBench.observed(.escAnswer, slot: 4, pattern: 2.5))
    #expect(scores[Candidate.esc] == expected)
    for other in 0..<Candidate.count where other != Candidate.esc { #expect(scores[other] == 0) }
  }

  @Test(arguments: [
    Claim.none, .levers, .poll, .bleAnswer, .escRequest, .batteryAnswer, .externalBatteryAnswer,
  ])
  func theRestHasNoPlaceInTheRhythm(_ claim: Claim) {
    var bench = EvidenceBench()
    bench.wire.beliefs.answerFit = .unasked
    #expect(bench.isSilent(RhythmEvidence(), EvidenceBench.observed(claim, slot: 4, pattern: 2.5)))
  }

  // MARK: - Trigger

  /// The dash fires 3 ms behind a heartbeat. Seen: milliseconds, whether shape was measured too; then what that says.
  @Test(arguments: [
    (Float(3), false, Float(3)...Float(4)), (3, true, 3...4), (3.05, true, 2...4), (20, false, -2.5...(-2)),
    (20, true, -4...(-3.9)), (2.5, true, -4...(-3.9)),
  ])
  func triggerTellsDashesByTheirDistance(_ trigger: Float, _ isShaped: Bool, _ expected: ClosedRange<Float>) throws {
    var bench = EvidenceBench()
    try bench.meetDash(EvidenceBench.measured(trigger: 3))
    let seen = EvidenceBench.measured(pitch: isShaped ? 95 : nil, trigger: trigger)
    let scores = bench.asked(TriggerEvidence(), EvidenceBench.observed(.request, seen))
    #expect(expected.contains(scores[Self.dash]), "\(scores[Self.dash])")
    for other in 0..<Candidate.count where other != Self.dash { #expect(scores[other] == 0) }
  }

  @Test func triggerSaysNothingWithoutADashOrADistance() throws {
    var bench = EvidenceBench()
    let seen = EvidenceBench.measured(trigger: 3)
    #expect(bench.isSilent(TriggerEvidence(), EvidenceBench.observed(.request, seen)))
    try bench.meetDash(seen)
    #expect(!bench.isSilent(TriggerEvidence(), EvidenceBench.observed(.request, seen)))
    #expect(bench.isSilent(TriggerEvidence(), EvidenceBench.observed(.request)))
    for claim in [Claim.levers, .poll, .escAnswer, .bleAnswer] {
      #expect(bench.isSilent(TriggerEvidence(), EvidenceBench.observed(claim, seen)))
    }
  }

  /// The dash was seen to follow heartbeats closely, and nothing more is known of distances.
  @Test func followingTellsKnownDashesApartAndNeverSpeaksForANewcomer() throws {
    var bench = EvidenceBench()
    try bench.meetDash(EvidenceBench.measured(following: .closely))
    let close = bench.asked(
      TriggerEvidence(), EvidenceBench.observed(.request, EvidenceBench.measured(following: .closely)))
    let apart = bench.asked(
      TriggerEvidence(), EvidenceBench.observed(.request, EvidenceBench.measured(following: .apart)))
    #expect(close[Self.dash] > close[Candidate.ble])
    #expect(apart[Self.dash] < apart[Candidate.ble])
    for scores in [close, apart] { #expect(scores[Candidate.newcomer] == scores[Self.dash]) }
  }

  // MARK: - Polling

  /// The module asked for 10 forty times, the dash for 3a a few times.
  private static func polled() throws -> EvidenceBench {
    var bench = EvidenceBench()
    bench.learnModule(asking: 0x10, times: 40)
    try bench.meetDash(asking: 0x3A)
    return bench
  }

  /// Register, what it says for the dash against the module, and who of them fits best.
  @Test(arguments: [
    (UInt8(0x3A), Float(2)...Float(3), Candidate.firstDash), (0x10, -3...(-2), Candidate.ble),
    (0x77, 0...1, Candidate.firstDash),
  ])
  func pollingTellsKnownDevicesApart(_ register: UInt8, _ expected: ClosedRange<Float>, _ best: Int) throws {
    let bench = try Self.polled()
    let scores = bench.asked(PollingEvidence(), EvidenceBench.observed(.request, register: register))
    #expect(expected.contains(scores[Self.dash] - scores[Candidate.ble]))
    #expect((scores[Self.dash] > scores[Candidate.ble]) == (best == Self.dash))
    // A newcomer gets what the likeliest dash gets: that a dash never asked for something makes no other device.
    #expect(scores[Candidate.newcomer] == scores[Self.dash])
    #expect(scores[Candidate.ble] >= -3)
    #expect(scores[Self.dash] >= -5)
    #expect(max(scores[Self.dash], scores[Candidate.ble]) <= 0)
    #expect(scores[Candidate.esc] == 0)
    #expect(scores[Self.dash + 1] == 0)
  }

  @Test func pollingSaysNothingWithoutADashOrAReading() throws {
    var stock = EvidenceBench()
    stock.learnModule(asking: 0x10, times: 40)
    #expect(stock.isSilent(PollingEvidence(), EvidenceBench.observed(.request, register: 0x10)))
    let bench = try Self.polled()
    #expect(bench.isSilent(PollingEvidence(), EvidenceBench.observed(.request)))
    #expect(bench.isSilent(PollingEvidence(), EvidenceBench.observed(.escAnswer, register: 0x10)))
  }

  /// What is certain for other reasons must not be all that is learnt: of three registers that the dash asks for, two
  /// are such that its requests for them are never quite clear.
  @Test func aHabitIsNotLearntFromClearRequestsAlone() throws {
    var bench = try Self.polled()
    for _ in 0..<100 {
      _ = bench.assess(EvidenceBench.observed(.request, register: 0x3A, slot: 4, pattern: 2.5))
      for register: UInt8 in [0xB0, 0x7B] {
        _ = bench.assess(EvidenceBench.observed(.request, register: register, slot: 2.5))
      }
    }
    for register: UInt8 in [0xB0, 0x7B] {
      let share = bench.wire.beliefs.habits.share(
        bench.wire.beliefs.habits.row(of: EvidenceBench.reading(register)), Self.dash)
      #expect(share > 0.25, "\(share)")
    }
  }

  // MARK: - The phone's log

  /// The phone asked for 10 at 5 s; its log covers the first ten seconds and misses 7.0 to 7.5 s. Seen: register, time
  /// in milliseconds; then what that says for everybody foreign.
  @Test(arguments: [
    // In time; later than nearly all.
    (UInt8(0x10), Int64(5_020), Float(-5)...Float(-4)), (0x10, 4_996, -5...(-4)), (0x10, 5_249, -2...(-0.5)),
    // Before it was asked, later than any module is, and another register.
    (0x10, 4_990, 4...4), (0x10, 5_300, 4...4), (0x3A, 5_020, 4...4),
    // Outside the log, and where it may miss what was asked.
    (0x10, 10_500, 0...0), (0x3A, 12_000, 0...0), (0x3A, 7_200, 0...0), (0x3A, 7_600, 0...0), (0x3A, 7_800, 4...4),
  ])
  func thePhonesLogTellsItsRequests(_ register: UInt8, _ milliseconds: Int64, _ expected: ClosedRange<Float>) {
    var bench = EvidenceBench()
    bench.wire.beliefs.phone = PhoneRequests(covered: 0...10_000_000_000)
    bench.wire.beliefs.phone.add(EvidenceBench.reading(0x10), at: 5_000_000_000)
    bench.wire.beliefs.phone.add(gap: 7_000_000_000...7_500_000_000)
    let scores = bench.asked(
      PhoneEvidence(), EvidenceBench.observed(.request, register: register, at: milliseconds * 1_000_000))
    #expect(expected.contains(scores[Candidate.newcomer]))
    #expect(scores[Self.dash] == scores[Candidate.newcomer])
    #expect(scores[Candidate.ble] == 0)
    #expect(scores[Candidate.esc] == 0)
  }

  /// A write leads to one request: of two that it may have led to, neither is surely the phone's.
  @Test func twoRequestsShareOneWrite() {
    var bench = EvidenceBench()
    bench.wire.beliefs.phone = PhoneRequests(covered: 0...10_000_000_000)
    let reading = EvidenceBench.reading(0x10)
    bench.wire.beliefs.phone.add(reading, at: 5_000_000_000)
    let request = EvidenceBench.observed(.request, register: 0x10, at: 5_020_000_000)
    bench.wire.beliefs.phone.note(reading, at: request.event.start)
    let alone = bench.asked(PhoneEvidence(), request)[Candidate.newcomer]
    // Nothing else is there that the write led to: it must have been lost if somebody else asked.
    #expect(alone < -4)
    bench.wire.beliefs.phone.note(reading, at: TimeBounds(5_030_000_000))
    #expect(abs(bench.asked(PhoneEvidence(), request)[Candidate.newcomer]) < 0.5)
    // One that is too late takes little.
    var other = EvidenceBench()
    other.wire.beliefs.phone = PhoneRequests(covered: 0...10_000_000_000)
    other.wire.beliefs.phone.add(reading, at: 5_000_000_000)
    other.wire.beliefs.phone.note(reading, at: request.event.start)
    other.wire.beliefs.phone.note(reading, at: TimeBounds(5_200_000_000))
    #expect(other.asked(PhoneEvidence(), request)[Candidate.newcomer] < -1)
  }

  /// A phone's clock that is set back puts later writes first.
  @Test func aLogOutOfOrderIsSortedWhenItIsClosed() {
    var bench = EvidenceBench()
    var phone = PhoneRequests(usual: -5_000_000...80_000_000)
    let reading = EvidenceBench.reading(0x10)
    for second: Int64 in [8, 9, 5, 6, 7] { phone.add(reading, at: second * 1_000_000_000) }
    phone.close(covering: 0...10_000_000_000)
    bench.wire.beliefs.phone = phone
    for second: Int64 in 5...9 {
      let request = EvidenceBench.observed(.request, register: 0x10, at: second * 1_000_000_000 + 20_000_000)
      #expect(bench.asked(PhoneEvidence(), request)[Candidate.newcomer] < -2, "\(second)")
    }
  }

  @Test func aLossyLogOnlySaysWhatThePhoneDidAsk() {
    var bench = EvidenceBench()
    bench.wire.beliefs.phone = PhoneRequests(covered: 0...10_000_000_000)
    bench.wire.beliefs.phone.add(EvidenceBench.reading(0x10), at: 5_000_000_000)
    bench.wire.beliefs.phone.setLossy()
    let asked = EvidenceBench.observed(.request, register: 0x10, at: 5_020_000_000)
    #expect(bench.asked(PhoneEvidence(), asked)[Candidate.newcomer] < -2)
    // Late, and another request is there that the write led to: the log may miss the write that this one belongs to.
    let late = EvidenceBench.observed(.request, register: 0x10, at: 5_240_000_000)
    for request in [asked, late] {
      bench.wire.beliefs.phone.note(EvidenceBench.reading(0x10), at: request.event.start)
    }
    #expect(bench.isSilent(PhoneEvidence(), late))
    let other = EvidenceBench.observed(.request, register: 0x3A, at: 5_020_000_000)
    #expect(bench.isSilent(PhoneEvidence(), other))
  }

  @Test func withoutALogOrARequestThePhoneSaysNothing() {
    var bench = EvidenceBench()
    let request = EvidenceBench.observed(.request, register: 0x10, at: 5_000_000_000)
    #expect(bench.isSilent(PhoneEvidence(), request))
    bench.wire.beliefs.phone = PhoneRequests(covered: 0...10_000_000_000)
    #expect(!bench.isSilent(PhoneEvidence(), request))
    #expect(bench.isSilent(PhoneEvidence(), EvidenceBench.observed(.request, at: 5_000_000_000)))
    #expect(bench.isSilent(PhoneEvidence(), EvidenceBench.observed(.escAnswer, register: 0x10, at: 5_000_000_000)))
  }
}
