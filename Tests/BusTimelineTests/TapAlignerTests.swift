import BusTimeline
import NinebotBus
import ScooterSim
import Testing
import UartSniffer

/// Two recordings of one scooter's bus, each with a clock of its own.
@Suite struct TapAlignerTests {
  private func stream(_ scooter: [Occurrence], _ lines: [Line], offset: Int64 = 0) -> TapStream {
    var stream = TapStream()
    scooter.forEachFrame(on: lines) { stream.append($0, bytes: $1, origin: [Occurrence].epoch + offset) }
    return stream
  }

  private func ride(_ name: String, seed: UInt64, seconds: Int64 = 60) throws -> [Occurrence] {
    var scooter = Scooter(try .named(name, seed: seed))
    return scooter.run(until: seconds * 1_000_000_000)
  }

  /// The BMS's own line has its answers alone; each comes after its request on the other link.
  @Test(arguments: ["phone", "displaydash"], [[Line.bmsToEsc], [.escToBms, .bmsToEsc]])
  func linksOfOneScooter(_ name: String, _ lines: [Line]) throws {
    let all = try ride(name, seed: 3)
    let offset: Int64 = 100_000_000_000
    let ble = stream(all, [.escBle]), bms = stream(all, lines, offset: offset)
    let found = try TapAligner.align(ble, bms), turned = try TapAligner.align(bms, ble)
    #expect((found.offset.earliest...found.offset.latest).contains(offset))
    #expect((turned.offset.earliest...turned.offset.latest).contains(-offset))
    #expect(found.offset.error < 20_000_000 && turned.offset.error < 20_000_000)
    #expect(!found.agrees)
  }

  /// A laptop beside a Pi: quartz against quartz.
  @Test(arguments: [-80.0, 35]) func clocksThatRunApart(ppm: Double) throws {
    var slow = TapStream()
    let all = try ride("phone", seed: 8, seconds: 240)
    all.forEachFrame(on: [.bmsToEsc]) { event, bytes in
      var event = event
      func late(_ time: TimeBounds) -> TimeBounds {
        TimeBounds(time.middle + Int64(Double(time.middle) * ppm * 1e-6), error: time.error)
      }
      (event.start, event.end) = (late(event.start), late(event.end))
      slow.append(event, bytes: bytes, origin: [Occurrence].epoch)
    }
    let first = stream(all, [.escBle])
    for (found, sign) in [(try TapAligner.align(first, slow), 1.0), (try TapAligner.align(slow, first), -1)] {
      let rate = try #require(found.drift.rate)
      #expect(abs(rate - sign * ppm) <= found.drift.bound + 0.1, "\(rate) ± \(found.drift.bound)")
      #expect(found.drift.bound < 30)
    }
  }

  /// One adapter is late by up to 16 ms, the other one by less, or not at all.
  @Test(arguments: [("edges", "ftdi-16ms"), ("ftdi-1ms", "ftdi-16ms"), ("edges", "cp210x"), ("ftdi-16ms", "ch340")])
  func adaptersOnOneWire(_ first: String, _ second: String) throws {
    func recorded(_ adapter: String, _ offset: Int64) throws -> TapStream {
      let model = AdapterModel.all.first { $0.name == adapter }
      var source = SimulatedSource(
        try .named("displaydash", seed: 6), quality: model.map { .packets($0) } ?? .edges, duration: 60_000_000_000)
      var events = EventStream()
      var sink = Collector(offset: offset)
      while let chunk = try source.next() {
        events.add(taps: source.taps, pause: 2_000_000)
        events.push(chunk, into: &sink)
      }
      events.finish(into: &sink)
      return sink.stream
    }
    let offset: Int64 = 2_250_000_000
    let one = try recorded(first, 0), other = try recorded(second, offset)
    for (found, truth) in [(try TapAligner.align(one, other), offset), (try TapAligner.align(other, one), -offset)] {
      #expect((found.offset.earliest...found.offset.latest).contains(truth), "\(found.offset)")
      #expect(found.isOneWire && found.offset.error < 20_000_000 && found.pairs > 500)
    }
  }

  private struct Collector: BusEventSink {
    let offset: Int64
    var stream = TapStream()

    mutating func take(_ event: BusEvent, tap: Int, bytes: Span<UInt8>) {
      stream.append(event, bytes: bytes, origin: [Occurrence].epoch + offset)
    }
  }

  @Test func twoTapsOfOneHostAgree() throws {
    let all = try ride("displaydash", seed: 5)
    #expect(try TapAligner.align(stream(all, [.escBle]), stream(all, [.bmsToEsc])).agrees)
    let wire = try TapAligner.align(stream(all, [.escBle]), stream(all, [.escBle]))
    #expect(wire.agrees && wire.offset.error < 200_000)
  }

  @Test func otherRidesAreRefused() throws {
    let one = stream(try ride("phone", seed: 6), [.escBle])
    let other = stream(try ride("phone", seed: 7), [.bmsToEsc])
    #expect(throws: ClockAlignment.Refusal.self) { try TapAligner.align(one, other) }
    #expect(throws: ClockAlignment.Refusal.nothingToCompare) { try TapAligner.align(one, TapStream()) }
  }
}
