import ArgumentParser
import BusPrinter
import CaptureFiles
import NinebotBus
import ScooterSim

/// `mi-bus simulate`: what taps on the built-in scooter would record, with what really happened beside it.
struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Write recordings of the built-in scooter, its phone's log and the truth about both.",
    discussion: """
      The same scenario and seed write the same files every time. Recordings begin at --start; the phone's log has \
      the phone's own clock. To play a scooter in real time use: mi-bus sniff sim:SCENARIO
      """)

  @Argument(help: ArgumentHelp("What to simulate: a name of --list, or a YAML file.", valueName: "scenario"))
  var scenario = "stock"

  @Flag(help: "List the scenarios.")
  var list = false

  @Option(help: ArgumentHelp("What everything random comes from.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(name: .customLong("for"), help: ArgumentHelp("How long: 10s, 2m, 1h.", valueName: "time"))
  var duration: TimeSpan = .init(seconds: 60)

  @Option(help: ArgumentHelp("Unix time of the begin, in seconds.", valueName: "seconds"))
  var start = Double(Scooter.epoch) / 1e9

  @OptionGroup(title: "The bus") var bus: BusOptions
  @OptionGroup(title: "The phone") var phone: PhoneOptions

  @Option(help: ArgumentHelp("Write who really sent what, as JSON Lines.", valueName: "file"))
  var truth: String?

  mutating func validate() throws {
    // Later times do not fit into the nanoseconds of a recording.
    guard (0...4.5e9).contains(start) else {
      throw ValidationError("--start \(start): Unix seconds are needed, 0 to 4500000000")
    }
    guard !list, bus.write.isEmpty, phone.ble == nil, truth == nil else { return }
    throw ValidationError("nothing to write: give --write, --ble or --truth, or --list to see the scenarios")
  }

  mutating func run() throws {
    if list { return try showScenarios() }
    let scenario = try loadScenario()
    if phone.ble != nil, scenario.phone == nil {
      throw InputError(
        "scenario '\(scenario.name)'", "has no phone, so there is no log of one",
        remedy: "'phone' and 'displaydash' have one")
    }
    var run = SimulationRun(
      SimulationSettings(
        scenario: scenario, duration: duration.nanoseconds, origin: origin, lines: bus.lines,
        quality: bus.quality ?? .edges, sampleRate: bus.sampleRate, radio: phone.radio(origin: origin)))
    try run.open(recordings: bus.write, log: phone.ble, token: phone.token, truth: truth)
    try run.run()
  }

  /// Unix nanoseconds of time 0, in whole microseconds as all formats keep them.
  private var origin: Int64 { Int64((start * 1e6).rounded()) * 1000 }

  private func showScenarios() throws {
    var output = OutputStream.standard
    let scenarios = try Scenario.list()
    let width = scenarios.map(\.name.utf8.count).max() ?? 0
    for (name, about) in scenarios {
      let padding = String(repeating: " ", count: width + 2 - name.utf8.count)
      output.buffer.append(string: "\(name)\(padding)\(about)\n")
    }
    try output.flush()
  }

  /// A name without a folder and an ending is one of the list.
  private func loadScenario() throws(InputError) -> Scenario {
    guard scenario.contains("/") || scenario.hasSuffix(".yaml") || scenario.hasSuffix(".yml") else {
      return try Scenario.named(scenario, seed: seed)
    }
    var file = try FileStream(path: scenario)
    var text: [UInt8] = []
    let most = 1 << 20
    while text.count < most, try file.read(upTo: most - text.count, into: &text) > 0 {}
    return try Scenario(yaml: String(decoding: text, as: UTF8.self), name: scenario, seed: seed)
  }
}
