import BusTimeline
import BusTrials
import NinebotBus
import ScooterSim
import Testing
import UartSniffer

@Suite struct AlignmentTrialTests {
  static func scenario(_ name: String, rides: Bool, seed: UInt64) -> Scenario? {
    var scenario = try? Scenario.named(name, seed: seed)
    scenario?.ride.rides = rides
    return scenario
  }

  /// Both captures run for so many seconds, and see the same.
  private static func together(_ seconds: Double) -> AlignmentTrial.Settings {
    var settings = AlignmentTrial.Settings()
    settings.busSeconds = seconds
    settings.bleSeconds = seconds
    settings.overlapSeconds = seconds
    return settings
  }

  @Test func truthLiesWithinTheBoundAndNothingIsAlignedWrong() throws {
    let trials = try AlignmentTrials(longest: 240, seed: 5)
    var score = AlignmentScore()
    for (index, kind) in AlignmentTrials.Kind.all.enumerated() where kind.isShort {
      for seed in 0..<3 as Range<UInt64> {
        let trial = trials.trial(kind, seed: UInt64(index) << 8 | seed)
        score.add(trial.align(), trial)
      }
    }
    #expect(score.wrong == 0)
    #expect(score.inside == score.aligned, "seeds \(score.failures)")
    #expect(score.aligned >= 15)
  }

