public import NinebotBus
public import UartSniffer

/// From bytes to attributed events: decoded, in the order of time, each with its sender.
///
/// Live and recorded bytes take this way alike. Its small methods are inlined, so that whoever uses it gets code made
/// for its sink: they lie between the decoder and the sink, and run for each event.
public struct AttributedStream<Sink: AttributedEventSink & ~Copyable>: ~Copyable {
  @usableFromInline var stream = EventStream()
  @usableFromInline var stage: Stage
  @usableFromInline let pause: Int64
  /// The taps so far.
  public private(set) var taps: [Tap] = []

  /// Looks for the sender of each event.
  @usableFromInline
  struct Stage: ~Copyable, BusEventSink {
    @usableFromInline var attributor: Attributor
    @usableFromInline var sink: Sink

    @usableFromInline
    init(attributor: Attributor, sink: consuming Sink) {
      self.attributor = attributor
      self.sink = sink
    }

    @inlinable
    mutating func take(_ event: BusEvent, tap: Int, bytes: Span<UInt8>) throws(Sink.Failure) {
      try attributor.push(event, tap: tap, bytes: bytes, into: &sink)
    }
  }

  /// - Parameters:
  ///   - attributor: without taps; what it remembers of earlier captures holds.
  ///   - pause: idle nanoseconds inside a frame that end it.
  ///   - sink: where the events go.
  public init(attributor: Attributor, pause: Int64, sink: consuming Sink) {
    stage = Stage(attributor: attributor, sink: sink)
    self.pause = pause
  }

  /// Where the events go.
  @inlinable public var sink: Sink {
    _read { yield stage.sink }
    _modify { yield &stage.sink }
  }

  /// Says which taps there are, before the first of their chunks; the list only grows. Tells whether it grew.
  @discardableResult
  public mutating func name(taps: [Tap]) -> Bool {
    guard taps != self.taps else { return false }
    self.taps = taps
    stream.add(taps: taps, pause: pause)
    stage.attributor.add(taps: taps)
    return true
  }

  /// Adds the next bytes of a tap that was named, and hands on the events that are due.
  @inlinable
  public mutating func push(_ chunk: ByteChunk) throws(Sink.Failure) {
    try stream.push(chunk, into: &stage)
    if let time = chunk.silentUntil { try stage.attributor.advance(to: time, into: &stage.sink) }
  }

  /// Gives every wire what the phone is known to have asked for.
  public mutating func set(phone: PhoneRequests) { stage.attributor.set(phone: phone) }

  /// Requests and answers so far, of events that were handed on.
  public var exchanges: ExchangeTotals { stage.attributor.exchanges }

  /// Ends the input: what waits goes out.
  @inlinable
  public mutating func finish() throws(Sink.Failure) {
    try stream.finish(into: &stage)
    try stage.attributor.finish(into: &stage.sink)
  }
}

extension AttributedStream: Sendable where Sink: Sendable & ~Copyable {}
extension AttributedStream.Stage: Sendable where Sink: Sendable & ~Copyable {}
