import NinebotBus
import ScooterSim
import Testing
import UartSniffer

@Suite("Baud search")
struct BaudSearchTests {
  private func search(_ waveform: Waveform, rate: Double = 24_000_000) throws -> BaudSearch.Finding {
    let clock = try #require(SampleClock(rate: Int64(rate)))
    return BaudSearch(waveform.edges(rate: rate), clock: clock).run()
  }

  private func frames(_ count: Int, _ random: inout SplitMix64) throws -> [UInt8] {
    try (0..<count).flatMap { _ in
      try Frame(to: 0x20, 0x64, 0, randomBytes(.random(in: 0...12, using: &random), &random)).encoded()
    }
  }

  @Test(
    "finds standard rates, also with a clock that is off", arguments: [9_600, 19_200, 38_400, 57_600, 76_800, 115_200])
  func standard(baud: Int) throws {
    var random = SplitMix64(seed: UInt64(baud))
    for (error, skew) in [(0.0, 0.0), (0.0214, 0), (-0.025, 0), (0.012, 0.13), (-0.0075, -0.13)] {
      var waveform = Waveform()
      waveform.send(try frames(12, &random), .init(baud: Double(baud), error: error, skew: skew))
      let finding = try search(waveform)
      #expect(finding.nominal == Baud(baud))
      #expect(finding.carriesBytes)
      #expect(abs(finding.rate - baud) * 1000 <= baud * 30)
    }
  }

  @Test("finds unusual rates", arguments: [31_250, 100_000, 62_500, 250_000])
  func unusual(baud: Int) throws {
    var random = SplitMix64(seed: UInt64(baud))
    var waveform = Waveform()
    waveform.send(try frames(20, &random), .init(baud: Double(baud), skew: 0.05))
    let finding = try search(waveform)
    #expect(finding.carriesBytes)
    #expect(abs(finding.nominal.rate - baud) * 500 <= baud)
  }

  @Test("takes bytes without frames for traffic when they are sound")
  func noFrames() throws {
    var random = SplitMix64(seed: 8)
    var waveform = Waveform()
    for _ in 0..<60 {
      waveform.send(randomBytes(5, &random), .init(baud: 38_400))
      waveform.idle(900_000)
    }
    let finding = try search(waveform)
    #expect(finding.carriesBytes)
    #expect(finding.nominal == Baud(38_400))
  }

  @Test("finds one rate for two transmitters with different clocks")
  func twoClocks() throws {
    var random = SplitMix64(seed: 9)
    var waveform = Waveform()
    for index in 0..<30 {
      waveform.send(try frames(1, &random), .init(error: index % 2 == 0 ? 0.012 : -0.002, pause: 9_000))
      waveform.idle(5_000_000)
    }
    #expect(try search(waveform).rate == 115_200)
  }

  @Test("is not taken in by clock signals, noise, supply lines and silence")
  func noTraffic() throws {
    var square = Waveform()
    for _ in 0..<2_000 {
      square.low(square.end, 500_000)
      square.idle(500_000)
    }
    var clock = Waveform()
    for _ in 0..<2_000 {
      clock.low(clock.end, 1_000)
      clock.idle(1_000)
    }
    var noise = Waveform()
    for _ in 0..<90 {
      noise.low(noise.end, 400)
      noise.idle(3_000_000)
    }
    var supply = Waveform()
    supply.low(supply.end, 3_000_000_000)
    for (name, waveform) in [
      ("square", square), ("clock", clock), ("noise", noise), ("supply", supply), ("none", Waveform()),
    ] {
      let finding = try search(waveform)
      #expect(!finding.carriesBytes, "\(name)")
      #expect(finding.rate == 115_200, "\(name)")
    }
  }
}
