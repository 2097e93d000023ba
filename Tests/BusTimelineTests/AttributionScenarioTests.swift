import BusTimeline
import NinebotBus
import ScooterSim
import Testing
import UartSniffer

@Suite("Attribution of simulated scooters")
struct AttributionScenarioTests {
  /// A run with its truth, matched frame by frame.
  static func outcomes(
    _ scenario: Scenario, _ quality: SimulatedSource.Quality, seconds: Int64 = 20
  ) throws -> [(truth: GroundTruth, finding: Finding, start: Int64)] {
    let run = try AttributionRun(SimulatedSource(scenario, quality: quality, duration: seconds * 1_000_000_000))
    var truths: [GroundTruth] = []
    var scooter = Scooter(scenario)
    while let occurrence = scooter.next(until: seconds * 1_000_000_000) {
      if case .transmission(let sent) = occurrence, sent.line == .escBle { truths.append(sent.truth) }
    }
    var head = 0
    var outcomes: [(GroundTruth, Finding, Int64)] = []
    for (_, finding, row) in run.frames {
      let match = (head..<min(head + 40, truths.count)).first { truths[$0].frame == row.bytes }
      guard let index = match else { continue }
      head = index + 1
      outcomes.append((truths[index], finding, row.event.event.start.middle))
    }
    return outcomes
  }

  private static func isRight(_ truth: GroundTruth, _ finding: Finding, oneDash: Bool) -> Bool {
    finding.sender.name == "\(truth.sender)"
      || (!oneDash && finding.sender.isForeign && "\(truth.sender)".hasPrefix("dash"))
  }

  @Test("each scenario, seen with edges", arguments: Scenario.names)
  func edges(_ name: String) throws {
    let scenario = try Scenario.named(name, seed: 11)
    let outcomes = try Self.outcomes(scenario, .edges)
    #expect(outcomes.count > 500)
    let oneDash = scenario.dashes.count < 2
    for (truth, finding, start) in outcomes where finding.sender != .unknown {
      #expect(
        Self.isRight(truth, finding, oneDash: oneDash), "\(finding.sender.name), in truth \(truth.sender), at \(start)")
    }
    let decided = outcomes.count { $0.finding.sender != .unknown }
    #expect(Double(decided) >= 0.99 * Double(outcomes.count))
    if scenario.dashes.isEmpty { #expect(!outcomes.contains { $0.finding.sender.isForeign }) }
  }

  static let adapters: [SimulatedSource.Quality] = AdapterModel.all.map { .packets($0) } + [.none]

  @Test("a stock scooter is never accused, whatever is known of times", arguments: ["stock", "phone", "ble-reboot"])
  func innocence(_ name: String) throws {
    for quality in Self.adapters + [.bytes(error: 20_000)] {
      let outcomes = try Self.outcomes(try .named(name, seed: 3), quality)
      #expect(outcomes.count > 500)
      #expect(!outcomes.contains { $0.finding.sender.isForeign })
    }
  }

  @Test("confidence means something: of those given 0.99 or more, at least 99 % are right")
  func calibration() throws {
    var (sure, right) = (0, 0)
    for name in ["displaydash", "augisbud", "near-clock", "copycat-61", "phone"] {
      for quality in [SimulatedSource.Quality.edges, .bytes(error: 20_000), .packets(.ftdi1ms)] {
        for (truth, finding, _) in try Self.outcomes(try .named(name, seed: 5), quality)
        where finding.sender != .unknown && finding.confidence >= 0.99 {
          sure += 1
          if Self.isRight(truth, finding, oneDash: true) { right += 1 }
        }
      }
    }
    #expect(sure > 5000)
    #expect(Double(right) >= 0.99 * Double(sure), "\(right) of \(sure)")
  }

  @Test("two dashes stay two where bytes are not timed", arguments: [AdapterModel.cp210x, .ftdi16ms])
  func twoDashes(_ adapter: AdapterModel) throws {
    let outcomes = try Self.outcomes(try .named("two-dashes", seed: 3), .packets(adapter), seconds: 60)
    let decided = outcomes.filter { $0.finding.sender.isForeign }
    /// They are numbered as they are found.
    let right = [("dash1", "dash2"), ("dash2", "dash1")].map { (first, second) in
      decided.count { truth, finding, _ in
        finding.sender.name == ("\(truth.sender)" == "dash1" ? first : "\(truth.sender)" == "dash2" ? second : "")
      }
    }
    let best = try #require(right.max())
    #expect(Double(best) >= 0.97 * Double(decided.count), "\(best) of \(decided.count)")
    #expect(Set(decided.map(\.finding.sender)).count == 2)
  }

