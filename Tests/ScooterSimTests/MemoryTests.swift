import NinebotBus
import ScooterSim
import Testing

@Suite struct MemoryTests {
  @Test func eventsDoNotPileUp() throws {
    var scooter = Scooter(try .named("two-dashes"))
    var most = 0
    var frames = 0
    while frames < 100_000, let occurrence = scooter.next() {
      if case .transmission = occurrence { frames += 1 }
      most = max(most, scooter.backlog)
    }
    #expect(frames == 100_000)
    #expect(most < 1_000, "\(most)")
  }

  @Test(arguments: ["two-dashes", "noisy-light", "ble-reboot"]) func edgesDoNotPileUp(_ name: String) throws {
    let scenario = try Scenario.named(name)
    var scooter = Scooter(scenario)
    var recorder = EdgeRecorder(rule: scenario.rule)
    var most = 0
    while let occurrence = scooter.next(until: 60_000_000_000) {
      recorder.push(occurrence)
      most = max(most, recorder.takeEdges().count)
    }
    #expect(most > 0 && most < 10_000, "\(most)")
  }
}
