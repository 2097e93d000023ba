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

/// `mi-bus timeline`: bus and phone side by side on one clock.
struct TimelineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "timeline",
    abstract: "Show bus and phone side by side on one clock.",
    discussion: """
      The wire on the left, the phone on the right: > what it wrote, < what it received. "<- phone 12.3 ms" is whose \
      message made this one happen, and how long before. What the phone received without asking is marked, and what it \
      wrote in vain. Pages well with: mi-bus timeline BUS BLE --color always | less -R
      """)

  @Argument(help: ArgumentHelp("A recording of the bus, and the phone's log.", valueName: "source"))
  var sources: [String]

  @OptionGroup(title: "Reading") var input: InputOptions
  @OptionGroup(title: "Keys of the phone's side") var keys: KeyOptions

  @Option(help: ArgumentHelp("Only from this time on, since the start of the bus capture: 90s, 2m.", valueName: "time"))
  var from: TimePoint?

  @Option(help: ArgumentHelp("Only up to this time.", valueName: "time"))
  var to: TimePoint?

  @Option(help: ArgumentHelp("Only a second to either side of this time.", valueName: "time"))
  var around: TimePoint?

  @Flag(help: "JSON Lines, one object for each item, and the verdict last.")
  var json = false

  @Option(help: "Colour: auto, always or never.")
  var color: ColourChoice = .auto

  mutating func validate() throws {
    if around != nil, from != nil || to != nil { throw ValidationError("--around goes without --from and --to") }
    if let from, let to, from.nanoseconds >= to.nanoseconds {
      throw ValidationError("--from \(from.words) --to \(to.words): the end must come after the begin")
    }
  }

  mutating func run() throws {
    signal(SIGPIPE, SIG_IGN)
    let environment = ProcessInfo.processInfo.environment
    let profile = try ProfileLibrary(environment: environment).profile(input.profile)
    let sides = try Sides(sources, keys: keys)
    guard !sides.bus.isEmpty, !sides.bus.contains(where: \.isLive) else {
      throw InputError(
        sources.joined(separator: " "), "holds no recording of the bus",
        remedy: "record one with 'mi-bus sniff PORT --write bus.pcapng'; the phone's log alone is for 'mi-bus sniff'")
    }
    let run = DiagnoseRun(
      profile: profile, signatures: try SignatureLibrary(environment: environment).signatures(),
      pause: input.pauseTime, links: input.links, pictured: pictured)
    let phone = sides.phone.map { PhoneLogReading($0) }
    let result = try BusRecording(specs: sides.bus, input: input).diagnosed(by: run, phone: phone)
    for note in result.notes { Messages.note(note) }
    var output = OutputStream.standard
    let writer = TimelineWriter(result.items, columns: TerminalWidth.columns, style: color.style)
    if json {
      JsonHeader(taps: result.taps, phone: sides.phone?.name, origin: result.origin, profile: profile.name)
        .append(to: &output.buffer)
      writer.json(in: range, to: &output.buffer)
      DiagnosisWriter(result.diagnosis, style: color.style)
        .json(defects: result.defects.map(\.description), notes: result.notes, to: &output.buffer)
    } else {
      writer.text(in: range, to: &output.buffer)
    }
    try output.flush()
    if !result.items.contains(where: { range.contains($0.start) }) { Messages.note(nothingWords(result.seen)) }
    if result.leftOut > 0 {
      Messages.note("\(result.leftOut) usual frames were left out; narrow it with --from and --to")
    }
    if !json { for sentence in result.diagnosis.verdict { Messages.note(sentence) } }
    try result.defects.throwAll()
  }

  private var range: Range<Int64> {
    let second: Int64 = 1_000_000_000
    if let around { return (around.nanoseconds - second)..<(around.nanoseconds + second) }
    return (from?.nanoseconds ?? .min)..<(to?.nanoseconds ?? .max)
  }

  /// `range`, and enough before and behind for the causes of what is in it.
  private var pictured: Range<Int64> {
    let reach: Int64 = 3_000_000_000
    let (lower, upper) = (
      range.lowerBound.subtractingReportingOverflow(reach), range.upperBound.addingReportingOverflow(reach)
    )
    return (lower.overflow ? .min : lower.partialValue)..<(upper.overflow ? .max : upper.partialValue)
  }

  /// Why no line was written.
  private func nothingWords(_ seen: ClosedRange<Int64>?) -> String {
    guard let seen else { return "nothing was seen, on neither side" }
    var out = TextBuffer()
    out.append("nothing is in that stretch; what was seen goes from ")
    out.append(seconds: seen.lowerBound, decimals: 3)
    out.append(" s to ")
    out.append(seconds: seen.upperBound, decimals: 3)
    out.append(" s")
    return String(decoding: out.bytes, as: UTF8.self)
  }
}
