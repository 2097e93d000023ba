import BusTimeline
import NinebotBus
import UartSniffer

/// Attributed events with their bytes, many at once.
struct EventBatch: Sendable {
  private var rows: [AttributedEvent] = []
  /// Of all of them, one behind the other.
  private var bytes: PackedBytes
  /// The taps that were known when the last of them came.
  fileprivate(set) var taps: [Tap]

  fileprivate init(room: Int, taps: [Tap]) {
    bytes = PackedBytes(room: 16 * room)
    rows.reserveCapacity(room)
    self.taps = taps
  }

  var count: Int { rows.count }

  fileprivate mutating func append(_ row: AttributedEvent, _ span: Span<UInt8>) {
    rows.append(row)
    bytes.append(span)
  }

  /// Hands all on. The rows are looked at in place: they are large, and there are many.
  func give(to sink: inout DiagnoseSink) {
    let rows = rows.span
    var start = 0
    for index in rows.indices {
      let end = start + Int(rows[index].event.count)
      sink.take(rows[index], bytes: bytes.storage.span.extracting(start..<end))
      start = end
    }
  }
}

/// Puts attributed events into batches.
struct EventBatches: AttributedEventSink {
  /// The taps that are known.
  var taps: [Tap] = []
  private var full: [EventBatch] = []
  private var open = EventBatch(room: room, taps: [])

  /// Events in a batch: few enough to stay in the cores' own caches.
  private static let room = 1024

  mutating func take(_ row: AttributedEvent, bytes: Span<UInt8>) {
    open.append(row, bytes)
    if open.count == Self.room { close() }
  }

  private mutating func close() {
    open.taps = taps
    full.append(open)
    open = EventBatch(room: Self.room, taps: taps)
  }

  /// Takes out the batches that are full.
  mutating func takeFull() -> [EventBatch] {
    guard !full.isEmpty else { return [] }
    defer { full = [] }
    return full
  }

  /// Takes out all that is there.
  mutating func takeAll() -> [EventBatch] {
    close()
    return takeFull()
  }
}
