public import BleSide
public import NinebotBus

extension AlignmentEvent {
  /// A message between phone and scooter; nil for one that cannot have a counterpart on the bus.
  ///
  /// A write is over when its last part is written. A notification of a sealed format is made from the whole answer, so
  /// its first part comes after the answer's end; a plain one may be passed on while it comes in.
  public init?(_ message: BleMessage) {
    let last = TimeBounds(message.time)
    let isMadeWhole = message.format != .plain55AA && message.format != .plain5AA5
    let first = TimeBounds(isMadeWhole && message.start != 0 ? min(message.start, message.time) : message.time)
    // 0: the log has no times.
    guard message.time != 0 else { return nil }
    switch message.condition {
    case .readable:
      guard let frame = message.frame else { return nil }
      self.init(frame, start: last, end: first)
      guard (kind == .request) == (message.direction == .toScooter) else { return nil }
    case .sealed, .preSession:
      guard let length = message.length else { return nil }
      let isRequest = message.direction == .toScooter
      self.init(sealed: length, isRequest ? .request : .reply, at: isRequest ? last : first)
    case .tampered, .damaged, .foreign: return nil
    }
  }
}

extension AlignmentStream {
  /// Adds a message of the phone's log, in the log's order.
  public mutating func append(_ message: BleMessage) {
    guard message.time != 0 else { return }
    extend(to: message.time)
    if let event = AlignmentEvent(message) { append(event) }
  }

  /// Adds a frame of the bus and notes that the capture ran then.
  ///
  /// - Parameter origin: the capture's time 0 in absolute nanoseconds; the event's times count from there.
  public mutating func append(_ event: BusEvent, bytes: Span<UInt8>, origin: Int64) {
    extend(to: event.start.earliest &+ origin)
    extend(to: event.end.latest &+ origin)
    guard event.kind == .frame, event.checksumHolds else { return }
    let start = event.start.shifted(by: origin), end = event.end.shifted(by: origin)
    if let message = AlignmentEvent(bytes, start: start, end: end) { append(message) }
  }
}
