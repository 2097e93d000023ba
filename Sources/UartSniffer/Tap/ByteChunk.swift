public import NinebotBus

/// Bytes of one tap, in order. `times` has an entry for each byte, or none at all (`TimeQuality.none`, or a file that
/// kept whole events).
public struct ByteChunk: Sendable {
  /// Index of the tap in its source.
  public var tap: Int
  public var bytes: [UInt8]
  public var times: [ByteTime]
  /// The events that the bytes were when a file was written, which say their times: each byte is in one of them, or
  /// there are none.
  public internal(set) var recorded: [RecordedEvent] = []
  /// Nanoseconds: no byte of this tap comes before. Lets the decoder end a frame that stays silent.
  public var silentUntil: Int64?

  public init(tap: Int = 0, bytes: [UInt8] = [], times: [ByteTime] = [], silentUntil: Int64? = nil) {
    self.tap = tap
    self.bytes = bytes
    self.times = times
    self.silentUntil = silentUntil
  }
}
