import BusTimeline
import CaptureFiles
import NinebotBus
import UartSniffer

/// From bytes to attributed events: decoded, in the order of time, each with its sender.
struct AttributedStream<Sink: AttributedEventSink & ~Copyable>: ~Copyable {
  private var stream = EventStream()
  private var stage: Stage
  private let pause: Int64
  private(set) var taps: [Tap] = []

  /// Looks for the sender of each event.
  private struct Stage: ~Copyable, BusEventSink {
    var attributor: Attributor
    var sink: Sink

    mutating func take(_ event: BusEvent, tap: Int, bytes: Span<UInt8>) throws(Sink.Failure) {
      try attributor.push(event, tap: tap, bytes: bytes, into: &sink)
    }
  }

  /// - Parameter pause: idle nanoseconds inside a frame that end it.
  init(attributor: Attributor, pause: Int64, sink: consuming Sink) {
    stage = Stage(attributor: attributor, sink: sink)
    self.pause = pause
  }

  /// Where the events go.
  var sink: Sink {
    _read { yield stage.sink }
    _modify { yield &stage.sink }
  }

  /// Says which taps there are; the list only grows. Tells whether it grew.
  mutating func name(taps: [Tap]) -> Bool {
    guard taps != self.taps else { return false }
    self.taps = taps
    stream.add(taps: taps, pause: pause)
    stage.attributor.add(taps: taps)
    return true
  }

  mutating func push(_ chunk: ByteChunk) throws(Sink.Failure) {
    try stream.push(chunk, into: &stage)
    if let time = chunk.silentUntil { try stage.attributor.advance(to: time, into: &stage.sink) }
  }

  /// Gives every wire what the phone is known to have asked for.
  mutating func set(phone: PhoneRequests) {
    for tap in taps.indices { stage.attributor.set(phone: phone, tap: tap) }
  }

  /// Requests and answers so far.
  var exchanges: ExchangeTotals { stage.attributor.exchanges }

  /// Ends the input: what waits goes out.
  mutating func finish() throws(Sink.Failure) {
    try stream.finish(into: &stage)
    try stage.attributor.finish(into: &stage.sink)
  }
}
