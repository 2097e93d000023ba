import BusTimeline
import Foundation
import NinebotBus
import UartSniffer

/// Hands attributed events to a thread of their own, which gathers what a diagnosis needs: finding senders and looking
/// at what they did take about as long.
struct DiagnosisThread: AttributedEventSink {
  /// Events with their bytes, many at once.
  private struct Batch: Sendable {
    var rows: [AttributedEvent] = []
    /// Of all of them, one behind the other.
    var bytes: PackedBytes

    init(room: Int) {
      bytes = PackedBytes(room: 16 * room)
      rows.reserveCapacity(room)
    }

    mutating func append(_ row: AttributedEvent, _ span: Span<UInt8>) {
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

  private enum Work: Sendable {
    case taps([Tap])
    case events(Batch)
    case end
  }

  /// Events that are handed over together: few enough to stay in the cores' own caches.
  private static let batch = 1024
  private static let most = 16

  private let work = BoundedQueue<Work>(most: most)
  private let result = BoundedQueue<DiagnoseSink>(most: 1)
  private var batch = Batch(room: Self.batch)

  /// - Parameter sink: what is gathered into; comes back from `finish`.
  init(_ sink: DiagnoseSink) {
    Thread.detachNewThread { [work, result] in
      var sink = sink
      while true {
        switch work.take() {
        case .taps(let taps): sink.builder.add(taps: taps)
        case .events(let batch): batch.give(to: &sink)
        case .end:
          sink.finish()
          _ = result.put(sink)
          return
        }
      }
    }
  }

  mutating func add(taps: [Tap]) {
    flush()
    _ = work.put(.taps(taps))
  }

  mutating func take(_ row: AttributedEvent, bytes: Span<UInt8>) {
    batch.append(row, bytes)
    if batch.rows.count == Self.batch { flush() }
  }

  private mutating func flush() {
    guard !batch.rows.isEmpty else { return }
    _ = work.put(.events(batch))
    batch = Batch(room: Self.batch)
  }

  /// Ends the thread and gives back what was gathered. To be called once.
  mutating func finish() -> DiagnoseSink {
    flush()
    _ = work.put(.end)
    return result.take()
  }
}
