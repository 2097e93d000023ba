import ArgumentParser
import BleSide
import BusPrinter
import BusTimeline
import CaptureFiles
import Foundation
import Glibc
import NinebotBus
import ScooterProfiles
import UartSniffer

/// `mi-bus diagnose`: who injects messages, in plain words. Never transmits.
struct DiagnoseCommand: FindingCommand {
  static let configuration = CommandConfiguration(
    commandName: "diagnose",
    abstract: "Say which device injects messages, with the evidence.",
    discussion: """
      BUS is a recording or a port; BLE is the phone's log of the same ride, whose clock is found by content. Either \
      alone says what it can; the bus alone may come as - on standard input. Exit code 1: something injects; \
      0: nothing does, or it cannot be told; 2: wrong usage, or only a part of what was given could be read.
      """)

  @Argument(
    help: ArgumentHelp("The bus, the phone's log, or both: a port, sim:SCENARIO, or files.", valueName: "source"))
  var sources: [String]

  @OptionGroup(title: "Reading") var input: InputOptions
  @OptionGroup(title: "Keys of the phone's side") var keys: KeyOptions

  @Option(name: .customLong("for"), help: ArgumentHelp("End a live capture after this time.", valueName: "time"))
  var duration: TimeSpan?

  @Flag(help: "One JSON object of kind verdict.")
  var json = false

  @Option(help: "Colour: auto, always or never.")
  var color: ColourChoice = .auto

  @Option(help: ArgumentHelp("Write a page that explains it, with the time line.", valueName: "file"))
  var html: String?

  @Option(help: ArgumentHelp("Write a trace for ui.perfetto.dev.", valueName: "file"))
  var perfetto: String?

  mutating func run() throws {
    signal(SIGPIPE, SIG_IGN)
    try OutputPath.check([html, perfetto], against: sources + [input.profile] + keys.token + keys.privateKey)
    let environment = ProcessInfo.processInfo.environment
    let profile = try ProfileLibrary(environment: environment).profile(input.profile)
    let run = DiagnoseRun(
      profile: profile, signatures: try SignatureLibrary(environment: environment).signatures(),
      pause: input.pauseTime, links: input.links, pictured: html != nil || perfetto != nil ? .min ..< .max : nil)
    let sides = try Sides(sources, keys: keys)
    let result = try diagnose(run, sides)
    for note in result.notes { Messages.note(note) }
    var output = OutputStream.standard
    let writer = DiagnosisWriter(result.diagnosis, style: color.style)
    if json {
      writer.json(defects: result.defects.map(\.description), notes: result.notes, to: &output.buffer)
    } else {
      writer.text(to: &output.buffer)
    }
    try output.flush()
    let bus = sides.bus.map(\.text).joined(separator: ", ")
    try ReportFiles(html: html, perfetto: perfetto).write(
      result, title: bus.isEmpty ? sources.joined(separator: ", ") : bus,
      phone: bus.isEmpty ? nil : sides.phone?.name, profile: profile)
    try result.defects.throwAll()
    if result.diagnosis.injects { throw ExitCode(1) }
  }

  private func diagnose(_ run: DiagnoseRun, _ sides: Sides) throws -> DiagnoseRun.Result {
    let phone = sides.phone.map { PhoneLogReading($0) }
    guard !sides.bus.isEmpty else {
      guard let phone else { throw InputError("no source", "there is nothing to diagnose") }
      return run.alone(phone.log())
    }
    if try sides.bus.areLive() {
      guard phone == nil else {
        throw InputError(
          sources.joined(separator: " "), "a phone's log and a live bus have no stretch in common",
          remedy: "record the bus first: mi-bus sniff PORT --write bus.pcapng")
      }
      return try run.live(try SourceOpener(input: input).live(sides.bus), duration: duration?.nanoseconds)
    }
    return try BusRecording(specs: sides.bus, input: input).diagnosed(by: run, phone: phone)
  }
}
