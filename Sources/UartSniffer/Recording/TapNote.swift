internal import NinebotBus

/// What a capture file keeps of a tap besides its name and speed, as text: `mi-bus: origin=1700000000000000000 times=edges`.
///
/// A comment of the interface in pcapng; in the text log a header line, with `tap` and `baud`.
struct TapNote: Hashable {
  /// Unix time of the capture's time 0, nanoseconds; nil where nobody knows it, and then times count from 0.
  var origin: Int64?
  /// False when the bytes had no times: those in the file are counted from the baud rate.
  var hasTimes = true
  /// The tap's name, in the text log.
  var tap: String?
  var baud: Baud?
  /// Nanoseconds by which the clock of the tap's times is ahead of the capture's.
  var clockLead: Int64 = 0

  init(origin: Int64?, hasTimes: Bool, tap: String? = nil, baud: Baud? = nil, clockLead: Int64 = 0) {
    self.origin = origin
    self.hasTimes = hasTimes
    self.tap = tap
    self.baud = baud
    self.clockLead = clockLead
  }

  /// The note of a tap that is recorded. An origin before 1973 cannot be told from a count.
  init(_ tap: Tap, origin: Int64?, named: Bool) {
    self.init(
      origin: origin, hasTimes: tap.quality != .none, tap: named ? tap.name : nil, baud: named ? tap.baud : nil,
      clockLead: tap.clockLead)
  }

  /// The note as text, mark included.
  var text: String {
    var words = ["mi-bus:"]
    if let tap { words.append("tap=\(tap)") }
    if let baud { words.append("baud=\(baud.rate)") }
    words.append("origin=\(origin.map(String.init) ?? "none")")
    if clockLead != 0 { words.append("ahead=\(clockLead)") }
    if !hasTimes { words.append("times=none") }
    return words.joined(separator: " ")
  }

  /// Reads a note that begins at the start of `text`; nil where none does or it has no origin.
  init?(_ text: Span<UInt8>) {
    guard var words = NoteWords(text) else { return nil }
    var complete = false
    while let word = words.next(in: text) {
      switch word.key {
      case NoteKey("o", "r", "i", "g", "i", "n"):
        complete = true
        guard text.string(word.value) != "none" else { break }
        origin = TapNote.number(text, word.value)
        // Damaged: times would count from nowhere.
        if origin == nil { return nil }
      case NoteKey("a", "h", "e", "a", "d"): clockLead = TapNote.lead(text, word.value)
      case NoteKey("t", "i", "m", "e", "s"): hasTimes = text.string(word.value) != "none"
      case NoteKey("t", "a", "p"): tap = text.string(word.value)
      case NoteKey("b", "a", "u", "d"): baud = word.number.flatMap { Baud(recorded: $0) }
      default: break
      }
    }
    guard complete else { return nil }
  }

  private static func lead(_ text: Span<UInt8>, _ range: Range<Int>) -> Int64 {
    guard range.count <= 20, let value = Int64(text.string(range)) else { return 0 }
    return RecordingTime.since(0, value)
  }

  /// At most nineteen digits, as today's Unix nanoseconds have.
  private static func number(_ text: Span<UInt8>, _ range: Range<Int>) -> Int64? {
    guard range.count <= 19 else { return nil }
    return Int64(text.string(range)).flatMap { (0...(1 << 62)).contains($0) ? $0 : nil }
  }
}

extension Span<UInt8> {
  /// The text in a range.
  func string(_ range: Range<Int>) -> String {
    String(decoding: range.map { self[$0] }, as: UTF8.self)
  }
}

extension Baud {
  /// A rate that a file tells; nil where no UART runs at it.
  init?(recorded rate: some BinaryInteger) {
    guard rate >= 50, rate <= 100_000_000 else { return nil }
    self.init(Int(rate))
  }
}
