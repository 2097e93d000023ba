import NinebotBus
import ScooterSim
import Testing
import UartSniffer

@Suite struct PacketClockTests {
  static func timing(
    _ driver: String?, _ name: String? = nil, latency: Int? = nil, pty: Bool = false, baud: Baud = .standard
  ) -> AdapterTiming {
    AdapterTiming.of(driver: driver, name: name, latencyTimer: latency, isPseudoTerminal: pty, baud: baud)
  }

  /// The mean width that the bounds may have at most, in milliseconds: they must say something.
  static let models: [(model: AdapterModel, meanWidth: Double)] = [
    (AdapterModel(name: "pty", rule: .immediate, timing: timing(nil, pty: true)), 3),
    (AdapterModel(name: "FTDI 1 ms", rule: .ftdi(timer: 1_000_000), timing: timing("ftdi_sio", latency: 1)), 5),
    (AdapterModel(name: "FTDI 16 ms", rule: .ftdi(timer: 16_000_000), timing: timing("ftdi_sio", latency: 16)), 60),
    (
      AdapterModel(
        name: "CP210x", rule: .idle(full: 64, quiet: 1_000_000, most: 16_000_000), timing: timing("cp210x")), 60
    ),
    (
      AdapterModel(
        name: "CH340", rule: .idle(full: 32, quiet: 2_000_000, most: 16_000_000), timing: timing("ch341-uart")), 60
    ),
    (AdapterModel(name: "PL011", rule: .fifo(level: 16, bits: 32), timing: timing("uart-pl011", "ttyAMA0")), 10),
    (AdapterModel(name: "16550A", rule: .fifo(level: 14, bits: 40), timing: timing("serial8250", "ttyS0")), 10),
  ]

  /// Start bits of frames from senders of different speed and pitch, with pauses of any length.
  static func line(bytes: Int, random: inout SplitMix64) -> [(start: Int64, received: Int64)] {
    var out: [(start: Int64, received: Int64)] = []
    var time: Int64 = 3_000_000_000
    while out.count < bytes {
      let bit = 8680.6 * (1 + Double.random(in: -0.022...0.022, using: &random))
      let pause: Int64 = [0, 1000, 24_000, 110_000].randomElement(using: &random) ?? 0
      for _ in 0..<Int.random(in: 1...(Bool.random(using: &random) ? 20 : 300), using: &random) {
        out.append((time, time + Int64(9.5 * bit)))
        time += Int64(10 * bit) + pause
      }
      time += [2_000, 120_000, 3_000_000, 18_600_000, 300_000_000].randomElement(using: &random) ?? 0
    }
    return out
  }

  struct Outcome {
    var times: [ByteTime] = []
    var outside = 0
    var brokenSilence = 0
    var late = 0
    var meanWidth: Double {
      times.isEmpty
        ? 0 : times.map { Double($0.start.latest - $0.start.earliest) }.reduce(0, +) / Double(times.count) / 1e6
    }
  }

  static func run(_ model: AdapterModel, _ reader: ReaderModel, bytes: Int, random: inout SplitMix64) -> Outcome {
    let line = Self.line(bytes: bytes, random: &random)
    let origin: Int64 = 2_900_000_000
    let deliveries = model.deliveries(line.map(\.received), baud: .standard, random: &random)
    var clock = PacketClock(origin: origin, opened: 2_950_000_000, baud: .standard, adapter: model.timing)
    var outcome = Outcome()
    for delivery in reader.run(deliveries, from: 2_950_000_000, random: &random) {
      clock.push(count: delivery.count, window: delivery.window, read: delivery.read, into: &outcome.times)
      if let silent = clock.empty(at: delivery.read), outcome.times.count < line.count,
        line[outcome.times.count].start - origin < silent
      {
        outcome.brokenSilence += 1
      }
    }
    for (time, byte) in zip(outcome.times, line) {
      let truth = byte.start - origin
      if truth < time.start.earliest || truth > time.start.latest { outcome.outside += 1 }
    }
    outcome.late = clock.lateDeliveries
    return outcome
  }

