/// What is known of one received byte besides its value.
public struct ByteTime: Hashable, Sendable {
  /// The falling edge of the start bit.
  public var start: TimeBounds
  /// Nanoseconds that `edgeBits` bits took, fitted through all falling edges of the byte.
  ///
  /// Falling edges only: rising edges are late on lines with a weak pull-up (protocol.md 5.3).
  public var edgeSpan: Int32
  /// The weight of that fit; 0 where edges were not seen, or where noise was inside the byte.
  public var edgeBits: UInt8
  /// What was wrong with the byte on the line.
  public var fault: LineFault

  @inlinable
  public init(start: TimeBounds, edgeSpan: Int32 = 0, edgeBits: UInt8 = 0, fault: LineFault = .none) {
    self.start = start
    self.edgeSpan = edgeSpan
    self.edgeBits = edgeBits
    self.fault = fault
  }
}

/// A fault that the receiver reports for one byte.
public enum LineFault: UInt8, Hashable, Sendable, CaseIterable {
  case none
  /// The stop bit was low.
  case framing
  /// The line was low for longer than a whole byte.
  case lineBreak
  /// Bytes before this one were lost in the receiver.
  case overrun
  /// The parity bit was wrong.
  case parity

  /// The name in text, JSON and captures, for instance `break`.
  public var name: StaticString {
    switch self {
    case .none: "none"
    case .framing: "framing"
    case .lineBreak: "break"
    case .overrun: "overrun"
    case .parity: "parity"
    }
  }
}

/// The speed of an asynchronous line with 8 data bits, no parity, 1 stop bit.
public struct Baud: Hashable, Sendable {
  /// Bits a second.
  public var rate: Int

  @inlinable public init(_ rate: Int) { self.rate = rate }

  /// What every known link uses, unless its firmware was changed (protocol.md 5.1).
  public static let standard = Baud(115_200)

  /// Nanoseconds that `count` contiguous bytes take: ten bits each.
  @inlinable public func duration(bytes count: Int) -> Int64 { Int64(count) * 10_000_000_000 / Int64(max(rate, 1)) }
}
