import BusPrinter
import BusTimeline
import CaptureFiles
import NinebotBus
import ScooterProfiles
import UartSniffer

/// What `mi-bus senders` writes at the end: the table, and the files that were asked for.
struct SendersReport {
  let profile: Profile
  let signatures: [ModuleSignature]
  let style: Style
  let json: Bool
  let savePath: String?
  let plotPath: String?
  let title: String

  func write(_ census: SenderCensus, taps: [Tap], link: (Int) -> Link, notes: [String]) throws {
    var output = OutputStream.standard
    let writer = SenderTableWriter(profile: profile, signatures: signatures, style: style)
    let names = taps.map(\.name)
    if json {
      writer.json(census.table, taps: names, to: &output.buffer)
    } else {
      writer.text(census.table, taps: names, to: &output.buffer)
    }
    try output.flush()
    for note in notes { Messages.note(note) }
    if let savePath { try save(census.table, link, savePath) }
    if let plotPath {
      var picture = TextBuffer()
      ClusterPlot().svg(census.sample.points, title: title, to: &picture)
      try Self.write(picture, to: plotPath)
    }
  }

  private func save(_ table: SenderTable, _ link: (Int) -> Link, _ path: String) throws {
    let known = table.senders.filter { $0.transmitter != .unknown }.map { sender in
      KnownTransmitter(
        name: sender.transmitter.name, link: link(sender.tap), pitch: sender.pitch, bitClock: sender.bitClock,
        polls: sender.transmitter.isForeign ? sender.kinds.filter(\.reads).map(\.block) : [], frames: sender.frames)
    }
    var text = TextBuffer()
    text.append(string: FingerprintFile(transmitters: known).text)
    try Self.write(text, to: path)
  }

  private static func write(_ text: borrowing TextBuffer, to path: String) throws {
    try ReplacedFile.write(to: path) { sink throws(OutputError) in
      try text.withBytes { bytes throws(OutputError) in try sink.write(bytes) }
    }
  }
}

/// What is counted of the transmitters while events pass.
struct SenderCensus: Sendable {
  private(set) var table = SenderTable()
  private(set) var sample = ClusterSample()

  mutating func add(taps: [Tap]) {
    table.add(taps: taps)
    sample.add(taps: taps)
  }

  mutating func push(_ row: AttributedEvent) {
    table.push(row)
    sample.push(row)
  }
}
