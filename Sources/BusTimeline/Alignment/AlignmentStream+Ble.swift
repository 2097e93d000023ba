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
      self.init(body: message.body.span, message.format.wire, start: last, end: first)
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
    if message.direction == .toScooter, let counter = message.counter, message.step != .uncounted {
      if let last = lastNumber, last.connection == message.connection, counter > last.counter &+ 1,
        counter > last.counter
      {
        append(missingBetween: last.time, and: message.time)
      }
      lastNumber = (counter, message.connection, message.time)
    }
    if let event = AlignmentEvent(message) { append(event) }
  }

  /// Adds a frame of the bus and notes that the capture ran then.
  ///
  /// - Parameters:
  ///   - event: what was found on the bus.
  ///   - bytes: the event's bytes.
  ///   - origin: the capture's time 0 in absolute nanoseconds; the event's times count from there.
  ///   - batteryOnly: leaves out what never reaches the ESC-BMS link. For two taps of one scooter: the tap of the
  ///     ESC-BMS link is the bus, that of the ESC-BLE link stands where the phone's log stands.
  public mutating func append(_ event: BusEvent, bytes: Span<UInt8>, origin: Int64, batteryOnly: Bool = false) {
    extend(to: event.start.earliest &+ origin)
    extend(to: event.end.latest &+ origin)
    guard event.kind == .frame, event.checksumHolds else {
      return append(
        rubble: TimeBounds(earliest: event.start.earliest &+ origin, latest: event.end.latest &+ origin))
    }
    guard !batteryOnly || Self.isOfBattery(bytes) else { return }
    let start = event.start.shifted(by: origin), end = event.end.shifted(by: origin)
    if let message = AlignmentEvent(bytes, start: start, end: end) { append(message) }
  }

  /// Asks a battery, or is its answer (protocol.md 2.1, 2.3).
  static func isOfBattery(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count > 4 else { return false }
    guard bytes[0] == 0x5A else { return bytes[3] == 0x22 || bytes[3] == 0x25 }
    return (0x22...0x23).contains(bytes[3]) || (0x22...0x23).contains(bytes[4])
  }
}
