import NinebotBus
import ScooterSim
import Testing
import UartSniffer

@Suite("UART receiver")
struct UartReceiverTests {
  @Test(
    "receives contiguous bytes whatever the clock error and pulse skew",
    arguments: [9_600, 38_400, 76_800, 115_200], [-0.025, -0.012, 0, 0.0214, 0.025])
  func clockAndSkew(baud: Int, error: Double) throws {
    var random = SplitMix64(seed: UInt64(baud))
    for (skew, rate) in [(0, 24e6), (0.13, 16e6), (-0.13, 8e6), (0.1, 4e6), (0, 1e9)] {
      let bytes = randomBytes(300, &random)
      var waveform = Waveform()
      let starts = waveform.send(bytes, .init(baud: Double(baud), error: error, skew: skew))
      let receiver = try receive(waveform, baud: baud, rate: rate)
      #expect(receiver.bytes == bytes)
      #expect(receiver.times.allSatisfy { $0.fault == .none })
      #expect(receiver.glitches == 0)
      for (time, start) in zip(receiver.times, starts) {
        #expect(abs(Double(time.start.middle) - start) <= 1e9 / rate + 1)
        #expect(Double(time.start.earliest) <= start + 1 && Double(time.start.latest) + 1 >= start)
      }
    }
  }

  @Test("measures the bit by falling edges, whatever the skew", arguments: [-0.0214, -0.004, 0, 0.01])
  func bitTime(error: Double) throws {
    var random = SplitMix64(seed: 5)
    var waveform = Waveform()
    waveform.send(randomBytes(500, &random), .init(error: error, skew: 0.13))
    let receiver = try receive(waveform)
    let span = receiver.times.reduce(0) { $0 + Double($1.edgeSpan) }
    let bits = receiver.times.reduce(0) { $0 + Double($1.edgeBits) }
    let ppm = (span * 115_200 / (bits * 1e9) - 1) * 1e6
    #expect(abs(ppm - (1 / (1 + error) - 1) * 1e6) < 20)
  }

  @Test("measures nothing on a byte without a second falling edge or with noise in it")
  func noMeasurement() throws {
    var waveform = Waveform()
    waveform.send([0x00, 0xFF])
    let noisy = waveform.send([0x55])[0]
    waveform.low(noisy + 1.2 * 8_680, 300)
    let receiver = try receive(waveform)
    #expect(receiver.bytes == [0x00, 0xFF, 0x55])
    #expect(receiver.times.map(\.edgeBits) == [0, 0, 0])
    #expect(receiver.glitches > 0)
  }

