public import NinebotBus

/// One thing on a bus with all that is known of it.
public struct AttributedEvent: Sendable {
  /// Index of the tap.
  public var tap: Int
  public var event: BusEvent
  /// What the frame says; nil for bytes outside frames.
  public var reading: FrameReading?
  /// Who sent it and why; nil for bytes outside frames.
  public var finding: Finding?
  /// Nanoseconds for which it held the wire, as well as that is known (`AirTimeModel`): measured where bytes have times,
  /// else by the sender's pitch. Nil where there are no times.
  public var airTime: Int64?

  public init(
    tap: Int, event: BusEvent, reading: FrameReading? = nil, finding: Finding? = nil, airTime: Int64? = nil
  ) {
    self.airTime = airTime
    self.tap = tap
    self.event = event
    self.reading = reading
    self.finding = finding
  }
}

/// Takes attributed events one by one, in the order of time.
public protocol AttributedEventSink: ~Copyable {
  associatedtype Failure: Error
  /// Whether it wants no more; what still waits is then left out.
  var isFull: Bool { get }
  /// Takes the next event; its bytes are valid during the call.
  mutating func take(_ event: AttributedEvent, bytes: Span<UInt8>) throws(Failure)
}

extension AttributedEventSink where Self: ~Copyable {
  public var isFull: Bool { false }
}
