import ArgumentParser
import BusPrinter
import BusTimeline
import CaptureFiles
import Foundation
import NinebotBus
import ScooterProfiles
import UartSniffer

/// `mi-bus senders`: who transmits on the bus, and how.
struct SendersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "senders",
    abstract: "Tell who transmits on the wire, and by what they are told apart.",
    discussion: """
      One row for each device: frames, share of bus time, byte pitch, bit clock, rhythm, what it asks for, and the \
      known module that it looks like, if any. Signatures of modules of your own go into \
      $XDG_DATA_HOME/mi-bus/signatures.
      """)

  @Argument(
    help: ArgumentHelp("Port, recording, sim:SCENARIO, tcp:HOST:PORT or -; NAME=SOURCE names it.", valueName: "source"))
  var sources: [String] = []

  @OptionGroup(title: "Reading") var input: InputOptions

  @Option(name: .customLong("for"), help: ArgumentHelp("End after this time: 10s, 2m, 1h.", valueName: "time"))
  var duration: TimeSpan?

  @Flag(help: "One JSON object for each transmitter.")
  var json = false

  @Option(help: "Colour: auto, always or never.")
  var color: ColourChoice = .auto

  @Option(help: ArgumentHelp("Keep the fingerprints in this file.", valueName: "file"))
  var save: String?

  @Option(help: ArgumentHelp("Fingerprints of an earlier capture: like devices get their names.", valueName: "file"))
  var load: String?

  @Option(help: ArgumentHelp("Draw pitch and clock of each frame into this SVG file.", valueName: "file"))
  var plot: String?

  mutating func run() throws {
    try OutputPath.check([save, plot], against: sources + [input.profile])
    // Fingerprints may go back to the file that they are loaded from, a picture may not.
    try OutputPath.check([plot], against: [load].compactMap { $0 })
    let environment = ProcessInfo.processInfo.environment
    let profile = try ProfileLibrary(environment: environment).profile(input.profile)
    let signatures = try SignatureLibrary(environment: environment).signatures()
    let known = try load.map { try FingerprintFile(path: $0).transmitters }
    let specs = try SourceSpec.all(sources)
    let isLive = try specs.areLive()
    var attributor = Attributor(profile: profile, patience: isLive ? .live : .recorded, links: input.links)
    attributor.remember(known ?? [])
    let view = ViewSettings(form: json ? .json : .text(.init()), style: color.style, summaryOnly: true)
    var run = try SniffRun(
      profile: profile, attributor: attributor, view: view, pause: input.pauseTime, recordTo: nil,
      report: SendersReport(
        profile: profile, signatures: signatures, style: color.style, json: json, savePath: save, plotPath: plot,
        title: sources.joined(separator: ", ")), hint: input.hintWithoutFrames)
    var opener = SourceOpener(input: input)
    if isLive {
      try run.live(try opener.live(specs), duration: duration?.nanoseconds)
    } else if specs.contains(where: { $0.place == .standardInput }) {
      let signals = try SignalWatch.start()
      opener.standardInput = StandardInput(signals: signals.descriptor)
      try run.recorded(try opener.recorded(specs), duration: duration?.nanoseconds, signals: signals)
    } else {
      let clocks = try RecordingClocks(specs, opener: opener, pause: input.pauseTime)
      try run.recorded(
        try opener.recorded(specs, corrections: clocks.corrections), duration: duration?.nanoseconds,
        notes: clocks.notes)
    }
  }
}
