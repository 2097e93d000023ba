import NinebotBus
public import UartSniffer

/// Events of which everything is decided, many at once, with their bytes.
public struct AttributedEvents: Sendable {
  private let events: ObservedEvents

  init(_ events: consuming ObservedEvents) { self.events = events }

  /// The taps that were known when the last of them came.
  public var taps: [Tap] { events.taps }

  /// Hands all on, one by one. They are looked at in place: they are large, and there are many.
  public func give<Sink: AttributedEventSink & ~Copyable>(to sink: inout Sink) throws(Sink.Failure) {
    let rows = events.rows.span
    var start = 0
    for index in rows.indices {
      let end = start + Int(rows[index].attributed.event.count)
      try sink.take(rows[index].attributed, bytes: events.bytes.storage.span.extracting(start..<end))
      start = end
    }
  }
}
