/// What the decoder found in a run of bytes: each input byte is in exactly one event.
public struct BusEvent: Hashable, Sendable {
  public enum Kind: UInt8, Hashable, Sendable {
    /// A whole frame; `checksumHolds` tells whether it is sound.
    case frame
    /// Bytes outside frames.
    case garbage
    /// Bytes outside frames that the receiver marked as faulty; `fault` tells how.
    case lineError
  }

  public var kind: Kind
  /// The format of a frame; without meaning for the other kinds.
  public var format: WireFormat
  /// Whether a frame's checksum is right; false for the other kinds.
  public var checksumHolds: Bool
  /// The fault of a line error, or the first one inside a frame.
  public var fault: LineFault
  /// Offset of the first byte in the decoder's buffer.
  public var offset: Int32
  /// Number of bytes.
  public var count: Int32
  /// Number of the first byte in the stream, from 0.
  public var position: Int64
  /// Start bit of the first byte.
  public var start: TimeBounds
  /// End of the last byte's stop bit, taking the nominal byte time for that byte.
  public var end: TimeBounds
  /// What the bytes' own times say of the transmitter.
  public var shape: FrameShape

  /// Where the bytes lie in `FrameDecoder.buffer`.
  @inlinable public var range: Range<Int> { Int(offset)..<(Int(offset) + Int(count)) }

  /// From the first start bit to the last stop bit, best guess, in nanoseconds.
  public var duration: Int64 { end.middle - start.middle }
}

/// The timing inside one frame, as far as the capture's time quality shows it (protocol.md 5.3).
public struct FrameShape: Hashable, Sendable {
  /// Smallest distance from one start bit to the next, in nanoseconds; 0 where byte times were not seen.
  public var leastPitch: Int32 = 0
  /// Sum of the bytes' `edgeSpan`, in nanoseconds; 0 where edges were not seen.
  public var edgeSpan: Int32 = 0
  /// Bits that `edgeSpan` covers: the sum of the bytes' `edgeBits`.
  public var edgeBits: Int32 = 0

  public init(leastPitch: Int32 = 0, edgeSpan: Int32 = 0, edgeBits: Int32 = 0) {
    self.leastPitch = leastPitch
    self.edgeSpan = edgeSpan
    self.edgeBits = edgeBits
  }

  /// How much longer than nominal a bit was, in parts per million; nil where edges were not seen.
  public func bitClock(against baud: Baud) -> Double? {
    guard edgeBits > 0 else { return nil }
    return (Double(edgeSpan) * Double(baud.rate) / (Double(edgeBits) * 1e9) - 1) * 1e6
  }
}
