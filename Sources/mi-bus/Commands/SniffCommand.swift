import ArgumentParser
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
      sources are merged in time. Ctrl-C ends a live capture normally, with the summary on standard error.
      """)

  @Argument(help: ArgumentHelp("Port, recording, sim:SCENARIO, tcp:HOST:PORT or -; NAME=SOURCE names it.", valueName: "source"))
  var sources: [String] = []

  @OptionGroup(title: "Reading") var input: InputOptions
  @OptionGroup(title: "Showing") var view: ViewOptions

  @Option(name: .customLong("for"), help: ArgumentHelp("End after this time: 10s, 2m, 1h.", valueName: "time"))
  var duration: TimeSpan?

  @Option(
    help: ArgumentHelp("Store everything here: .pcapng, .txt or .log for the text log, .bin for bytes.", valueName: "file"))
  var write: String?

  mutating func validate() throws {
    if view.summary, view.count != nil { throw ValidationError("--summary shows no lines, so --count says nothing") }
  }

  mutating func run() throws {
    let library = ProfileLibrary(environment: ProcessInfo.processInfo.environment)
    let profile = try library.profile(input.profile)
    let specs = try SourceSpec.all(sources)
    let opener = SourceOpener(input: input)
    var run = try SniffRun(
      profile: profile,
      attributor: Attributor(
        profile: profile, patience: specs.contains(where: \.isLive) ? .live : .recorded, links: input.links),
      view: try view.settings, pause: input.pauseTime, recordTo: write)
    if specs.contains(where: \.isLive) {
      guard specs.allSatisfy(\.isLive) else {
        throw ValidationError("recordings and live sources cannot be mixed: their clocks have nothing in common")
      }
      try run.live(try opener.live(specs), duration: duration?.nanoseconds)
    } else {
      try run.recorded(try opener.recorded(specs), duration: duration?.nanoseconds)
    }
  }
}
