import BusTimeline
import NinebotBus
import ScooterSim
import Testing
import UartSniffer

/// Events that are observed ahead, many at once, come out as those that are observed one by one.
@Suite struct ObservedStreamTests {
  @Test(arguments: ["displaydash", "stock", "two-dashes", "esp32-beep"])
  func observedApart(_ name: String) throws {
    try Self.expectSame(SimulatedSource(try .named(name, seed: 5), quality: .edges, duration: 60_000_000_000))
  }

  /// Nobody says what the taps listen to: that is found, and what was read before is read again.
  @Test func linksThatAreFound() throws {
    try Self.expectSame(
      SimulatedSource(
        try .named("displaydash", seed: 5), lines: [.escBle, .escToBms, .bmsToEsc], quality: .edges,
        duration: 60_000_000_000))
  }

  @Test func anEndWithoutEvents() throws {
    var stream = ObservedStream(
      Attributor(profile: try AttributionRun.profile(), patience: .recorded).observer, pause: 2_000_000)
    stream.finish()
    #expect(stream.take().count == 0)
  }

  private static func expectSame(_ source: SimulatedSource) throws {
    let usual = try AttributionRun(source)
    let apart = try AttributionRun(source, observedApart: true)
    #expect(usual.rows.count > 1500)
    #expect(apart.rows.count == usual.rows.count)
    for (one, other) in zip(usual.rows, apart.rows) {
      try #require("\(one.event)" == "\(other.event)")
      try #require(one.bytes == other.bytes)
    }
  }
}
