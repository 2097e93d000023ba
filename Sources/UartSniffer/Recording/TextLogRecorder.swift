public import CaptureFiles
public import NinebotBus

/// Writes the text log: a header line for each tap, a line for each event, and what the capture knew of times
/// behind ` ; `.
public struct TextLogRecorder<Sink: ByteSink>: Recorder {
  /// Where the bytes go.
  public private(set) var sink: Sink
  private let origin: Int64?
  /// Nanoseconds of the last digit of a time.
  private let resolution: Int64
  private var lanes: [Lane] = []
  private var text: [UInt8] = []

  private struct Lane {
    var name: [UInt8]
    var hasTimes: Bool
    var byte: Int64
    var clockLead: Int64
  }

  /// - Parameters:
  ///   - sink: takes the file.
  ///   - origin: Unix time of the capture's time 0 in nanoseconds; nil where nobody knows it.
  ///   - digits: 6 or 9 digits of a second; nothing is lost with either, the annotation holds the rest.
  public init(_ sink: Sink, origin: Int64?, digits: Int = 6) {
    self.sink = sink
    self.origin = origin
    resolution = digits >= 9 ? 1 : 1000
  }

  public mutating func add(_ tap: Tap) throws(OutputError) -> Int {
    var tap = tap
    // A name is one word in this format.
    tap.name = String(tap.name.prefix(32).map { $0.isWhitespace || $0 == ";" ? "_" : $0 })
    text.append(contentsOf: "# \(TapNote(tap, origin: origin, named: true).text)\n".utf8)
    lanes.append(
      Lane(
        name: Array(tap.name.utf8), hasTimes: tap.quality != .none, byte: (tap.baud ?? .standard).duration(bytes: 1),
        clockLead: tap.clockLead))
    return lanes.count - 1
  }

  public mutating func record(
    _ event: BusEvent, _ bytes: Span<UInt8>, tap: Int, direction: LineDirection
  ) throws(OutputError) {
    let lane = lanes[tap]
    if bytes.count <= RecorderLimit.piece {
      add(EventNote(event), bytes, event, lane, start: event.start.middle, direction)
    } else {
      for (note, range, start) in EventPieces.list(event, count: bytes.count, byte: lane.byte) {
        add(note, bytes.extracting(range), event, lane, start: start, direction)
      }
    }
    if text.count >= RecorderLimit.pending { try flush() }
  }

  private mutating func add(
    _ note: EventNote, _ bytes: Span<UInt8>, _ event: BusEvent, _ lane: Lane, start: Int64, _ direction: LineDirection
  ) {
    var (time, left) = RecordingTime.unix(start &+ lane.clockLead, origin: origin)
    left += time % resolution
    time -= time % resolution
    text.append(UInt8(ascii: "("))
    DecimalText.appendUnsigned(UInt64(time / 1_000_000_000), digits: 1, to: &text)
    text.append(UInt8(ascii: "."))
    DecimalText.appendUnsigned(
      UInt64(time % 1_000_000_000 / resolution), digits: resolution == 1 ? 9 : 6, to: &text)
    text.append(contentsOf: [UInt8(ascii: ")"), UInt8(ascii: " ")])
    text.append(contentsOf: lane.name)
    text.append(UInt8(ascii: " "))
    if event.kind != .frame { text.append(UInt8(ascii: "!")) }
    for index in bytes.indices {
      text.append(TextLogRecorder.digit(bytes[index] >> 4))
      text.append(TextLogRecorder.digit(bytes[index] & 15))
    }
    text.append(UInt8(ascii: " "))
    text.append(direction == .sent ? UInt8(ascii: "T") : UInt8(ascii: "R"))
    if lane.hasTimes {
      text.append(contentsOf: [UInt8(ascii: " "), UInt8(ascii: ";"), UInt8(ascii: " ")])
      var note = note
      note.at = left
      note.append(to: &text)
    }
    text.append(UInt8(ascii: "\n"))
  }

  @inline(__always)
  private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? value + 0x30 : value + 0x37 }

  public mutating func flush() throws(OutputError) { try sink.drain(&text) }
}
