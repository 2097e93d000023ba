public import BusTimeline
public import NinebotBus

/// One kind of message: how often it came, and what it said last.
public struct MessageRow: Sendable {
  public let key: MessageKey
  /// Of the last one; nil for bytes outside frames.
  public private(set) var reading: FrameReading?
  /// Of the last one whose sender was told; an unknown one does not wipe it out.
  public private(set) var finding: Finding?
  /// The whole of the last one.
  public private(set) var bytes: [UInt8] = []
  public private(set) var count = 0
  /// Start of the last one, in nanoseconds.
  public private(set) var last: Int64 = 0
  public private(set) var rhythm = Rhythm()
  public private(set) var changes = ChangeMarks()
  /// Fault of the last line error.
  public private(set) var fault = LineFault.none

  /// Longer garbage is cut to this when it is kept.
  private static let mostBytes = 264

  init(key: MessageKey) { self.key = key }

  mutating func take(_ event: AttributedEvent, _ span: Span<UInt8>) {
    let time = event.event.start.middle
    let now = span.extracting(..<min(span.count, Self.mostBytes))
    if count > 0, key.matter == .frame { changes.compare(bytes, now, at: time) }
    if count == 0 || !Self.same(bytes, now) { bytes = (0..<now.count).map { now[$0] } }
    reading = event.reading
    if let new = event.finding, new.sender != .unknown || finding == nil { finding = new }
    fault = event.event.fault
    count += 1
    last = time
    rhythm.beat(at: time)
  }

  private static func same(_ a: [UInt8], _ b: Span<UInt8>) -> Bool {
    guard a.count == b.count else { return false }
    for index in a.indices where a[index] != b[index] { return false }
    return true
  }

  /// The bytes that the person cares for: the payload, or everything where there is none to tell.
  public var data: Range<Int> {
    guard key.matter == .frame, let reading, reading.act != .sealed else { return bytes.indices }
    return reading.payload.clamped(to: bytes.indices)
  }

  /// Whether nothing came for so long that the row is a thing of the past: five periods, at least two seconds.
  public func isStale(at now: Int64) -> Bool {
    let patience = max(2_000_000_000, 5 * (rhythm.period ?? 0))
    return Double(now) - Double(last) > patience
  }
}