  @Test("The bounds hold the truth whatever the adapter and the reader do", arguments: models.indices)
  func theBoundsHoldTheTruth(_ index: Int) {
    let (model, meanWidth) = Self.models[index]
    for seed in 0..<20 {
      var random = SplitMix64(seed: UInt64(seed))
      for busy in [0, 20] {
        let reader = ReaderModel(wake: 1_900_000, busyRounds: busy)
        let outcome = Self.run(model, reader, bytes: 3000, random: &random)
        #expect(outcome.times.count >= 3000)
        #expect(outcome.outside == 0, "\(model.name), seed \(seed), busy \(busy)")
        #expect(outcome.brokenSilence == 0, "\(model.name), seed \(seed), busy \(busy)")
        if busy == 0 { #expect(outcome.meanWidth < meanWidth, "\(model.name), seed \(seed)") }
        for (a, b) in zip(outcome.times, outcome.times.dropFirst()) where a.start.earliest >= b.start.earliest {
          Issue.record("\(model.name), seed \(seed): the bounds go back in time")
          break
        }
      }
    }
  }

  @Test("A timer that is longer than the driver says shows: the property can fail") func aTimerThatIsLonger() {
    var random = SplitMix64(seed: 1)
    let lying = AdapterModel(
      name: "FTDI", rule: .ftdi(timer: 16_000_000), timing: Self.timing("ftdi_sio", latency: 1))
    let outcome = Self.run(lying, ReaderModel(wake: 1_900_000, busyRounds: 0), bytes: 3000, random: &random)
    #expect(outcome.outside > 0)
    #expect(outcome.late > 0, "long packets contradict a short timer, and that is counted")
  }

  @Test("The last byte ends at the read, the others lie before it at the line's rate") func theLastByteEndsAt() {
    var clock = PacketClock(origin: 0, opened: 0, baud: .standard, adapter: Self.timing("ftdi_sio", latency: 1))
    var times: [ByteTime] = []
    clock.push(count: 9, window: PollWindow(entered: 50_000_000, woke: 100_000_000), read: 100_000_000, into: &times)
    #expect(times.count == 9)
    #expect((99_919_000...99_920_000).contains(times[8].start.latest))
    #expect((84_600...84_760).contains(times[8].start.latest - times[7].start.latest))
    #expect((84_600...84_760).contains(times[1].start.earliest - times[0].start.earliest))
    // 1 ms timer, 1 ms USB, 2 ms host, one slow byte.
    #expect((95_905_000...95_920_000).contains(times[0].start.earliest))
  }

  @Test("A packet boundary is no pause, silence longer than the adapter waits is") func aPacketBoundaryIsNo() {
    var clock = PacketClock(origin: 0, opened: 0, baud: .standard, adapter: Self.timing("ftdi_sio", latency: 1))
    var times: [ByteTime] = []
    clock.push(count: 5, window: PollWindow(entered: 0, woke: 100_000_000), read: 100_000_000, into: &times)
    _ = clock.empty(at: 100_010_000)
    clock.push(count: 5, window: PollWindow(entered: 100_010_000, woke: 102_000_000), read: 102_000_000, into: &times)
    #expect(times[5].start.earliest < times[4].start.latest, "one millisecond apart may be contiguous")
    let early = clock.empty(at: 102_500_000) ?? 0
    #expect(early < times[9].start.latest, "bytes may still be on their way")
    let late = clock.empty(at: 112_000_000) ?? 0
    #expect(late > times[9].start.latest + 2_000_000, "now it was quiet for 2 ms")
    #expect(clock.empty(at: 111_000_000) == nil, "it never goes back")
  }

  @Test("Deliveries that were delayed in the host get wide bounds and are counted") func deliveriesThatWereDelayedIn() {
    var clock = PacketClock(origin: 0, opened: 0, baud: .standard, adapter: Self.timing(nil, pty: true))
    var times: [ByteTime] = []
    // 300 bytes take 25 ms at least, so they were not received in the last 2 ms.
    clock.push(count: 300, window: PollWindow(entered: 1_000_000, woke: 90_000_000), read: 90_000_000, into: &times)
    #expect(clock.lateDeliveries == 1)
    #expect(times[0].start.earliest <= 0)
    #expect(times[0].start.latest < 65_000_000)
  }

  @Test(
    "What is known of an adapter",
    arguments: [
      (timing("ftdi_sio", "ttyUSB0", latency: 16), 16.0, AdapterTiming.Basis.reported),
      (timing("ftdi_sio", "ttyUSB0", latency: 1), 1.0, .reported),
      (timing("ftdi_sio", "ttyUSB0", latency: 99_999), 16.0, .assumed),
      (timing("ftdi_sio", "ttyUSB0"), 16.0, .assumed),
      (timing("cp210x", "ttyUSB1"), 16.0, .assumed),
      (timing("cdc_acm", "ttyACM0"), 16.0, .assumed),
      (timing(nil, nil), 16.0, .assumed),
      (timing("port", "ttyAMA0"), 5.834, .hardware),
      (timing("port", "ttyS0"), 6.077, .hardware),
      (timing(nil, nil, pty: true), 0.0, .hardware),
    ]) func whatIsKnownOfAn(_ timing: AdapterTiming, milliseconds: Double, basis: AdapterTiming.Basis)
  {
    #expect(abs(Double(timing.timer) / 1e6 - milliseconds) < 0.01)
    #expect(timing.basis == basis)
  }

  @Test("No rate breaks the arithmetic", arguments: [1, 300, 76_800, 115_200, 12_000_000])
  func noRateBreaksTheArithmetic(_ rate: Int) {
    var clock = PacketClock(
      origin: 0, opened: 0, baud: Baud(rate), adapter: Self.timing("ftdi_sio", latency: 255, baud: Baud(rate)))
    var times: [ByteTime] = []
    clock.push(count: 65_536, window: PollWindow(entered: 0, woke: 5), read: 10, into: &times)
    clock.push(count: 1, window: PollWindow(entered: 10, woke: 10), read: .max / 4, into: &times)
    #expect(times.allSatisfy { $0.start.earliest <= $0.start.latest })
  }
}
