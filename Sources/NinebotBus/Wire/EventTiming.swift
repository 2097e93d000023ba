/// Gives events their times: from the bytes' own, or from their place in a stream without times.
struct EventTiming: Sendable {
  /// Nanoseconds that a byte takes, times 2^32: a division for each event would cost more than finding the frame.
  private let bytePeriod: UInt64
  /// Idle nanoseconds between two start bits that end a frame, the byte itself included.
  let longestStep: Int64
  /// Stream position of the buffer's first byte.
  var base: Int64 = 0

  /// Slower lines do not exist, and the arithmetic must hold whatever a file claims.
  private static let leastRate = 10

  init(_ settings: FrameDecoder.Settings) {
    bytePeriod = UInt64((10e9 * 4_294_967_296.0 / Double(max(settings.baud.rate, Self.leastRate))).rounded())
    longestStep = settings.pause + settings.baud.duration(bytes: 1)
  }

  /// Whether two neighbours in the range are further apart than a frame allows, whatever their exact times.
  func pauses(in range: Range<Int>, _ times: Span<ByteTime>) -> Bool {
    var index = range.lowerBound + 1
    while index < range.upperBound {
      if times[index].start.earliest - times[index - 1].start.latest > longestStep { return true }
      index += 1
    }
    return false
  }

  /// Nanoseconds that `count` contiguous bytes take.
  @inline(__always)
  private func duration(bytes count: Int64) -> Int64 {
    let product = UInt64(truncatingIfNeeded: count).multipliedFullWidth(by: bytePeriod)
    return Int64(truncatingIfNeeded: product.high << 32 | product.low >> 32)
  }

  @inline(__always)
  func event(
    _ kind: BusEvent.Kind, _ range: Range<Int>, format: WireFormat, holds: Bool, times: Span<ByteTime>
  ) -> BusEvent {
    var event = BusEvent(
      kind: kind, format: format, checksumHolds: holds, fault: .none,
      offset: Int32(truncatingIfNeeded: range.lowerBound),
      count: Int32(truncatingIfNeeded: range.count), position: base + Int64(range.lowerBound),
      start: TimeBounds(0), end: TimeBounds(0), shape: FrameShape())
    if times.isEmpty {
      event.start = TimeBounds(duration(bytes: event.position))
      event.end = TimeBounds(duration(bytes: event.position + Int64(range.count)))
    } else {
      measure(&event, range, times)
    }
    return event
  }

  private func measure(_ event: inout BusEvent, _ range: Range<Int>, _ times: Span<ByteTime>) {
    let byte = duration(bytes: 1)
    event.start = times[range.lowerBound].start
    event.end = times[range.upperBound - 1].start.shifted(by: byte)
    var leastPitch = Int64.max
    for index in range {
      let time = times[index]
      if event.fault == .none { event.fault = time.fault }
      event.shape.edgeSpan &+= time.edgeSpan
      event.shape.edgeBits &+= Int32(time.edgeBits)
      if index > range.lowerBound {
        let before = times[index - 1].start
        // A pitch is a measurement only where both times are.
        guard time.start.error + before.error <= byte else { continue }
        leastPitch = min(leastPitch, time.start.middle - before.middle)
      }
    }
    if leastPitch != .max { event.shape.leastPitch = Int32(clamping: leastPitch) }
  }

  /// An event at the start of the buffer whose bytes' times are known to say this.
  @inline(__always)
  func event(_ kind: BusEvent.Kind, _ format: WireFormat, holds: Bool, count: Int, _ times: FrameTimes) -> BusEvent {
    BusEvent(
      kind: kind, format: format, checksumHolds: holds, fault: times.fault, offset: 0,
      count: Int32(truncatingIfNeeded: count), position: base, start: times.start,
      end: times.lastStart.shifted(by: duration(bytes: 1)), shape: times.shape)
  }
}
