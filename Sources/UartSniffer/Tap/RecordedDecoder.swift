import NinebotBus

/// Decodes what a file kept as whole events.
///
/// They are not searched again where the search could find nothing else: no byte before them is in question, and no
/// frame can begin inside them but at their start.
struct RecordedDecoder: Sendable {
  /// Bytes outside frames: whether they end here is known when the next event is.
  private struct Garbage: Sendable {
    var recorded: RecordedEvent
    var times: FrameTimes
  }

  /// Looks at everything else, and at what no file kept.
  var search: FrameDecoder
  private var garbage: Garbage?
  /// The bytes of `garbage`, or of what `garbage(before:)` handed out last.
  private(set) var garbageBytes: [UInt8] = []
  /// Times of what has to be searched; kept for its room.
  private var bytewise: [ByteTime] = []
  private let byte: Int64

  init(settings: FrameDecoder.Settings) {
    search = FrameDecoder(settings: settings)
    byte = settings.baud.duration(bytes: 1)
  }

  /// When the first byte that is in no event yet started; nil where there is none, or bytes have no times.
  var pendingStart: TimeBounds? { garbage?.times.start ?? search.pendingStart }

  /// Start bit of an event's last byte.
  @inline(__always)
  func lastStart(_ recorded: RecordedEvent) -> TimeBounds { recorded.lastStart(byte: byte) }

  /// Takes a whole frame, if it is one beyond doubt; nil, with nothing taken, where it must be pushed.
  @inline(__always)
  mutating func whole(_ recorded: RecordedEvent, _ bytes: Span<UInt8>) -> BusEvent? {
    guard garbage == nil, let times = recorded.together(byte: byte, longestStep: search.longestStep) else { return nil }
    return search.whole(bytes, times: times)
  }

  /// The garbage that waited, if it ends where this event begins; its bytes are in `garbageBytes`.
  mutating func garbage(before recorded: RecordedEvent, _ bytes: Span<UInt8>) -> BusEvent? {
    guard let garbage, let next = recorded.together(byte: byte, longestStep: search.longestStep) else { return nil }
    let isApart =
      garbage.times.fault != next.fault || next.start.earliest - garbage.times.lastStart.latest > search.longestStep
    guard isApart || FrameDecoder.isWhole(bytes) else { return nil }
    let waiting = garbageBytes
    guard let event = search.garbage(waiting.span, times: garbage.times) else { return nil }
    self.garbage = nil
    return event
  }

  /// Adds an event that is no whole frame, or stands behind bytes that are in question. What it completed is in
  /// `events` then.
  mutating func push(_ recorded: RecordedEvent, _ bytes: Span<UInt8>) {
    if garbage == nil, search.isEmpty, !bytes.isEmpty,
      let times = recorded.together(byte: byte, longestStep: search.longestStep)
    {
      garbage = Garbage(recorded: recorded, times: times)
      garbageBytes.removeAll(keepingCapacity: true)
      bytes.withUnsafeBufferPointer { garbageBytes.append(contentsOf: $0) }
      return
    }
    guard let before = garbage.take() else { return look(at: bytes, recorded, nil) }
    let content = garbageBytes + bytes.withUnsafeBufferPointer { Array($0) }
    look(at: content.span, before.recorded, recorded)
  }

  /// Searches the garbage that waits, since something else than an event follows. False where there is none.
  mutating func searchGarbage() -> Bool {
    guard let before = garbage.take() else { return false }
    let content = garbageBytes
    look(at: content.span, before.recorded, nil)
    return true
  }

  private mutating func look(at bytes: Span<UInt8>, _ first: RecordedEvent, _ second: RecordedEvent?) {
    // Moved out and back: a span of one part of a value bars all of it from change.
    var times: [ByteTime] = []
    swap(&times, &bytewise)
    times.removeAll(keepingCapacity: true)
    first.append(byte: byte, to: &times)
    second?.append(byte: byte, to: &times)
    search.push(bytes, times: times.span)
    swap(&times, &bytewise)
  }

  /// What was completed, in stream order. Valid until the next call.
  var events: [BusEvent] { garbage == nil ? search.events : [] }
}
