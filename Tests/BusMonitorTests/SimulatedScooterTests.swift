import BusMonitor
import BusTimeline
import NinebotBus
import ScooterProfiles
import ScooterSim
import Testing
import UartSniffer

@Suite("The monitor on the built-in scooter")
struct SimulatedScooterTests {
  /// Puts attributed events of a scenario into a monitor.
  private func watch(_ name: String, seconds: Int64) throws -> Monitor {
    let profile = try ProfileLibrary(folder: "").profile()
    var source = SimulatedSource(try .named(name, seed: 3), quality: .edges, duration: seconds * 1_000_000_000)
    var stream = AttributedStream(
      attributor: Attributor(profile: profile, patience: .recorded), pause: 2_000_000,
      sink: Monitor(profile: profile, source: "sim:\(name)"))
    stream.name(taps: source.taps)
    while let chunk = try source.next() { stream.push(chunk) }
    stream.finish()
    return stream.sink
  }

  @Test("A dash is on top and in the verdict")
  func displayDash() throws {
    var monitor = try watch("displaydash", seconds: 20)
    let lines = monitor.draw(width: 120, height: 40).lines
    #expect(lines[1].hasPrefix("dash1 injects "))
    #expect(lines[1].hasSuffix(" requests/s"))
    #expect(lines[3].contains("dash1!"))
  }

  @Test("A stock scooter is not accused")
  func stock() throws {
    var monitor = try watch("stock", seconds: 20)
    let lines = monitor.draw(width: 120, height: 40).lines
    #expect(lines[1] == "nothing injects so far")
    #expect(!lines.contains { $0.contains("!") })
  }
}
