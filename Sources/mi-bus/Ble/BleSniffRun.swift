import BleSide
import BusPrinter
import CaptureFiles
import Glibc
import NinebotBus
import SystemPackage

/// One run of `sniff` over the phone's side: a log at one end, lines and a summary at the other.
struct BleSniffRun: ~Copyable {
  private let settings: ViewSettings
  private let profile: Profile
  private var output = OutputStream.standard
  private var text: BleLineWriter?
  private let json: BleJsonWriter
  private var origin: Int64?
  private var shown = 0
  private var summary = BleSummary()
  private var notes: [String] = []

  init(profile: Profile, view: ViewSettings) {
    settings = view
    self.profile = profile
    json = BleJsonWriter(profile: profile)
  }

  /// Reads to the end. What was readable is shown before an error is thrown.
  ///
  /// - Parameter duration: nanoseconds from the first message that are read; nil for all.
  mutating func run(_ recording: BleRecording, duration: Int64?) throws {
    signal(SIGPIPE, SIG_IGN)
    var recording = recording
    var failure: InputError?
    do {
      while settings.count.map({ shown < $0 }) ?? true, let event = try recording.next() {
        if case .message(let message) = event, let duration, let origin, message.start - origin > duration { break }
        summary.push(event)
        switch event {
        case .message(let message): try show(message, recording)
        case .note(let note): notes.append(note.description)
        }
      }
    } catch let error as InputError {
      failure = error
    }
    let writer = BleSummaryWriter(summary, notes: notes)
    if settings.isJson {
      writer.json(to: &output.buffer)
    } else if settings.summaryOnly {
      writer.text(to: &output.buffer)
    }
    try output.flush()
    if !settings.summaryOnly {
      var errors = OutputStream(.standardError, name: "standard error")
      writer.text(to: &errors.buffer)
      try errors.flush()
    }
    if let failure { throw failure }
  }

  private mutating func show(_ message: BleMessage, _ recording: BleRecording) throws(OutputError) {
    let start = origin ?? message.start
    if origin == nil { begin(start, recording) }
    let row = BleRow(message, profile: profile, origin: start)
    guard !settings.summaryOnly, settings.filter.shows(row.reading, sender: "unknown", row.frame.span) else { return }
    if settings.isJson { json.append(row, to: &output.buffer) } else { text?.append(row, to: &output.buffer) }
    shown += 1
    try output.flushIfFull()
  }

  /// The first message gives time 0.
  private mutating func begin(_ start: Int64, _ recording: BleRecording) {
    origin = start
    switch settings.form {
    case .text(var layout):
      if !recording.hasTimes { layout.time = .none }
      text = BleLineWriter(profile: profile, origin: start, layout: layout, style: settings.style)
    case .json:
      guard !settings.summaryOnly else { return }
      JsonHeader(
        taps: [], phone: recording.name, origin: recording.hasTimes ? start : nil, profile: profile.name
      ).append(to: &output.buffer)
    }
  }
}
