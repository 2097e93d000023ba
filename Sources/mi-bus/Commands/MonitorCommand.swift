import ArgumentParser
import BusMonitor
import BusPrinter
import BusTimeline
import CaptureFiles
import Foundation
import NinebotBus
import ScooterProfiles
import UartSniffer

/// `mi-bus monitor`: the bus as a live table in the terminal. Never transmits.
struct MonitorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "monitor",
    abstract: "Watch the bus on the whole screen, one row for each kind of message.",
    usage: "mi-bus monitor [<source> ...] [<options>]",
    discussion: """
      Injected messages stand on top; bytes that changed are marked. A recording plays in its own time. \
      q quits, ? shows all keys.
      """)

  @Argument(
    help: ArgumentHelp("Port, recording, sim:SCENARIO or tcp:HOST:PORT; NAME=SOURCE names it.", valueName: "source"))
  var sources: [String] = []

  @OptionGroup(title: "Reading") var input: InputOptions

  @Option(help: ArgumentHelp("Play a recording so many times as fast.", valueName: "factor"))
  var speed = 1.0

  @Option(name: .customLong("for"), help: ArgumentHelp("End after this time: 10s, 2m, 1h.", valueName: "time"))
  var duration: TimeSpan?

  @Option(help: "Colour: auto, always or never.")
  var color: ColourChoice = .auto

  mutating func validate() throws {
    guard (0.001...1_000_000).contains(speed) else {
      throw ValidationError("--speed \(speed): from 0.001 to 1000000 make sense")
    }
  }

  mutating func run() throws {
    let library = ProfileLibrary(environment: ProcessInfo.processInfo.environment)
    let profile = try library.profile(input.profile)
    let specs = try SourceSpec.all(sources)
    try check(specs)
    let opener = SourceOpener(input: input)
    let monitor = Monitor(profile: profile, source: specs.map(\.text).joined(separator: " "))
    if try specs.areLive() {
      try live(try opener.live(specs), monitor, profile)
    } else {
      let clocks = try RecordingClocks(specs, opener: opener, pause: input.pauseTime)
      defer { for note in clocks.notes { Messages.note(note) } }
      try recorded(try opener.recorded(specs, corrections: clocks.corrections), monitor, profile)
    }
  }

  /// What the monitor cannot show, before the screen is taken.
  private func check(_ specs: [SourceSpec]) throws {
    for spec in specs {
      switch spec.place {
      case .standardInput:
        throw InputError(
          "-", "standard input is the keyboard of the monitor", remedy: "save it to a file, or use 'mi-bus sniff -'")
      case .file(let path) where try Side(ofFile: path) == .ble:
        throw InputError(
          path, "is the phone's side, and the monitor shows the bus", remedy: "use 'mi-bus sniff \(path)'")
      default: break
      }
    }
  }

  private func live(_ inputs: LiveInputs, _ monitor: Monitor, _ profile: Profile) throws {
    defer { inputs.stop() }
    let taps = inputs.sources.map(\.tap)
    var monitor = monitor
    monitor.name(taps: taps.map(\.name))
    var stream = AttributedStream(
      attributor: Attributor(profile: profile, patience: .live, links: input.links), pause: input.pauseTime,
      sink: monitor)
    stream.name(taps: taps)
    var loop = LiveLoop(
      inputs.sources, clock: inputs.clock, duration: duration?.nanoseconds, endsWithPort: inputs.isSimulated)
    do {
      var consumer = LiveMonitor(
        stream: stream, desk: try MonitorDesk(coloured: color.style.coloured), clock: inputs.clock)
      try loop.run(into: &consumer)
      consumer.linger(
        until: duration.map { inputs.clock.monotonic + $0.nanoseconds } ?? .max, after: loop.failures.last)
    }
    // The screen is gone, and what it said with it.
    try loop.failures.throwAll()
  }

  private func recorded(_ source: any RecordedSource, _ monitor: Monitor, _ profile: Profile) throws {
    let stream = AttributedStream(
      attributor: Attributor(profile: profile, patience: .recorded, links: input.links), pause: input.pauseTime,
      sink: EventQueue())
    var failure: InputError?
    var warnings: [InputError] = []
    do {
      var player = RecordedMonitor(
        source: source, stream: stream, monitor: monitor, desk: try MonitorDesk(coloured: color.style.coloured),
        speed: speed, duration: duration?.nanoseconds)
      player.run()
      (failure, warnings) = (player.failure, player.warnings)
    }
    for warning in warnings { Messages.note(warning.description) }
    if let failure { throw failure }
  }
}
