public import CaptureFiles
public import NinebotBus

/// Stores everything that was decoded, frames and garbage alike, in a file that a `RecordedSource` reads back.
///
/// Output gathers in memory and leaves at `flush`, and by itself every 64 KiB; what a file holds is readable
/// whenever the writing stops. After an error the recorder is at its end.
public protocol Recorder: Sendable {
  /// Adds a tap and returns its index here. Taps may come at any time.
  mutating func add(_ tap: Tap) throws(OutputError) -> Int
  /// Stores an event with its bytes, in the order of the decoder.
  mutating func record(
    _ event: BusEvent, _ bytes: Span<UInt8>, tap: Int, direction: LineDirection
  ) throws(OutputError)
  /// Hands everything to the sink. Live captures do it about once a second, all do it at the end.
  mutating func flush() throws(OutputError)
}

extension Recorder {
  /// Stores an event that was only listened to.
  public mutating func record(_ event: BusEvent, _ bytes: Span<UInt8>, tap: Int) throws(OutputError) {
    try record(event, bytes, tap: tap, direction: .seen)
  }
}

/// When output leaves the memory by itself.
enum RecorderLimit {
  static let pending = 1 << 16
  /// The most bytes of one packet or line; longer events are stored in pieces, which decode to the same again.
  static let piece = 1 << 15
}

/// A long event, cut into pieces that a packet or a line can hold.
enum EventPieces {
  /// Each piece's note, its place among the event's bytes, and the middle of its start.
  static func list(_ event: BusEvent, count: Int, byte: Int64) -> [(EventNote, Range<Int>, Int64)] {
    let note = EventNote(event)
    var times: [ByteTime] = []
    EventByteTimes(note: note, start: event.start.middle, byte: byte).append(count: count, to: &times)
    return stride(from: 0, to: count, by: RecorderLimit.piece).map { start in
      let range = start..<min(count, start + RecorderLimit.piece)
      var piece = EventNote()
      let (first, last) = (times[start].start, times[range.upperBound - 1].start)
      piece.startWidth = first.latest - first.earliest
      piece.endWidth = last.latest - last.earliest
      piece.duration = last.middle - first.middle + byte
      piece.fault = note.fault
      if start == 0 { piece.shape.leastPitch = note.shape.leastPitch }
      for time in times[range] {
        piece.shape.edgeSpan &+= time.edgeSpan
        piece.shape.edgeBits &+= Int32(time.edgeBits)
      }
      return (piece, range, first.middle)
    }
  }
}
