import BusTimeline
import NinebotBus

/// Attributed events that wait for their moment.
struct EventQueue: AttributedEventSink {
  private var events: [AttributedEvent] = []
  private var bytes: [UInt8] = []
  private var head = 0
  private var bytesHead = 0

  /// How many wait.
  var count: Int { events.count - head }
  /// Start of the next one, in nanoseconds.
  var next: Int64? { head < events.count ? events[head].event.start.middle : nil }

  mutating func take(_ event: AttributedEvent, bytes span: Span<UInt8>) {
    var event = event
    event.event.count = Int32(truncatingIfNeeded: span.count)
    events.append(event)
    for index in 0..<span.count { bytes.append(span[index]) }
  }

  /// Hands on the next event.
  mutating func pop(_ body: (AttributedEvent, Span<UInt8>) -> Void) {
    guard head < events.count else { return }
    let event = events[head]
    let end = bytesHead + Int(event.event.count)
    let all = bytes
    body(event, all.span.extracting(bytesHead..<end))
    head += 1
    bytesHead = end
    guard head == events.count || head >= 1024 else { return }
    events.removeFirst(head)
    bytes.removeFirst(bytesHead)
    (head, bytesHead) = (0, 0)
  }
}
