public import NinebotBus

/// Writes bytes with their times as CSV: `t_us,byte,framing_ok`.
public struct TimedBytesWriter: Sendable {
  /// Text not yet taken, ASCII.
  public private(set) var text: [UInt8] = Array("t_us,byte,framing_ok\n".utf8)

  public init() {}

  /// Adds one byte; its time is the middle of its bounds.
  public mutating func push(_ byte: UInt8, _ time: ByteTime) {
    let nanoseconds = max(0, time.start.middle)
    let fraction = String(nanoseconds % 1000)
    text.append(contentsOf: String(nanoseconds / 1000).utf8)
    text.append(0x2E)
    for _ in fraction.utf8.count..<3 { text.append(0x30) }
    text.append(contentsOf: fraction.utf8)
    text.append(0x2C)
    text.append(Self.digits[Int(byte >> 4)])
    text.append(Self.digits[Int(byte & 15)])
    text.append(0x2C)
    text.append(time.fault == .none ? 0x31 : 0x30)
    text.append(0x0A)
  }

  /// Hands out the text so far and forgets it.
  public mutating func takeText() -> [UInt8] {
    defer { text.removeAll(keepingCapacity: true) }
    return text
  }

  private static let digits = Array("0123456789abcdef".utf8)
}