  @Test("round trips random bytes at random pitches with jitter")
  func property() throws {
    for seed in 0..<200 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let bytes = randomBytes(40, &random)
      var waveform = Waveform()
      let error = Double.random(in: -0.02...0.02, using: &random)
      for byte in bytes {
        let pause = Bool.random(using: &random) ? 0 : Double.random(in: 0...300_000, using: &random)
        waveform.idle(pause)
        waveform.send([byte], .init(error: error, jitter: 0.05), random: &random)
      }
      #expect(try receive(waveform, rate: 16e6).bytes == bytes, "seed \(seed)")
    }
  }

  @Test("makes no bytes from noise on an idle line, and counts each pulse")
  func noise() throws {
    var random = SplitMix64(seed: 3)
    var waveform = Waveform()
    for _ in 0..<500 {
      waveform.low(waveform.end, .random(in: 100...4_000, using: &random))
      waveform.idle(.random(in: 10_000...400_000, using: &random))
    }
    let receiver = try receive(waveform)
    #expect(receiver.bytes.isEmpty)
    #expect(receiver.glitches == 500)
  }

  @Test("is not put off by a pulse before, in the middle of or after a byte")
  func noiseNearBytes() throws {
    let bit = 1e9 / 115_200
    for tenth in -40...110 {
      for width in [100.0, 250, 500] {
        var waveform = Waveform(idle: 200_000)
        let start = waveform.send([0x9A])[0]
        let place = start + Double(tenth) * bit / 10
        waveform.low(place, width)
        waveform.spike(place + 3 * bit / 10, width)
        waveform.idle(100_000)
        waveform.send([0x55])
        let receiver = try receive(waveform)
        #expect(receiver.bytes == [0x9A, 0x55], "\(tenth) tenths, \(width) ns")
        // A pulse or spike that touches the start edge moves it; all others leave its time alone.
        if tenth < -3 || tenth > 0 {
          #expect(abs(Double(receiver.times[0].start.middle) - start) < 50, "\(tenth) tenths, \(width) ns")
        }
      }
    }
  }

  @Test("reports a break once, and a low stop bit as a framing error")
  func faults() throws {
    var waveform = Waveform()
    waveform.low(waveform.end, 5_000_000)
    waveform.idle(20_000)
    waveform.send([0x41])
    // 0x07 whose stop bit is low.
    let start = waveform.send([0x07])[0]
    waveform.low(start + 9 * 8_680, 9_000)
    waveform.idle(20_000)
    waveform.send([0x42])
    let receiver = try receive(waveform)
    #expect(receiver.bytes == [0x00, 0x41, 0x07, 0x42])
    #expect(receiver.times.map(\.fault) == [.lineBreak, .none, .framing, .none])
  }

  @Test("waits for the line to rise when it is low at the start")
  func lowAtStart() throws {
    let clock = try #require(SampleClock(rate: 1_000_000))
    var receiver = UartReceiver(clock: clock, rate: 9_600)
    receiver.push(edgeAt: 0, level: false)
    receiver.push(edgeAt: 70_000, level: true)
    receiver.finish(at: 100_000)
    #expect(receiver.bytes.isEmpty)
  }

  @Test("marks a byte that the recording's end cuts")
  func cut() throws {
    var waveform = Waveform()
    let start = waveform.send([0x41, 0x55])[1]
    let clock = try #require(SampleClock(rate: 24_000_000))
    var receiver = UartReceiver(clock: clock, rate: 115_200)
    let end = Int64((start + 40_000) * 0.024)
    for edge in waveform.edges() where edge.tick < end { receiver.push(edgeAt: edge.tick, level: edge.level) }
    receiver.finish(at: end)
    #expect(receiver.times.map(\.fault) == [.none, .framing])
    #expect(receiver.bytes.first == 0x41)
  }

  @Test("survives collisions and receives what comes after them")
  func collisions() throws {
    for seed in 0..<300 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      var waveform = Waveform()
      let start = waveform.end
      waveform.send(randomBytes(12, &random), .init(error: 0.012, pause: 8_600))
      let late = start + Double.random(in: 0...800_000, using: &random)
      waveform.send(randomBytes(20, &random), .init(error: -0.002, pause: 100_000), at: late)
      waveform.idle(200_000)
      let after = randomBytes(20, &random)
      waveform.send(after)
      let receiver = try receive(waveform)
      #expect(receiver.bytes.suffix(20) == after[...], "seed \(seed)")
    }
  }

  @Test("hands out bytes before the next edge, and says up to when the line is silent")
  func live() throws {
    let clock = try #require(SampleClock(rate: 24_000_000))
    var receiver = UartReceiver(clock: clock, rate: 115_200)
    var waveform = Waveform()
    let start = waveform.send([0x0F])[0]
    for edge in waveform.edges() { receiver.push(edgeAt: edge.tick, level: edge.level) }
    #expect(receiver.bytes.isEmpty)
    #expect(abs(Double(receiver.silentUntil) - start) < 50)
    receiver.advance(to: Int64((start + 90_000) * 0.024))
    #expect(receiver.bytes == [0x0F])
    #expect(abs(Double(receiver.silentUntil) - start - 90_000) < 50)
  }
}

@Suite("Sample clock")
struct SampleClockTests {
  @Test("adds up no rounding", arguments: [3, 24_000_000, 16_000_000, 115_200, 1_000_000_007] as [Int64])
  func exact(rate: Int64) throws {
    let clock = try #require(SampleClock(rate: rate))
    #expect(clock.nanoseconds(rate * 86_400) == 86_400_000_000_000)
    #expect(clock.nanoseconds(-rate) == -1_000_000_000)
    for tick in [1, 2, 3, 1_000_003] as [Int64] {
      #expect(abs(Double(clock.nanoseconds(tick)) - Double(tick) * 1e9 / Double(rate)) <= 0.5000001)
    }
  }

  @Test("clamps what is out of this world")
  func limits() throws {
    #expect(SampleClock(rate: 0) == nil)
    #expect(SampleClock(rate: -5) == nil)
    let slow = try #require(SampleClock(rate: 1))
    #expect(slow.nanoseconds(.max) == 1 << 60)
    #expect(slow.nanoseconds(.min) == -(1 << 60))
  }
}
