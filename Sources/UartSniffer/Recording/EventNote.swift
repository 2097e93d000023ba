internal import NinebotBus

/// What a capture knew of one event besides its bytes and its start, as text.
///
/// `mi-bus: err=500 dur=1219000 enderr=500 pitch=86800 span=… bits=… fault=framing at=-20`, all numbers in
/// nanoseconds but `bits`. It is a packet's comment in pcapng and an annotation in the text log; words that are
/// not known are skipped. From it the reader makes byte times that decode to the same event again.
struct EventNote: Hashable {
  /// Width of the interval of the first start bit. Written as its half, `.5` where it is odd.
  var startWidth: Int64 = 0
  /// From the first start bit to the last stop bit.
  var duration: Int64 = 0
  /// Width of the interval of the end.
  var endWidth: Int64 = 0
  /// What the bytes' times said of the transmitter.
  var shape = FrameShape()
  /// What was wrong with the first byte, or with all of them outside frames.
  var fault = LineFault.none
  /// What the written time leaves over, where the format has too few digits or no times before its origin.
  var at: Int64 = 0

  /// What notes begin with.
  static var mark: StaticString { "mi-bus:" }

  init() {}

  init(_ event: BusEvent) {
    startWidth = max(0, event.start.latest &- event.start.earliest)
    duration = event.duration
    endWidth = max(0, event.end.latest &- event.end.earliest)
    shape = event.shape
    fault = event.fault
  }

  /// Appends the note, mark included.
  func append(to text: inout [UInt8]) {
    append(EventNote.mark, &text)
    if startWidth != 0 { half(" err=", startWidth, &text) }
    word(" dur=", duration, &text)
    if endWidth != startWidth { half(" enderr=", endWidth, &text) }
    if shape.leastPitch != 0 { word(" pitch=", Int64(shape.leastPitch), &text) }
    if shape.edgeSpan != 0 { word(" span=", Int64(shape.edgeSpan), &text) }
    if shape.edgeBits != 0 { word(" bits=", Int64(shape.edgeBits), &text) }
    if fault != .none {
      append(" fault=", &text)
      append(fault.name, &text)
    }
    if at != 0 { word(" at=", at, &text) }
  }

  private func word(_ key: StaticString, _ value: Int64, _ text: inout [UInt8]) {
    append(key, &text)
    DecimalText.append(value, to: &text)
  }

  private func half(_ key: StaticString, _ width: Int64, _ text: inout [UInt8]) {
    word(key, width / 2, &text)
    if width & 1 == 1 { append(".5", &text) }
  }

  private func append(_ string: StaticString, _ text: inout [UInt8]) {
    string.withUTF8Buffer { text.append(contentsOf: $0) }
  }
}

// MARK: - Reading

extension EventNote {
  /// No interval and no frame is longer than this many nanoseconds; larger numbers are damage.
  private static let longest: Int64 = 1 << 50

  /// Reads a note that begins at the start of `text`; nil where none does or it has no duration.
  init?(_ text: Span<UInt8>) {
    guard var words = NoteWords(text) else { return nil }
    var complete = false
    var endWidth: Int64?
    while let word = words.next(in: text) {
      switch word.key {
      case NoteKey("e", "r", "r"): startWidth = EventNote.width(word) ?? 0
      case NoteKey("e", "n", "d", "e", "r", "r"): endWidth = EventNote.width(word)
      case NoteKey("d", "u", "r"):
        guard let value = EventNote.length(word.number) else { return nil }
        duration = value
        complete = true
      case NoteKey("p", "i", "t", "c", "h"): shape.leastPitch = Int32(clamping: word.number ?? 0)
      case NoteKey("s", "p", "a", "n"): shape.edgeSpan = Int32(clamping: word.number ?? 0)
      case NoteKey("b", "i", "t", "s"): shape.edgeBits = Int32(clamping: max(0, word.number ?? 0))
      case NoteKey("f", "a", "u", "l", "t"): fault = EventNote.fault(text, word.value)
      case NoteKey("a", "t"): at = EventNote.length(word.number) ?? 0
      default: break
      }
    }
    self.endWidth = endWidth ?? startWidth
    guard complete else { return nil }
  }

  @inline(__always)
  private static func length(_ number: Int64?) -> Int64? {
    guard let number, number.magnitude <= UInt64(longest) else { return nil }
    return number
  }

  /// A width, told by its half.
  @inline(__always)
  private static func width(_ word: NoteWords.Word) -> Int64? {
    guard let width = word.halves, (0...(2 * longest + 1)).contains(width) else { return nil }
    return width
  }

  private static func fault(_ text: Span<UInt8>, _ range: Range<Int>) -> LineFault {
    LineFault.allCases.first { fault in
      let name = fault.name
      return name.utf8CodeUnitCount == range.count
        && name.withUTF8Buffer { buffer in range.indices.allSatisfy { buffer[$0 - range.lowerBound] == text[$0] } }
    } ?? .none
  }
}
