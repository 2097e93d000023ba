import NinebotBus
import ScooterSim
import Testing

func stock(seed: UInt64 = 1) -> Scenario { Scenario(name: "stock", seed: seed) }

/// What a scenario puts on the lines in some simulated seconds.
func transmissions(_ scenario: Scenario, seconds: Int64, on line: Line? = .escBle) -> [Transmission] {
  var scooter = Scooter(scenario)
  return scooter.run(until: seconds * 1_000_000_000).compactMap {
    guard case .transmission(let transmission) = $0, line == nil || transmission.line == line else { return nil }
    return transmission
  }
}

extension Transmission {
  var frame: Frame? { Frame(truth.frame.span) }
  /// Address, command.
  var kind: [UInt8] { Array(truth.frame[3...4]) }
}

/// The middle value.
func median(_ values: [Int64]) -> Int64 { values.isEmpty ? 0 : values.sorted()[values.count / 2] }

/// The figures are those of protocol.md 5.2 and 5.4.
@Suite struct StockRhythmTests {
  let all = transmissions(stock(), seconds: 120)

  @Test func slotsFollowTheGrid() {
    let starts = all.filter { $0.truth.sender == .ble }.map(\.truth.start)
    let gaps = zip(starts.dropFirst(), starts).map { $0 - $1 }
    #expect(abs(median(gaps) - 19_860_000) < 15_000)
    #expect(gaps.allSatisfy { (16_000_000...24_000_000).contains($0) })
  }

  @Test func fourOfFiveHeartbeatsAre65() {
    let heartbeats = all.filter { $0.truth.sender == .ble && $0.kind[0] == 0x20 }
    let versions = heartbeats.filter { $0.kind[1] == 0x64 }
    #expect((4.9...5.05).contains(Double(heartbeats.count) / Double(versions.count)))
    let gaps = zip(versions.dropFirst(), versions).map { $0.truth.start - $1.truth.start }
    #expect(abs(median(gaps) - 99_300_000) < 500_000)
  }

  @Test func escAnswersEachVersionHeartbeat() {
    let late = all.drop { $0.truth.start < 1_000_000_000 }
    var delays: [Int64] = []
    for (request, reply) in zip(late, late.dropFirst()) where request.kind == [0x20, 0x64] {
      if reply.kind == [0x21, 0x64] { delays.append(reply.truth.start - request.truth.end) }
    }
    #expect(delays.count > 1_150)
    #expect((112_000...137_000).contains(median(delays)))
    #expect(delays.allSatisfy { $0 >= 112_000 })
  }

  @Test func framesTakeTheMeasuredTime() {
    func air(_ kind: [UInt8]) -> Int64 { median(all.filter { $0.kind == kind }.map { $0.truth.end - $0.truth.start }) }
    #expect(abs(air([0x20, 0x65]) - 1_220_000) < 15_000)
    #expect(abs(air([0x20, 0x64]) - 1_410_000) < 15_000)
    #expect(abs(air([0x21, 0x64]) - 2_270_000) < 60_000)
  }

  @Test func busIsAsBusyAsMeasured() {
    let busy = all.reduce(Int64(0)) { $0 + $1.truth.end - $1.truth.start }
    #expect((0.06...0.11).contains(Double(busy) / 120e9))
  }

  @Test func transmittersKeepTheirPitchApart() {
    for transmission in all {
      let starts = transmission.bytes.map(\.start)
      let pitch = zip(starts.dropFirst(), starts).map { $0 - $1 }.min() ?? 0
      switch transmission.truth.sender {
      case .ble: #expect((94_000...95_100).contains(pitch))
      case .esc: #expect(pitch >= 195_000)
      default: Issue.record("only two devices talk on a stock wire")
      }
    }
  }

  @Test func bootBeginsAsCaptured() throws {
    let first = try #require(all.first)
    #expect(first.truth.frame == [0x55, 0xAA, 0x07, 0x20, 0x65, 0x00, 0x04, 0x1C, 0x13, 0x00, 0x00, 0x40, 0xFF])
    let esc = all.filter { $0.truth.sender == .esc }
    #expect(esc.prefix(3).allSatisfy { $0.truth.frame == [0x55, 0xAA, 6, 0x21, 0x64, 0, 0, 0, 0, 0, 0x74, 0xFF] })
    #expect(abs(esc[1].truth.start - esc[0].truth.end - 109_000) < 1_000)
    let asked = try #require(all.firstIndex { $0.truth.frame == [0x55, 0xAA, 2, 0x21, 0x01, 0, 0xDB, 0xFF] })
    let named = try #require(all[asked...].dropFirst().first)
    #expect(named.kind == [0x24, 0x01] && named.truth.cause == .own)
    #expect(named.truth.start - all[asked].truth.end < 20_000_000)
  }

  @Test func bmsLinkWakesAndSettles() {
    let link = transmissions(stock(), seconds: 60, on: nil).filter { $0.line != .escBle }
    let wakeUp = link.filter { $0.truth.frame[5] == 0x10 && $0.line == .escToBms }
    #expect((35...45).contains(wakeUp.count))
    let polls = link.filter { $0.truth.frame[5] == 0x30 && $0.line == .escToBms }.map(\.truth.start)
    #expect(abs(median(zip(polls.dropFirst(), polls).map { $0 - $1 }) - 209_500_000) < 100_000)
    #expect(link.contains { $0.line == .bmsToEsc && $0.truth.sender == .bms })
  }

  @Test func checksumsHold() {
    for transmission in all {
      let holds = Checksum.holds(transmission.truth.frame.span, from: 0, to: transmission.truth.frame.count)
      #expect(holds)
    }
  }
}

@Suite struct DeterminismTests {
  @Test func sameSeedSameRun() {
    #expect(
      transmissions(stock(seed: 7), seconds: 20, on: nil) == transmissions(stock(seed: 7), seconds: 20, on: nil))
  }

  @Test func anotherSeedAnotherRun() {
    #expect(transmissions(stock(seed: 7), seconds: 5) != transmissions(stock(seed: 8), seconds: 5))
  }

  @Test func stepsDoNotChangeTheRun() {
    var whole = Scooter(stock(seed: 3))
    var stepped = whole
    let expected = whole.run(until: 10_000_000_000)
    var got: [Occurrence] = []
    for step in 1...1_000 { got += stepped.run(until: Int64(step) * 10_000_000) }
    #expect(got == expected)
  }
}
