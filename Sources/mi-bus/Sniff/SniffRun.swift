import BusPrinter
import BusTimeline
import CaptureFiles
import Glibc
import NinebotBus
import UartSniffer

/// One run of `sniff`: a source at one end, lines and a summary at the other.
struct SniffRun: ~Copyable {
  private var pipeline: SniffPipeline
  private let summaryOnly: Bool
  private let json: Bool
  /// What is written at the end instead of the summary.
  private let report: SendersReport?
  /// A note where there was no frame.
  private let hint: String?

  init(
    profile: Profile, attributor: Attributor, view: ViewSettings, pause: Int64, recordTo path: String?,
    report: SendersReport? = nil, hint: String? = nil
  ) throws {
    self.report = report
    self.hint = hint
    signal(SIGPIPE, SIG_IGN)
    summaryOnly = view.summaryOnly
    json = view.isJson
    var store: CaptureStore?
    if let path { store = try CaptureStore.create(path: path) }
    pipeline = SniffPipeline(
      stages: SniffStages(
        profile: profile, attributor: attributor, store: store,
        view: SniffView(settings: view, profile: profile, output: .standard),
        census: report != nil || view.explains ? SenderCensus() : nil), pause: pause)
  }

  /// A recording, from its beginning to its end. What was readable is shown before an error is thrown.
  ///
  /// - Parameters:
  ///   - duration: nanoseconds from time 0 that are read; nil for all.
  ///   - notes: what is known of the sources before they are read.
  ///   - signals: what ends the reading early where it comes through a pipe; the lines then keep up with it.
  mutating func recorded(_ source: any RecordedSource, duration: Int64?, notes: [String]) throws {
    try recorded(source, duration: duration, notes: notes, isPipe: false) { false }
  }

  mutating func recorded(
    _ source: any RecordedSource, duration: Int64?, signals: borrowing SignalWatch
  ) throws {
    let descriptor = signals.descriptor
    try recorded(source, duration: duration, notes: [], isPipe: true) { SignalWatch.hasCome(descriptor) }
  }

  private mutating func recorded(
    _ source: any RecordedSource, duration: Int64?, notes: [String], isPipe: Bool, isInterrupted: () -> Bool
  ) throws {
    var source = source
    var failure: InputError?
    var progress = Progress()
    if let duration { pipeline.limit(to: duration) }
    do {
      while !pipeline.isFull, let chunk = try source.next() {
        try pipeline.name(taps: source.taps, origin: source.origin)
        try pipeline.push(chunk)
        progress.add(chunk.bytes.count)
        if isPipe, StandardInput.isQuiet { try pipeline.flush() }
      }
    } catch let error as InputError {
      // Cut short by a signal, a recording ends in the middle of something.
      if !isInterrupted() { failure = error }
    }
    progress.end()
    try pipeline.name(taps: source.taps, origin: source.origin)
    try end(notes: notes + source.warnings.map(\.description))
    if let failure { throw failure }
  }

  /// Ports and sockets, until a signal or the end of the time.
  mutating func live(_ inputs: LiveInputs, duration: Int64?) throws {
    let signals = try SignalWatch.start()
    try pipeline.name(taps: inputs.sources.map(\.tap), origin: inputs.clock.unix)
    var loop = LiveLoop(
      inputs.sources, clock: inputs.clock, duration: duration, endsWithPort: inputs.isSimulated)
    defer { inputs.stop() }
    try loop.run(into: &pipeline, signals: signals)
    try end(notes: inputs.notes)
    try loop.failures.throwAll()
  }

  /// The summary is data when it was asked for, else words beside the data.
  private mutating func end(notes: [String]) throws {
    var summary = try pipeline.finish(notes: notes)
    if let hint, summary.traffic.taps.allSatisfy({ $0.frames == $0.badChecksums }) { summary.notes.append(hint) }
    if let report, let census = pipeline.census {
      return try report.write(census, taps: pipeline.taps, link: { pipeline.link(of: $0) }, notes: summary.notes)
    }
    if summaryOnly || json { try pipeline.show(summary) }
    if !summaryOnly { try pipeline.tell(summary) }
  }
}
