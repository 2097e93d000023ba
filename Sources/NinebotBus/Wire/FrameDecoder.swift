/// Finds frames of every known format in a stream of bytes and drops nothing.
///
/// `push` takes bytes and leaves what they completed in `events`; `finish` ends the stream. Each input byte ends
/// up in exactly one event. A header whose checksum fails is not believed: the search goes on from its next
/// byte, and only when no sound frame starts inside the claimed length is the whole of it shown as one frame
/// with a bad checksum (protocol.md 1.1).
public struct FrameDecoder: Sendable {
  /// How the bytes of a frame may lie in time, and how fast they come.
  public struct Settings: Hashable, Sendable {
    /// Used for bytes without times of their own, and for the length of a frame's last byte.
    public var baud: Baud
    /// Idle time inside a frame, in nanoseconds, that ends it. Stock parts pause up to 1.2 ms (protocol.md 5.3).
    public var pause: Int64

    public init(baud: Baud = .standard, pause: Int64 = 2_000_000) {
      self.baud = baud
      self.pause = pause
    }
  }

  public let settings: Settings
  /// What the last `push` or `finish` completed, in stream order. Valid until the next call.
  public private(set) var events: [BusEvent] = []

  /// What the ranges of `events` point into, followed by bytes not yet in an event. Valid until the next call.
  public private(set) var buffer: [UInt8] = []
  /// Times of `buffer`, or empty while the stream has none.
  private var times: [ByteTime] = []
  /// When the first byte that is in no event yet started; nil where there is none, or bytes have no times.
  public var pendingStart: TimeBounds? { released < times.count ? times[released].start : nil }
  /// Bytes at the front of `buffer` that are in `events`.
  private var released = 0
  /// Where the search goes on: no frame starts between `released` and here.
  private var scan = 0
  /// Knows the stream position of `buffer[0]`.
  private var timing: EventTiming

  public init(settings: Settings = Settings()) {
    self.settings = settings
    timing = EventTiming(settings)
  }

  /// Adds bytes that carry no times: they are taken to lie back to back from the stream's start.
  public mutating func push(_ bytes: Span<UInt8>) {
    drop()
    bytes.withUnsafeBufferPointer { buffer.append(contentsOf: $0) }
    search(ending: false)
  }

  /// Adds bytes with a time for each. A stream has times for all its bytes or for none.
  public mutating func push(_ bytes: Span<UInt8>, times new: Span<ByteTime>) {
    precondition(bytes.count == new.count && times.count == buffer.count, "each byte has a time, or none has")
    drop()
    bytes.withUnsafeBufferPointer { buffer.append(contentsOf: $0) }
    new.withUnsafeBufferPointer { times.append(contentsOf: $0) }
    search(ending: false)
  }

  /// Takes bytes that were one frame when somebody looked at them before, and gives the event that the search would
  /// find. Nil, with nothing taken, where it has to search: bytes wait that may belong to the frame, or another may
  /// start inside one that is not sound.
  ///
  /// - Parameters:
  ///   - bytes: the whole frame.
  ///   - times: what its bytes' times come to, when none of them is apart from the next by more than `longestStep`.
  @inlinable
  public mutating func whole(_ bytes: Span<UInt8>, times: FrameTimes) -> BusEvent? {
    guard isEmpty, let (layout, holds) = Self.whole(bytes) else { return nil }
    return skip(.frame, layout.format, holds: holds, bytes.count, times)
  }

  /// Whether bytes that others follow are one frame, whatever these are.
  public static func isWhole(_ bytes: Span<UInt8>) -> Bool { whole(bytes) != nil }

  @inlinable
  static func whole(_ bytes: Span<UInt8>) -> (FrameLayout, holds: Bool)? {
    guard let layout = FrameLayout(bytes) else { return nil }
    let holds = Checksum.holds(bytes, from: 0, to: bytes.count)
    return holds || startsNone(bytes, from: 1) ? (layout, holds) : nil
  }

  /// Takes bytes outside frames that are known to end here, as `whole` does frames. Nil, with nothing taken, where a
  /// frame may start in them, or bytes wait.
  public mutating func garbage(_ bytes: Span<UInt8>, times: FrameTimes) -> BusEvent? {
    guard isEmpty, bytes.count <= FrameSearch.longestGarbage, Self.startsNone(bytes, from: 0) else { return nil }
    return skip(times.fault == .none ? .garbage : .lineError, .xiaomi, holds: false, bytes.count, times)
  }

  /// Whether no byte from `start` on is the first of a header.
  @usableFromInline
  static func startsNone(_ bytes: Span<UInt8>, from start: Int) -> Bool {
    for index in start..<bytes.count where bytes[index] == 0x55 || bytes[index] == 0x5A { return false }
    return true
  }

  /// Nanoseconds from one start bit to the next that a frame may have.
  public var longestStep: Int64 { timing.longestStep }

  /// Whether no byte waits for those that follow.
  public var isEmpty: Bool { released == buffer.count }

  /// Counts an event that never was in the buffer.
  @usableFromInline
  mutating func skip(
    _ kind: BusEvent.Kind, _ format: WireFormat, holds: Bool, _ count: Int, _ times: FrameTimes
  ) -> BusEvent {
    if released > 0 { drop() }
    let event = timing.event(kind, format, holds: holds, count: count, times)
    timing.base += Int64(count)
    return event
  }

  /// Says that no byte came before `time` (nanoseconds): a frame begun longer ago than the pause is over.
  public mutating func advance(to time: Int64) {
    drop()
    guard let last = times.last, time - last.start.latest > timing.longestStep else {
      return
    }
    search(ending: true)
  }

  /// Ends the stream: what is left becomes events.
  public mutating func finish() {
    drop()
    search(ending: true)
  }

  /// Forgets the bytes that the last call's events pointed to.
  private mutating func drop() {
    events.removeAll(keepingCapacity: true)
    guard released > 0 else { return }
    if released == buffer.count {
      buffer.removeAll(keepingCapacity: true)
      times.removeAll(keepingCapacity: true)
    } else {
      buffer.removeFirst(released)
      if !times.isEmpty { times.removeFirst(released) }
    }
    timing.base += Int64(released)
    scan -= released
    released = 0
  }

  private mutating func search(ending: Bool) {
    var search = FrameSearch(released: released, scan: scan, timing: timing)
    swap(&search.events, &events)
    search.run(bytes: buffer.span, times: times.span, ending: ending)
    swap(&search.events, &events)
    released = search.released
    scan = search.scan
  }
}
