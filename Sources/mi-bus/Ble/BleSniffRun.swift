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
  private var totals = BleTotals()

  init(profile: Profile, view: ViewSettings) {
    settings = view
    self.profile = profile
    json = BleJsonWriter(profile: profile)
  }

  /// Reads to the end. What was readable is shown before an error is thrown.
  mutating func run(_ recording: BleRecording) throws {
    signal(SIGPIPE, SIG_IGN)
    var recording = recording
    var failure: InputError?
    do {
      while settings.count.map({ shown < $0 }) ?? true, let event = try recording.next() {
        switch event {
        case .message(let message): try show(message, recording)
        case .note(let note): totals.notes.append(note.description)
        }
      }
    } catch let error as InputError {
      failure = error
    }
    if settings.summaryOnly || settings.isJson { totals.append(json: settings.isJson, to: &output.buffer) }
    try output.flush()
    if !settings.summaryOnly {
      var errors = OutputStream(.standardError, name: "standard error")
      totals.append(json: false, to: &errors.buffer)
      try errors.flush()
    }
    if let failure { throw failure }
  }

  private mutating func show(_ message: BleMessage, _ recording: BleRecording) throws(OutputError) {
    totals.add(message)
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
      output.buffer.append("{\"kind\":\"header\",\"schema\":1,\"program\":")
      output.buffer.append(quoted: "mi-bus \(MiBus.version)")
      if recording.hasTimes {
        output.buffer.append(",\"start\":")
        output.buffer.append(seconds: start, decimals: 9)
      }
      output.buffer.append(",\"profile\":")
      output.buffer.append(quoted: profile.name)
      output.buffer.append(",\"taps\":[{\"name\":\"ble0\",\"source\":")
      output.buffer.append(quoted: recording.name)
      output.buffer.append("}]}\n")
    }
  }
}

/// Counts of what a phone's log holds.
struct BleTotals {
  private var writes = 0
  private var received = 0
  private var unsolicited = 0
  private var unreadable = 0
  private var ring = PollRing()
  var notes: [String] = []

  mutating func add(_ message: BleMessage) {
    if !message.ok || message.condition == .sealed { unreadable += 1 }
    guard message.direction == .toPhone else { return writes += 1 }
    received += 1
    if message.solicited == false { unsolicited += 1 }
    guard message.solicited != true, message.ok, let length = message.length else { return }
    let frame = message.frame
    var address: UInt8?
    if case .single(let byte)? = frame?.address { address = byte }
    ring.push(
      .init(
        dataBytes: LengthTable.dataBytes(length: length, message.format), address: address,
        register: frame?.argument))
  }

  func append(json: Bool, to out: inout TextBuffer) {
    let members = ring.members
    guard json else {
      out.append("the phone wrote \(writes) messages and received \(received), \(unsolicited) of them unasked; ")
      out.append("\(unreadable) cannot be read\n")
      if !members.isEmpty {
        out.append("  somebody polls in a ring: \(members.map(Self.words).joined(separator: ", "))\n")
      }
      for note in notes { out.append("  note: \(note)\n") }
      return
    }
    out.append("{\"kind\":\"summary\",\"writes\":\(writes),\"received\":\(received),\"unsolicited\":\(unsolicited),")
    out.append("\"unreadable\":\(unreadable),\"ring\":[")
    for (index, member) in members.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      out.append(quoted: Self.words(member))
    }
    out.append("],\"notes\":[")
    for (index, note) in notes.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      out.append(quoted: note)
    }
    out.append("]}\n")
  }

  /// A ring's member by what is known of it: its register, or what has so many bytes.
  private static func words(_ member: PollRing.Member) -> String {
    if let register = member.register {
      return LengthTable.blocks(dataBytes: member.dataBytes).first { $0.register == register }?.description
        ?? "register \(register) (\(member.dataBytes) bytes)"
    }
    let fits = LengthTable.blocks(dataBytes: member.dataBytes).map(\.description)
    return "\(member.dataBytes) bytes" + (fits.isEmpty ? "" : " (fits \(fits.joined(separator: " or ")))")
  }
}
