import BusPrinter
import BusTimeline
import CaptureFiles
import NinebotBus
import SystemPackage
import UartSniffer

/// From bytes to lines: one way for live and recorded data.
struct SniffPipeline: ~Copyable, LiveConsumer {
  private var stream = EventStream()
  private var stages: SniffStages
  private let pause: Int64
  private(set) var taps: [Tap] = []

  /// - Parameter pause: idle nanoseconds inside a frame that end it.
  init(stages: consuming SniffStages, pause: Int64) {
    self.stages = stages
    self.pause = pause
  }

  /// Whether nothing more is wanted: enough lines, or the end of the time.
  var isFull: Bool { stages.isOver || stages.results.isFull }

  /// Leaves out what starts later than `time`, nanoseconds from time 0.
  mutating func limit(to time: Int64) { stages.limit = time }

  /// Says which taps there are; the list only grows.
  mutating func name(taps: [Tap], origin: Int64?) throws(OutputError) {
    guard taps != self.taps || taps.isEmpty else { return }
    self.taps = taps
    stream.add(taps: taps, pause: pause)
    try stages.name(taps: taps, origin: origin)
  }

  mutating func push(_ chunk: ByteChunk) throws(OutputError) {
    try stream.push(chunk, into: &stages)
    if let time = chunk.silentUntil { try stages.advance(to: time) }
  }

  /// Writes out what waits, so that a person sees it now.
  mutating func flush() throws(OutputError) { try stages.flush() }

  /// Ends the input and gives the summary.
  mutating func finish(notes: [String]) throws(OutputError) -> Summary {
    try stream.finish(into: &stages)
    try stages.finish()
    return stages.summary(taps: taps, notes: notes)
  }

  /// What was counted of the transmitters, where that was asked for.
  var census: SenderCensus? { stages.results.census }

  func link(of tap: Int) -> Link { stages.link(of: tap) }

  /// The summary on standard output, in the form of the lines.
  mutating func show(_ summary: Summary) throws(OutputError) {
    stages.results.view.show(summary)
    try stages.results.view.flush()
  }

  /// The summary on standard error, in words.
  func tell(_ summary: Summary) throws(OutputError) {
    var errors = OutputStream(.standardError, name: "standard error")
    SummaryWriter(profile: stages.profile, style: Style(coloured: false)).text(summary, to: &errors.buffer)
    try errors.flush()
  }
}

/// What happens to each event: it is stored, then its sender is looked for.
struct SniffStages: ~Copyable, BusEventSink {
  let profile: Profile
  private var store: CaptureStore?
  private var attributor: Attributor
  var results: SniffResults
  /// Nanoseconds: what starts later is left out.
  var limit = Int64.max
  /// Whether something came after the limit.
  private(set) var isOver = false

  init(
    profile: Profile, attributor: Attributor, store: consuming CaptureStore?, view: consuming SniffView,
    census: SenderCensus?
  ) {
    self.profile = profile
    self.attributor = attributor
    self.store = store
    results = SniffResults(view: view, census: census)
  }

  func link(of tap: Int) -> Link { attributor.link(of: tap) }

  mutating func name(taps: [Tap], origin: Int64?) throws(OutputError) {
    attributor.add(taps: taps)
    results.name(taps: taps, origin: origin)
    try store?.name(taps: taps, origin: origin)
  }

  mutating func take(_ event: BusEvent, tap: Int, bytes: Span<UInt8>) throws(OutputError) {
    guard !isOver, !results.isFull else { return }
    guard event.start.middle <= limit else {
      isOver = true
      return
    }
    try store?.record(event, tap: tap, bytes: bytes)
    try attributor.push(event, tap: tap, bytes: bytes, into: &results)
  }

  /// Live: nothing came before `time` (nanoseconds).
  mutating func advance(to time: Int64) throws(OutputError) {
    try attributor.advance(to: time, into: &results)
  }

  mutating func flush() throws(OutputError) {
    try store?.flush()
    try results.view.flush()
  }

  /// Ends the input: what waits for evidence goes out.
  mutating func finish() throws(OutputError) {
    try attributor.finish(into: &results)
    try results.finish()
    try flush()
  }

  func summary(taps: [Tap], notes: [String]) -> Summary {
    Summary(
      taps: taps.map {
        .init(name: $0.name, detail: $0.detail, baud: $0.baud?.rate, quality: $0.quality.words)
      }, traffic: results.traffic, requests: attributor.exchanges, notes: notes)
  }
}

/// The end of the way: attributed events are counted and shown.
struct SniffResults: ~Copyable, AttributedEventSink {
  private(set) var traffic = TrafficTable()
  var view: SniffView
  /// Nil where nobody asks for it: it costs time.
  private(set) var census: SenderCensus?
  private var collisions = CollisionFinder()

  init(view: consuming SniffView, census: SenderCensus?) {
    self.view = view
    self.census = census
  }

  mutating func name(taps: [Tap], origin: Int64?) {
    view.name(taps: taps, origin: origin)
    census?.add(taps: taps)
    collisions.add(taps: taps)
  }

  var isFull: Bool { view.isFull }

  mutating func take(_ event: AttributedEvent, bytes: Span<UInt8>) throws(OutputError) {
    traffic.push(event.event, reading: event.reading, tap: event.tap, airTime: event.airTime)
    census?.push(event)
    try view.show(event, bytes: bytes, senders: census?.table)
    collisions.push(event, bytes: bytes)
    if collisions.hasSettled { try showCollisions() }
  }

  /// Ends the input.
  mutating func finish() throws(OutputError) {
    collisions.finish()
    try showCollisions()
  }

  private mutating func showCollisions() throws(OutputError) {
    for collision in collisions.take() { try view.show(collision) }
  }
}