  @Test func aMinuteGivesFewMillisecondsAndLittleDrift() throws {
    let ride = TrialRide(try #require(Self.scenario("phone", rides: true, seed: 9)), seconds: 130)
    for seed in 0..<6 as Range<UInt64> {
      var settings = Self.together(120)
      settings.offset = -70_000.25
      settings.driftPPM = 150
      settings.seed = seed
      let trial = AlignmentTrial(ride, settings)
      let clocks = try #require(trial.align().clocks)
      // Best known in the middle; at the first sample there is what the drift may be in addition.
      let best = clocks.offset(atBus: clocks.bestTime)
      #expect(2 * best.error < 5_000_000)
      #expect(abs(Double(best.middle) - trial.offset(atBus: clocks.bestTime)) <= Double(best.error))
      #expect(2 * clocks.boundSeconds < 8e-3)
      #expect(abs(clocks.offsetSeconds - settings.offset) <= clocks.boundSeconds)
      #expect(abs(clocks.driftPPM - settings.driftPPM) <= clocks.first.driftBoundPPM)
      var clock = BleTimeReader(clocks)
      for message in trial.ble {
        let time = clock.busTime(of: message.time)
        #expect(time.earliest <= message.busTime && message.busTime <= time.latest)
      }
    }
  }

  @Test func aClockThatIsSetGivesTwoStretches() throws {
    let ride = TrialRide(try #require(Self.scenario("phone", rides: true, seed: 11)), seconds: 200)
    for step in [-40.0, 3, 3600, -3600] {
      var settings = Self.together(180)
      settings.offset = 10
      settings.step = step
      let trial = AlignmentTrial(ride, settings)
      let clocks = try #require(trial.align().clocks)
      #expect(clocks.segments.count >= 2)
      #expect(abs(clocks.offsetSeconds - settings.offset) <= clocks.boundSeconds)
      let last = try #require(clocks.segments.last)
      let end = trial.busCovered.upperBound
      #expect(
        abs(Double(last.offset(at: end).middle) - trial.offset(atBus: end)) <= Double(last.offset(at: end).error) + 1)
      // Also those around the step, which carry neither stretch.
      var clock = BleTimeReader(clocks)
      let farthest = trial.ble.map { abs(clock.busTime(of: $0.time).middle - $0.busTime) }.max() ?? .max
      #expect(farthest < 50_000_000)
      #expect(Diagnosis.PhoneClock(clocks, origin: 0).settings.count == clocks.segments.count - 1)
    }
  }

  @Test func lengthsAloneStillFindThePlace() throws {
    let ride = TrialRide(try #require(Self.scenario("displaydash", rides: true, seed: 12)), seconds: 130)
    var settings = AlignmentTrial.Settings()
    settings.busSeconds = 120
    settings.bleSeconds = 100
    settings.overlapSeconds = 100
    settings.offset = 3600
    let clocks = try #require(AlignmentTrial(ride, settings).align(sealed: true).clocks)
    #expect(abs(clocks.offsetSeconds - settings.offset) <= clocks.boundSeconds)
  }

  /// Of a long capture only every fourth minute is read.
  @Test func aSampleOfTheBusFindsTheSameClock() throws {
    let ride = TrialRide(try #require(Self.scenario("phone", rides: true, seed: 14)), seconds: 1000)
    var settings = Self.together(960)
    settings.offset = 250
    settings.driftPPM = 40
    let trial = AlignmentTrial(ride, settings)
    var (bus, ble) = trial.streams(sealed: false)
    let all = bus.events.count
    var sample = BlockSample()
    sample.thin()
    sample.thin()
    bus.thin(to: sample)
    #expect(bus.events.count < all / 3)
    #expect(bus.events.allSatisfy { sample.keeps($0.earliest) })
    let clocks = try #require(ClockAligner.align(bus: bus, ble: ble).clocks)
    let best = clocks.offset(atBus: clocks.bestTime)
    #expect(abs(Double(best.middle) - trial.offset(atBus: clocks.bestTime)) <= Double(best.error))
    #expect(2 * best.error < 8_000_000)
    #expect(abs(clocks.driftPPM - settings.driftPPM) <= clocks.first.driftBoundPPM)
  }

  /// A dash that fills the wire destroys most of what the phone asks. What the phone got was on the wire all the same.
  @Test func requestsThatAreMostlyLostDoNotHideTheClock() throws {
    let ride = TrialRide(try #require(Self.scenario("phone", rides: true, seed: 15)), seconds: 330)
    let other = TrialRide(try #require(Self.scenario("phone", rides: true, seed: 16)), seconds: 330)
    var settings = Self.together(320)
    settings.offset = 120
    settings.driftPPM = 30
    let trial = AlignmentTrial(ride, settings)
    func withoutMostRequests(_ stream: AlignmentStream) -> AlignmentStream {
      var kept = AlignmentStream()
      var requests = 0
      for event in stream.events {
        if event.kind == .request { requests += 1 }
        if event.kind == .reply || requests % 4 == 0 { kept.append(event) } else { kept.extend(to: event.earliest) }
      }
      return kept
    }
    let streams = trial.streams(sealed: false)
    let clocks = try #require(ClockAligner.align(bus: withoutMostRequests(streams.bus), ble: streams.ble).clocks)
    let best = clocks.offset(atBus: clocks.bestTime)
    #expect(abs(Double(best.middle) - trial.offset(atBus: clocks.bestTime)) <= Double(best.error))
    // No window is left out for its lost requests.
    #expect(clocks.first.bus.upperBound - clocks.first.bus.lowerBound > 290_000_000_000)
    // Another ride of the same scooter is still another ride.
    let strange = AlignmentTrial(other, settings).streams(sealed: false)
    #expect(ClockAligner.align(bus: withoutMostRequests(strange.bus), ble: streams.ble).clocks == nil)
  }

  @Test func withExactTimesTheMatchIsWithinTwoTenthsOfAMillisecond() throws {
    let ride = TrialRide(try #require(Self.scenario("phone", rides: true, seed: 13)), seconds: 130)
    var settings = Self.together(120)
    settings.interval = 0
    settings.slot = 0
    let clocks = try #require(AlignmentTrial(ride, settings).align().clocks)
    #expect(abs(clocks.offsetSeconds) < 200e-6)
    #expect(clocks.boundSeconds < 200e-6)
  }
}

extension AlignmentTrials.Kind {
  fileprivate var isShort: Bool {
    if case .common(.hours, _, _) = self { false } else { true }
  }
}

@Suite struct AlignmentRefusalTests {
  private func stream(_ times: [Int64], _ register: (Int) -> UInt8, ends: Bool = false) -> AlignmentStream {
    var stream = AlignmentStream()
    for (index, time) in times.enumerated() {
      let frame = Frame(to: 0x23, 0x01, register(index), [1, 2, 3, 4])
      if let event = AlignmentEvent(frame, start: TimeBounds(time), end: TimeBounds(time)) { stream.append(event) }
    }
    return stream
  }

  @Test func emptyCapturesAreRefused() {
    let empty = AlignmentStream()
    #expect(ClockAligner.align(bus: empty, ble: empty).refusal == .nothingToCompare)
    let some = stream([1_000_000_000], { _ in 0x10 })
    #expect(ClockAligner.align(bus: some, ble: empty).refusal == .nothingToCompare)
    #expect(ClockAligner.align(bus: empty, ble: some).refusal == .nothingToCompare)
  }

  @Test func differentContentsHaveNothingInCommon() {
    let times = (0..<200).map { Int64($0) * 100_000_000 }
    let bus = stream(times, { _ in 0x10 }), ble = stream(times, { _ in 0x20 })
    #expect(ClockAligner.align(bus: bus, ble: ble).refusal == .nothingInCommon)
  }

  @Test func aStrictRhythmOfEqualMessagesIsAmbiguous() {
    let times = (0..<400).map { Int64($0) * 300_000_000 }
    let bus = stream(times, { UInt8($0 % 4) })
    let ble = stream(times.map { $0 + 20_000_000 }, { UInt8($0 % 4) })
    #expect(ClockAligner.align(bus: bus, ble: ble).clocks == nil)
  }

  @Test func timesAtTheEdgeOfTheRangeDoNotTrap() {
    let times: [Int64] = [.min, .min + 1, -5, 0, 7, .max - 1, .max]
    let wild = stream(times, { _ in 1 })
    #expect(ClockAligner.align(bus: wild, ble: wild).clocks == nil)
  }
}

@Suite struct AlignmentOfTapsTests {
  /// A line as a capture with its own clock.
  private func stream(_ scooter: [Occurrence], _ lines: [Line], offset: Int64, batteryOnly: Bool) -> AlignmentStream {
    var stream = AlignmentStream()
    scooter.forEachFrame(on: lines) {
      stream.append($0, bytes: $1, origin: [Occurrence].epoch + offset, batteryOnly: batteryOnly)
    }
    return stream
  }

  @Test func theTapsOfBothLinksShareOneClock() throws {
    var scooter = Scooter(try .named("displaydash", seed: 3))
    let all = scooter.run(until: 60_000_000_000)
    let bms = stream(all, [.escToBms, .bmsToEsc], offset: 0, batteryOnly: true)
    let ble = stream(all, [.escBle], offset: 7_000_000_000, batteryOnly: true)
    let clocks = try #require(ClockAligner.align(bus: bms, ble: ble).clocks)
    #expect(abs(clocks.offsetSeconds - 7) <= clocks.boundSeconds)
    #expect(clocks.boundSeconds < 0.02)
  }

  @Test func twoTapsOfOneWireAgreeExactly() throws {
    var scooter = Scooter(try .named("displaydash", seed: 4))
    let all = scooter.run(until: 30_000_000_000)
    let one = stream(all, [.escBle], offset: 0, batteryOnly: false)
    let other = stream(all, [.escBle], offset: -1_500_000_000, batteryOnly: false)
    let clocks = try #require(ClockAligner.align(bus: one, ble: other).clocks)
    #expect(abs(clocks.offsetSeconds + 1.5) < 200e-6)
  }
}
