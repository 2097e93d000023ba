import ArgumentParser
import BleSide
import BusTimeline
import CaptureFiles
import Foundation
import NinebotBus
import ScooterProfiles
import UartSniffer

/// `mi-bus sniff`: reads sources, shows frames, ends with a summary. Never transmits.
struct SniffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sniff",
    abstract: "Show what goes over the wire.",
    discussion: """
      Without a SOURCE the only serial adapter is taken. Recordings and live sources take the same way; several \
      sources are merged in time, and recordings whose clocks differ by what they show. Ctrl-C ends a live capture normally, with the summary on standard error.
      """)

  @Argument(
    help: ArgumentHelp("Port, recording, sim:SCENARIO, tcp:HOST:PORT or -; NAME=SOURCE names it.", valueName: "source"))
  var sources: [String] = []

  @OptionGroup(title: "Reading") var input: InputOptions
  @OptionGroup(title: "Showing") var view: ViewOptions
  @OptionGroup(title: "Keys of the phone's side") var keys: KeyOptions

  @Option(name: .customLong("for"), help: ArgumentHelp("End after this time: 10s, 2m, 1h.", valueName: "time"))
  var duration: TimeSpan?

  @Option(
    help: ArgumentHelp(
      "Store everything here: .pcapng, .txt or .log for the text log, .bin for bytes.", valueName: "file"))
  var write: String?

  mutating func validate() throws {
    if view.summary, view.count != nil { throw ValidationError("--summary shows no lines, so --count says nothing") }
  }

  mutating func run() throws {
    let library = ProfileLibrary(environment: ProcessInfo.processInfo.environment)
    let profile = try library.profile(input.profile)
    let specs = try SourceSpec.all(sources)
    if let recording = try phoneSide(specs) {
      try checkPhoneOptions(recording.name)
      var run = BleSniffRun(profile: profile, view: try view.settings)
      return try run.run(recording, duration: duration?.nanoseconds)
    }
    var opener = SourceOpener(input: input)
    // Sources are opened first: a mistyped one must not leave an empty file of --write behind.
    if try specs.areLive() {
      let inputs = try opener.live(specs)
      var run = try sniffRun(profile, .live)
      try run.live(inputs, duration: duration?.nanoseconds)
    } else if specs.contains(where: { $0.place == .standardInput }) {
      let signals = try SignalWatch.start()
      opener.standardInput = StandardInput(signals: signals.descriptor)
      let source = try opener.recorded(specs)
      // Samples come from an analyser that runs now; other pipes hold recordings.
      var run = try sniffRun(profile, input.sampleRate == nil ? .recorded : .live)
      try run.recorded(source, duration: duration?.nanoseconds, signals: signals)
    } else {
      let clocks = try RecordingClocks(specs, opener: opener, pause: input.pauseTime)
      let source = try opener.recorded(specs, corrections: clocks.corrections)
      var run = try sniffRun(profile, .recorded)
      try run.recorded(source, duration: duration?.nanoseconds, notes: clocks.notes)
    }
  }

  /// The phone's log, where that is what was given.
  private func phoneSide(_ specs: [SourceSpec]) throws -> BleRecording? {
    var logs: [String] = []
    for case .file(let path) in specs.map(\.place) where try Side(ofFile: path) == .ble { logs.append(path) }
    guard let log = logs.first else { return nil }
    guard specs.count == 1 else {
      throw ValidationError("\(log) is the phone's side; to see it beside the bus use: mi-bus timeline BUS BLE")
    }
    return try BleRecording(path: log, keys: try keys.keyRing())
  }

  /// What says nothing about the phone's side, so that nobody waits for a file or for lines that never come.
  private func checkPhoneOptions(_ log: String) throws {
    if write != nil {
      throw ValidationError("\(log) is the phone's log, and --write stores the bus; the log itself is all there is")
    }
    let busOnly = [("--changes", view.changes), ("--explain", view.explain), ("--sender", !view.sender.isEmpty)]
    for (option, isGiven) in busOnly where isGiven {
      throw ValidationError("\(log) is the phone's log, and \(option) is about the bus")
    }
  }

  private func sniffRun(_ profile: Profile, _ patience: Attributor.Patience) throws -> SniffRun {
    try SniffRun(
      profile: profile, attributor: Attributor(profile: profile, patience: patience, links: input.links),
      view: try view.settings, pause: input.pauseTime, recordTo: write, hint: input.hintWithoutFrames)
  }
}
