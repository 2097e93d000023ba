import BusPrinter
import CaptureFiles
import NinebotBus
import SystemPackage
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
    try stages.finish()
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
  private var exchanges: [ExchangeTracker] = []
  private var requests = Summary.Requests()
  private var events: Int64 = 0
  private var store: CaptureStore?
  var view: SniffView

  init(profile: Profile, links: [Link], store: consuming CaptureStore?, view: consuming SniffView) {
    self.profile = profile
    self.links = links
    self.store = store
    self.view = view
  }

  mutating func name(taps: [Tap], origin: Int64?) throws(OutputError) {
    view.name(taps: taps, origin: origin)
    try store?.name(taps: taps, origin: origin)
  }

  mutating func take(_ event: BusEvent, tap: Int, bytes: Span<UInt8>) throws(OutputError) {
    let link = links.isEmpty ? Link.escBle : links[min(tap, links.count - 1)]
    let reading = event.kind == .frame ? profile.read(bytes, on: link) : nil
    events += 1
    traffic.push(event, reading: reading, tap: tap)
    if let reading, event.checksumHolds { pair(reading, event, tap) }
    try store?.record(event, tap: tap, bytes: bytes)
    try view.show(BusRow(tap: tap, event: event, reading: reading), bytes: bytes)
  }

  private mutating func pair(_ reading: FrameReading, _ event: BusEvent, _ tap: Int) {
    while exchanges.count <= tap { exchanges.append(ExchangeTracker()) }
    exchanges[tap].push(reading, .init(id: events, start: event.start, end: event.end))
    count(tap)
  }

  private mutating func count(_ tap: Int) {
    for exchange in exchanges[tap].exchanges {
      switch exchange.outcome {
      case .answered: requests.answered += 1
      case .unanswered: requests.unanswered += 1
      case .unsolicited: requests.unasked += 1
      // Reported as unanswered before; it was only slow.
      case .late: (requests.unanswered, requests.answered) = (requests.unanswered - 1, requests.answered + 1)
      }
    }
  }

  /// Ends the pairing: what is open stays unanswered.
  mutating func finish() throws(OutputError) {
    for tap in exchanges.indices {
      exchanges[tap].finish()
      count(tap)
    }
    try flush()
  }

  mutating func flush() throws(OutputError) {
    try store?.flush()
    try view.flush()
  }

  func summary(taps: [Tap], notes: [String]) -> Summary {
    Summary(
      taps: taps.map {
        .init(name: $0.name, detail: $0.detail, baud: $0.baud?.rate, quality: $0.quality.words)
      }, traffic: traffic, requests: requests, notes: notes)
  }
}
