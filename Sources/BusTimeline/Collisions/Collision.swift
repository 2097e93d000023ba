public import NinebotBus

/// Two transmitters that talked at the same time and destroyed each other's frames (protocol.md 5.4).
public struct Collision: Sendable {
  /// Bytes that one of them can be told to have sent.
  public struct Part: Hashable, Sendable {
    public var sender: Transmitter
    /// From its header on, up to where the other one begins or a byte is faulty.
    public var bytes: [UInt8]
  }

  /// Why it is taken for a collision.
  public enum Sign: String, Hashable, Sendable, CaseIterable {
    /// Two frame headers where one frame has room.
    case twoHeads = "two-heads"
    /// More bytes or more time than the first header claims.
    case tooLong = "too-long"
    /// Faulty bytes.
    case lineErrors = "line-errors"
    /// A heartbeat is missing from the BLE module's slots at this time.
    case missingHeartbeat = "missing-heartbeat"
    /// A request before it was never answered.
    case missingAnswer = "missing-answer"
  }

  public var tap: Int
  /// First byte and end of the last.
  public var start: TimeBounds
  public var end: TimeBounds
  /// Who talked, as far as there is evidence; `unknown` for a device that is there but cannot be named.
  public var parties: [Transmitter]
  public var signs: [Sign]
  /// Everything that arrived, bounded.
  public var bytes: [UInt8]
  public var parts: [Part]
  /// Frames that were lost: one for each that talked.
  public var lostFrames: Int
  /// Nanoseconds: when the lost request was made again; nil where it was not.
  public var retry: Int64?
}
