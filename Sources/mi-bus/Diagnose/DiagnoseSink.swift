import BusPrinter
import BusTimeline
import CaptureFiles
import NinebotBus
import UartSniffer

/// Takes what a diagnosis needs of the bus, in one pass.
struct DiagnoseSink: AttributedEventSink {
  var builder: DiagnosisBuilder
  /// For the phone's clock; nil where there is no phone log.
  var alignment: AlignmentStream?
  /// For pictures; nil where none is wanted.
  var timeline: TimelineCollector?
  /// Answers on the wire with their causes, for the notifications; nil where there is no phone log.
  var answers: AnswerLog?
  /// Unix nanoseconds of the capture's time 0; 0 where it is not known.
  var origin: Int64 = 0

  mutating func take(_ row: AttributedEvent, bytes: Span<UInt8>) {
    builder.take(row, bytes: bytes)
    let item = timeline?.take(row, bytes: bytes)
    guard alignment != nil else { return }
    alignment?.extend(to: origin + row.event.start.middle)
    guard row.event.checksumHolds,
      let event = AlignmentEvent(
        bytes, start: row.event.start.shifted(by: origin), end: row.event.end.shifted(by: origin))
    else { return }
    alignment?.append(event)
    if event.kind == .reply, let finding = row.finding { answers?.add(event, finding.cause, item: item ?? nil) }
  }
}

/// The bus on its way into a diagnosis, live or recorded.
struct DiagnoseFeed: ~Copyable, LiveConsumer {
  private var stream: AttributedStream<DiagnoseSink>

  init(attributor: Attributor, pause: Int64, sink: DiagnoseSink) {
    stream = AttributedStream(attributor: attributor, pause: pause, sink: sink)
  }

  var isFull: Bool { false }

  mutating func name(taps: [Tap], origin: Int64?) {
    if stream.name(taps: taps) {
      stream.sink.builder.add(taps: taps)
      stream.sink.origin = origin ?? 0
    }
  }

  mutating func push(_ chunk: ByteChunk) { stream.push(chunk) }

  mutating func flush() {}

  /// Ends the input and gives what was gathered.
  mutating func finish() -> (sink: DiagnoseSink, exchanges: ExchangeTotals) {
    stream.finish()
    return (stream.sink, stream.exchanges)
  }
}
