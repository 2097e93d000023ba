import BusTimeline
import NinebotBus
import UartSniffer

/// Ports on their way into a diagnosis.
struct LiveDiagnosis: ~Copyable, LiveConsumer {
  private var stream: AttributedStream<DiagnoseSink>

  init(_ attributor: Attributor, taps: [Tap], pause: Int64, sink: DiagnoseSink) {
    stream = AttributedStream(attributor: attributor, pause: pause, sink: sink)
    stream.name(taps: taps)
    stream.sink.builder.add(taps: taps)
  }

  var isFull: Bool { false }

  mutating func push(_ chunk: ByteChunk) { stream.push(chunk) }

  mutating func flush() {}

  /// Ends the input and gives what was gathered.
  mutating func finish() -> (sink: DiagnoseSink, exchanges: ExchangeTotals) {
    stream.finish()
    stream.sink.finish()
    return (stream.sink, stream.exchanges)
  }
}
