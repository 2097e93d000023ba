import BleSide
import BusPrinter
import BusTimeline
import CaptureFiles
import NinebotBus
import UartSniffer

/// Takes what a diagnosis needs of the bus, and brings the phone's messages in at their time.
struct DiagnoseSink: AttributedEventSink {
  var builder: DiagnosisBuilder
  /// For pictures; nil where none is wanted.
  var timeline: TimelineCollector?
  /// Nil where there is no phone log, or its clock is not known.
  var causes: NotificationCauses?
  private var next: Int64 = 0

  init(builder: DiagnosisBuilder, timeline: TimelineCollector?, causes: NotificationCauses?) {
    self.builder = builder
    self.timeline = timeline
    self.causes = causes
  }

  mutating func take(_ row: AttributedEvent, bytes: Span<UInt8>) {
    causes?.advance(to: row.event.start.middle, timeline: &timeline)
    builder.take(row, bytes: bytes)
    timeline?.take(row, bytes: bytes, id: next)
    causes?.push(row, bytes: bytes, id: next, timeline: &timeline)
    next += 1
    takeWaits()
  }

  mutating func finish() {
    causes?.finish(timeline: &timeline)
    takeWaits()
  }

  private mutating func takeWaits() {
    guard causes?.hasWaits == true, let waits = causes?.takeWaits() else { return }
    for wait in waits { builder.add(wait) }
  }
}

/// The bus on its way into a diagnosis, live or recorded.
struct DiagnoseFeed: ~Copyable, LiveConsumer {
  private var stream: AttributedStream<DiagnosisThread>
  private let phone: PhoneRequests?
  private let pause: Int64

  /// - Parameter phone: what the phone is known to have asked for; nil where that is not known.
  init(attributor: Attributor, pause: Int64, sink: DiagnoseSink, phone: PhoneRequests?) {
    stream = AttributedStream(attributor: attributor, pause: pause, sink: DiagnosisThread(sink))
    self.phone = phone
    self.pause = pause
  }

  var isFull: Bool { false }

  mutating func name(taps: [Tap]) {
    guard stream.name(taps: taps) else { return }
    stream.sink.add(taps: taps)
    if let phone { stream.set(phone: phone) }
  }

  mutating func push(_ chunk: ByteChunk) { stream.push(chunk) }

  /// Makes events of a recording for `push`, in a thread of its own; to be taken before the first.
  var eventMaker: EventMaker { EventMaker(ObservedStream(stream.observer, pause: pause)) }

  mutating func push(_ events: ObservedEvents) { stream.push(events) }

  mutating func flush() {}

  /// Ends the input and gives what was gathered.
  mutating func finish() -> (sink: DiagnoseSink, exchanges: ExchangeTotals) {
    stream.finish()
    return (stream.sink.finish(), stream.exchanges)
  }
}
