import BusPrinter
import BusTimeline
import CaptureFiles
import NinebotBus
import UartSniffer

/// What a person wants to see of the bus.
struct ViewSettings: Sendable {
  enum Form: Sendable {
    case text(TextLineWriter.Layout)
    case json
  }

  var form: Form
  var style: Style
  var filter = FrameFilter()
  /// Only what differs from the last time.
  var changesOnly = false
  /// No lines, only the summary at the end.
  var summaryOnly = false
  /// Why each frame was given to its sender.
  var explains = false
  /// Ends after so many lines.
  var count: Int?

  var isJson: Bool {
    if case .json = form { true } else { false }
  }
}

/// The lines on standard output.
struct SniffView: ~Copyable {
  private let settings: ViewSettings
  private let profile: Profile
  private var changes = ChangeFilter()
  private var text: TextLineWriter?
  private var json: JsonLineWriter?
  private var explanation: ExplanationWriter?
  private(set) var output: OutputStream
  private var shown = 0

  init(settings: ViewSettings, profile: Profile, output: consuming OutputStream) {
    self.settings = settings
    self.profile = profile
    self.output = output
  }

  /// Whether as many lines were shown as the person asked for.
  var isFull: Bool { settings.count.map { shown >= $0 } ?? false }

  /// Names the taps. More of them may become known later; the header is written once.
  mutating func name(taps: [Tap], origin: Int64?) {
    let names = taps.map(\.name)
    switch settings.form {
    case .text(let layout):
      text = TextLineWriter(
        profile: profile, taps: names, origin: origin ?? 0, clockLeads: taps.map(\.clockLead), layout: layout,
        style: settings.style)
      if settings.explains { explanation = ExplanationWriter(taps: taps, style: settings.style) }
    case .json:
      if json == nil, !settings.summaryOnly {
        JsonHeader(taps: taps, origin: origin, profile: profile.name).append(to: &output.buffer)
      }
      json = JsonLineWriter(profile: profile, taps: names, explained: settings.explains ? taps : [])
    }
  }

  /// - Parameter senders: what is known of the transmitters, where findings are explained.
  mutating func show(_ row: AttributedEvent, bytes: Span<UInt8>, senders: SenderTable?) throws(OutputError) {
    guard !settings.summaryOnly, !isFull,
      settings.filter.shows(row.reading, sender: row.finding?.sender.name ?? "unknown", bytes)
    else { return }
    // A spoiled frame says nothing of its data: it is shown and not remembered.
    if settings.changesOnly, row.event.checksumHolds, !changes.differs(bytes, tap: row.tap) { return }
    if json != nil {
      json?.append(row, bytes: bytes, to: &output.buffer)
    } else {
      text?.append(row, bytes: bytes, to: &output.buffer)
      if let senders { explanation?.append(row, senders: senders, to: &output.buffer) }
    }
    shown += 1
    try output.flushIfFull()
  }

  /// A filter for frames leaves collisions out.
  mutating func show(_ collision: Collision) throws(OutputError) {
    guard !settings.summaryOnly, !isFull, settings.filter.isEmpty else { return }
    if json != nil {
      json?.append(collision, to: &output.buffer)
    } else {
      text?.append(collision, to: &output.buffer)
    }
    shown += 1
    try output.flushIfFull()
  }

  mutating func show(_ summary: Summary) {
    let writer = SummaryWriter(profile: profile, style: settings.style)
    switch settings.form {
    case .text: writer.text(summary, to: &output.buffer)
    case .json: writer.json(summary, to: &output.buffer)
    }
  }

  mutating func flush() throws(OutputError) { try output.flush() }
}
