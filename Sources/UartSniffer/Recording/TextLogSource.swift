public import CaptureFiles
internal import NinebotBus

/// The text log: `(1700000000.123456) bus0 55AA… R ; annotation`, one event a line, in the shape of candump's log.
///
/// `!` before the bytes marks those outside frames. Lines that do not start with `(` are headers and comments.
/// A line that cannot be read is reported with its number and skipped.
public struct TextLogSource: RecordedSource {
  public private(set) var taps: [Tap] = []
  public var origin: Int64? { timeline.origin }
  /// How many lines could not be read.
  public private(set) var badLineCount = 0
  /// The first bad lines, by number.
  public private(set) var badLines: [InputError] = []

  private let name: String
  private var window: InputWindow
  private var timeline = EventTimeline()
  private var line = 0
  private var indexes: [[UInt8]: Int] = [:]
  /// The tap of the line before: mostly this line's too.
  private var lastTap: (name: [UInt8], index: Int)?
  private var headers: [String: TapNote] = [:]
  /// An event that belongs to the next chunk.
  private var held: ByteChunk?
  /// The most bytes and events of a chunk so far: room for as many is made at once.
  private var largest = (bytes: 0, events: 0)

  private static let piece = 1 << 13
  /// A frame is at most 271 bytes; whole lines of garbage are longer.
  static let longestLine = 1 << 20
  private static let mostTaps = 256

  public init(_ stream: any ByteStream) {
    name = stream.name
    window = InputWindow(stream)
  }

  public var warnings: [InputError] {
    guard badLineCount > badLines.count else { return badLines }
    return badLines + [InputError(name, "\(badLineCount - badLines.count) more lines cannot be read")]
  }

  public mutating func next() throws(InputError) -> ByteChunk? {
    var chunk = ByteChunk(tap: -1)
    if let held {
      chunk = held
      self.held = nil
    }
    chunk.reserve(largest.bytes, events: largest.events)
    while chunk.bytes.count < TextLogSource.piece, held == nil,
      let range = try nextLine(waiting: chunk.bytes.isEmpty)
    {
      if range.isEmpty || window.bytes[range.lowerBound] != UInt8(ascii: "(") {
        readHeader(range)
      } else if let parsed = TextLogLine(window.bytes.span.extracting(range)) {
        add(parsed, range.lowerBound, range.upperBound, to: &chunk)
      } else {
        reject("is no line of a log")
      }
      window.take(range.count + 1)
    }
    largest = (max(largest.bytes, chunk.bytes.count), max(largest.events, chunk.recorded.count))
    if !chunk.bytes.isEmpty { return chunk }
    if taps.isEmpty, badLineCount > 0 {
      throw InputError(
        name, "holds no line of a log that can be read", remedy: "a line is: (1700000000.123456) bus0 55AA…")
    }
    return nil
  }

  /// The next line, which stays in the window; nil at the end, and unless `waiting` where it is not whole yet.
  private mutating func nextLine(waiting: Bool) throws(InputError) -> Range<Int>? {
    var searched = 0
    while true {
      if let end = window.index(of: 0x0A, from: searched) {
        line += 1
        return window.position..<end
      }
      searched = window.available
      if searched > TextLogSource.longestLine {
        line += 1
        reject("is longer than \(TextLogSource.longestLine) bytes")
        try skipLine()
        searched = 0
        continue
      }
      guard waiting else { return nil }
      if try window.fill(searched + 1) { continue }
      guard searched > 0 else { return nil }
      line += 1
      return window.position..<(window.position + window.available)
    }
  }

  /// Drops the rest of a line that is too long.
  private mutating func skipLine() throws(InputError) {
    while try window.fill(1) {
      let end = window.index(of: 0x0A)
      window.take(end.map { $0 - window.position + 1 } ?? window.available)
      if end != nil { return }
    }
  }

  private mutating func reject(_ why: String) {
    badLineCount += 1
    if badLines.count < 20 { badLines.append(InputError("\(name), line \(line)", why)) }
  }

  /// A header of our own names a tap; all else between the events is for people.
  private mutating func readHeader(_ range: Range<Int>) {
    guard range.count > 2, window.bytes[range.lowerBound] == UInt8(ascii: "#"),
      let note = TapNote(window.bytes.span.extracting((range.lowerBound + 2)..<range.upperBound)), let tap = note.tap
    else { return }
    timeline.adopt(note)
    if headers.count < TextLogSource.mostTaps { headers[tap] = note }
  }

  /// Adds the event of the line at `start` to the chunk, or holds it for the next one.
  private mutating func add(_ parsed: TextLogLine, _ start: Int, _ end: Int, to chunk: inout ByteChunk) {
    guard let tap = tapIndex((start + parsed.tap.lowerBound)..<(start + parsed.tap.upperBound)) else {
      reject("names more than \(TextLogSource.mostTaps) taps")
      return
    }
    var event = RecordedEvent(
      count: parsed.hex.count / 2, time: timeline.place(parsed.time, lead: taps[tap].clockLead),
      error: parsed.resolution)
    if let note = parsed.note { event.note = EventNote(window.bytes.span.extracting((start + note)..<end)) }
    let hex = (start + parsed.hex.lowerBound)..<(start + parsed.hex.upperBound)
    if chunk.bytes.isEmpty || chunk.tap == tap {
      chunk.tap = tap
      append(event, hex, to: &chunk)
    } else {
      var next = ByteChunk(tap: tap)
      append(event, hex, to: &next)
      held = next
    }
  }

  private func append(_ event: RecordedEvent, _ hex: Range<Int>, to chunk: inout ByteChunk) {
    TextLogLine.appendHex(window.bytes.span, hex, to: &chunk.bytes)
    if taps[chunk.tap].quality != .none { chunk.recorded.append(event) }
  }

  /// The index of a tap, made when it is new; nil when there are too many.
  private mutating func tapIndex(_ range: Range<Int>) -> Int? {
    if let lastTap, window.bytes[range].elementsEqual(lastTap.name) { return lastTap.index }
    let tapName = Array(window.bytes[range])
    if let index = indexes[tapName] {
      lastTap = (tapName, index)
      return index
    }
    guard taps.count < TextLogSource.mostTaps else { return nil }
    let text = String(decoding: tapName, as: UTF8.self)
    let note = headers[text]
    var tap = Tap(name: text, detail: name, baud: note?.baud, quality: note?.hasTimes ?? true ? .frames : .none)
    tap.clockLead = note?.clockLead ?? 0
    taps.append(tap)
    indexes[tapName] = taps.count - 1
    return taps.count - 1
  }
}
