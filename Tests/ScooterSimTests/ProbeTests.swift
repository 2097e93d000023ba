import NinebotBus
import ScooterSim
import Testing
import UartSniffer

/// What a probe and a decoder make of a scenario.
struct Listening {
  var truths: [GroundTruth] = []
  var frames: [(bytes: [UInt8], event: BusEvent)] = []
  var garbage = 0
  var faults = 0
  var glitches = 0

  init(_ scenario: Scenario, seconds: Int64, line: Line = .escBle, baud: Baud = .standard) {
    var scooter = Scooter(scenario)
    var probe = LineProbe(line, rule: scenario.rule, baud: baud)
    var decoder = FrameDecoder(settings: .init(baud: baud))
    let end = seconds * 1_000_000_000
    while let occurrence = scooter.next(until: end) {
      probe.push(occurrence)
      if case .transmission(let transmission) = occurrence, transmission.line == line {
        truths.append(transmission.truth)
      }
      decode(probe.take(), &decoder)
    }
    probe.finish(at: end)
    decode(probe.take(), &decoder)
    decoder.finish()
    collect(decoder)
    glitches = probe.glitches
  }

  private mutating func decode(_ input: (bytes: [UInt8], times: [ByteTime]), _ decoder: inout FrameDecoder) {
    faults += input.times.count { $0.fault != .none }
    decoder.push(input.bytes.span, times: input.times.span)
    collect(decoder)
  }

  private mutating func collect(_ decoder: FrameDecoder) {
    for event in decoder.events {
      if event.kind == .frame, event.checksumHolds {
        frames.append((Array(decoder.buffer[event.range]), event))
      } else {
        garbage += Int(event.count)
      }
    }
  }

  /// Starts of the frames that came through.
  var starts: Set<Int64> { Set(frames.map(\.event.start.middle)) }
}

@Suite struct ProbeTests {
  @Test func stockWireDecodesToExactlyWhatWasSent() throws {
    let heard = Listening(try .named("stock"), seconds: 60)
    let sound = heard.truths.filter { !$0.collided }
    #expect(sound.count > 3_000)
    let missing = sound.filter { !heard.starts.contains($0.start) }
    #expect(missing.isEmpty)
    if heard.truths.count == sound.count {
      let isSame = heard.frames.map(\.bytes) == sound.map(\.frame)
      #expect(isSame)
      #expect(heard.garbage == 0 && heard.faults == 0)
    }
  }

  @Test(arguments: ["phone", "augisbud", "two-dashes", "displaydash", "random-dash"])
  func nothingButCollisionsIsLost(_ name: String) throws {
    let heard = Listening(try .named(name, seed: 2), seconds: 60)
    let starts = heard.starts
    let lost = heard.truths.filter { !starts.contains($0.start) }
    #expect(lost.allSatisfy { $0.collided })
    let survivors = heard.truths.filter { $0.collided && starts.contains($0.start) }
    let collided = heard.truths.count(where: \.collided)
    #expect(collided > 0)
    // A frame survives only where the other did not touch its bits, as in the ESC's pauses or after its last byte.
    #expect(survivors.count * 5 <= collided, "\(survivors.count) of \(collided)")
    #expect(heard.faults > 0)
  }

  @Test(arguments: [WireRule.dominantEsc, .wiredAnd]) func bothRulesSpoilBothFrames(_ rule: WireRule) throws {
    var scenario = try Scenario.named("phone", seed: 4)
    scenario.rule = rule
    let heard = Listening(scenario, seconds: 200)
    let starts = heard.starts
    let collided = heard.truths.filter { $0.collided }
    #expect(collided.count >= 12)
    #expect(Set(collided.map(\.sender)) == [.ble, .esc])
    #expect(collided.count { starts.contains($0.start) } * 5 <= collided.count)
  }

  @Test func bitClocksTellTransmittersApart() throws {
    let heard = Listening(try .named("stock"), seconds: 60)
    for (bytes, event) in heard.frames {
      let clock = try #require(event.shape.bitClock(against: .standard))
      let range = bytes[3] & 1 == 0 ? -13_000.0 ... -5_000.0 : -2_600.0 ... -900.0
      #expect(range.contains(clock), "\(bytes) \(clock)")
    }
  }

  @Test func slowRisingEdgesDoNotMoveTheClock() throws {
    let heard = Listening(try .named("stock"), seconds: 30, line: .bmsToEsc)
    #expect(heard.frames.count > 100)
    for (_, event) in heard.frames {
      let clock = try #require(event.shape.bitClock(against: .standard))
      #expect(abs(clock + 4_140) < 700)
    }
  }

  @Test func noiseWithTheLightSpoilsSomeFrames() throws {
    let heard = Listening(try .named("noisy-light"), seconds: 60)
    let lost = heard.truths.count - heard.frames.count
    #expect(lost > 10 && lost * 3 < heard.truths.count, "\(lost) of \(heard.truths.count)")
    #expect(heard.glitches > 3_000)
  }

  @Test func patchedLinkIsRubbishAtTheStandardSpeed() throws {
    let scenario = try Scenario.named("wrong-baud-bms")
    #expect(Listening(scenario, seconds: 20, line: .escToBms).frames.isEmpty)
    let right = Listening(scenario, seconds: 20, line: .escToBms, baud: Baud(76_800))
    #expect(right.frames.count == right.truths.count)
  }

  @Test func byteTimesAreAsGoodAsPromised() throws {
    var scooter = Scooter(try .named("stock"))
    var exact = LineProbe()
    var coarse = LineProbe(quality: .bytes(error: 10_000))
    while let occurrence = scooter.next(until: 5_000_000_000) {
      exact.push(occurrence)
      coarse.push(occurrence)
    }
    #expect(exact.bytes == coarse.bytes && exact.bytes.count > 3_000)
    for (truth, read) in zip(exact.times, coarse.times) {
      #expect((read.start.earliest...read.start.latest).contains(truth.start.middle))
      #expect(read.edgeBits == 0 && read.start.error == 10_000)
    }
  }
}