  /// Most of the module's heartbeats collide, so there is hardly a rhythm left; but it cannot ask so often.
  @Test("a dash that fills the bus is not taken for the module", arguments: [AdapterModel.ftdi1ms, .cp210x, .ftdi16ms])
  func fullBus(_ adapter: AdapterModel) throws {
    let outcomes = try Self.outcomes(try .named("full-bus", seed: 5), .packets(adapter), seconds: 40)
    let requests = outcomes.filter { "\($0.truth.sender)" == "dash1" }
    #expect(requests.count > 5000)
    let found = requests.count { $0.finding.sender == .dash(1) }
    let wrong = requests.count { $0.finding.sender == .ble }
    #expect(Double(found) > 0.9 * Double(requests.count), "\(found) of \(requests.count)")
    #expect(Double(wrong) < 0.02 * Double(requests.count), "\(wrong) of \(requests.count)")
  }

  /// Its rhythm is all that is left, where each request fits the module's print.
  @Test(
    "a dash with the module's bit clock and pitch is told by when it asks",
    arguments: [
      "trigger: timer, period-ms: [8, 8.2], quiet-ms: 1",
      "trigger: timer, period-ms: [100, 150], quiet-ms: 1",
      "trigger: heartbeat, delay-us: [8000, 11000], at-most-each-ms: 40",
    ], [SimulatedSource.Quality.edges, .bytes(error: 20_000)])
  func twin(_ rhythm: String, _ quality: SimulatedSource.Quality) throws {
    let text = """
      about: a dash on the module's own chip
      dashes:
        - { transmitter: { clock-ppm: -12000, idle-us: 8.5 }, \(rhythm), polls: [esc 3e 02, bms 40 1e] }
      """
    let outcomes = try Self.outcomes(try Scenario(yaml: text, name: "twin", seed: 20), quality, seconds: 60)
    let requests = outcomes.filter { "\($0.truth.sender)" == "dash1" }
    #expect(requests.count > 30)
    let found = requests.count { $0.finding.sender == .dash(1) }
    #expect(Double(found) > 0.9 * Double(requests.count), "\(found) of \(requests.count)")
    let wrong = outcomes.count {
      $0.finding.sender != .unknown && !Self.isRight($0.truth, $0.finding, oneDash: true)
    }
    #expect(Double(wrong) < 0.01 * Double(outcomes.count), "\(wrong) of \(outcomes.count)")
  }

  @Test("one dash stays one where bytes are not timed", arguments: [("busy-timer", 1), ("random-dash", 8)])
  func oneDash(_ name: String, _ seed: UInt64) throws {
    for quality in [SimulatedSource.Quality.packets(.ftdi16ms), .packets(.pl011), .none] {
      let outcomes = try Self.outcomes(try .named(name, seed: seed), quality, seconds: 40)
      #expect(!outcomes.contains { $0.finding.sender.isForeign && $0.finding.sender != .dash(1) })
    }
  }

  @Test("a module that asks nothing and forges the ESC's frames is named by its timing")
  func forger() throws {
    let text = """
      about: a module that beeps
      phone: {}
      dashes:
        - { transmitter: { clock-ppm: 3000 }, trigger: heartbeat, delay-us: [50, 100], beep-every-s: [1, 2] }
      """
    let outcomes = try Self.outcomes(try Scenario(yaml: text, name: "beep", seed: 7), .edges, seconds: 40)
    let forged = outcomes.filter { "\($0.truth.sender)" == "dash1" }
    #expect(forged.count > 15)
    #expect(forged.count { $0.finding.sender == .dash(1) } > forged.count / 2)
    #expect(forged.allSatisfy { $0.finding.sender == .dash(1) || $0.finding.isStrange })
    #expect(
      !outcomes.contains { "\($0.truth.sender)" != "dash1" && ($0.finding.sender.isForeign || $0.finding.isStrange) })
  }

  @Test(
    "a module that starts to inject is named within two seconds of its first frame",
    arguments: ["augisbud", "displaydash"])
  func newcomer(_ name: String) throws {
    var scenario = try Scenario.named(name, seed: 9)
    scenario.dashes[0].boot = 12e9...12.1e9
    for patience in [Attributor.Patience.recorded, .live] {
      let source = SimulatedSource(scenario, quality: .edges, duration: 20_000_000_000)
      let run = try AttributionRun(source, patience: patience)
      let named = try #require(run.frames.first { $0.finding.sender.isForeign })
      #expect(named.row.event.event.start.middle > 12_000_000_000)
      if case .time = patience { #expect(named.row.known < 14_100_000_000, "known at \(named.row.known)") }
      #expect(named.row.event.event.start.middle < 14_100_000_000)
    }
  }
}
