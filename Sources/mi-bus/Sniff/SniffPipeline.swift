import BusPrinter
import CaptureFiles
import NinebotBus
import UartSniffer

/// From bytes to lines: one way for live and recorded data.
struct SniffPipeline: ~Copyable {
  private var stream = EventStream()
  private var stages: SniffStages
  private let pause: Int64
  private(set) var taps: [Tap] = []

  /// - Parameter pause: idle nanoseconds inside a frame that end it.
  init(stages: consuming SniffStages, pause: Int64) {
    self.stages = stages
    self.pause = pause
  }

  var isFull: Bool { stages.view.isFull }

  /// Says which taps there are; the list only grows.
  mutating func name(taps: [Tap], origin: Int64?) throws(OutputError) {
    guard taps != self.taps || taps.isEmpty else { return }
    self.taps = taps
    stream.add(taps: taps, pause: pause)
    try stages.name(taps: taps, origin: origin)
  }

  mutating func push(_ chunk: ByteChunk) throws(OutputError) {
    try stream.push(chunk, into: &stages)
  }

  /// Writes out what waits, so that a person sees it now.
  mutating func flush() throws(OutputError) { try stages.flush() }

  /// Ends the input and gives the summary.
  mutating func finish(notes: [String]) throws(OutputError) -> Summary {
    try stream.finish(into: &stages)
    try stages.flush()
    return stages.summary(taps: taps, notes: notes)
  }

  /// The summary on standard output, in the form of the lines.
  mutating func show(_ summary: Summary) throws(OutputError) {
    stages.view.show(summary)
    try stages.view.flush()
  }

  /// The summary on standard error, in words.
  func tell(_ summary: Summary) throws(OutputError) {
    var errors = OutputStream(.standardError, name: "standard error")
    SummaryWriter(profile: stages.profile, style: Style(coloured: false)).text(summary, to: &errors.buffer)
    try errors.flush()
  }
}

/// What happens to each event: it is read, counted, stored and shown.
struct SniffStages: ~Copyable, BusEventSink {
  let profile: Profile
  private let links: [Link]
  private var traffic = TrafficTable()
  private var recorder: Recorder?
  var view: SniffView

  init(profile: Profile, links: [Link], recorder: Recorder?, view: consuming SniffView) {
    self.profile = profile
    self.links = links
    self.recorder = recorder
    self.view = view
  }

  mutating func name(taps: [Tap], origin: Int64?) throws(OutputError) {
    view.name(taps: taps, origin: origin)
    try recorder?.name(taps: taps, origin: origin)
  }

  mutating func take(_ event: BusEvent, tap: Int, bytes: Span<UInt8>) throws(OutputError) {
    let link = links.isEmpty ? Link.escBle : links[min(tap, links.count - 1)]
    let reading = event.kind == .frame ? profile.read(bytes, on: link) : nil
    traffic.push(event, reading: reading, tap: tap)
    try recorder?.write(event, tap: tap, bytes: bytes)
    try view.show(BusRow(tap: tap, event: event, reading: reading), bytes: bytes)
  }

  mutating func flush() throws(OutputError) {
    try recorder?.flush()
    try view.flush()
  }

  func summary(taps: [Tap], notes: [String]) -> Summary {
    Summary(
      taps: taps.map {
        .init(name: $0.name, detail: $0.detail, baud: $0.baud?.rate, quality: $0.quality.words)
      }, traffic: traffic, requests: .init(), notes: notes)
  }
}
