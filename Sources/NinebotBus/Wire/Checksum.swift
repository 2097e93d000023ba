/// The checksum of 55AA, 5AA5 and 55AB frames: 0xFFFF xor the 16-bit sum (protocol.md 1.1).
public enum Checksum {
  /// The checksum of a slice that starts at L and ends before the checksum.
  @inlinable
  public static func of(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> UInt16 {
    var sum: UInt32 = 0
    for index in start..<end { sum &+= UInt32(bytes[index]) }
    return ~UInt16(truncatingIfNeeded: sum)
  }

  /// Whether the frame in `start..<end` carries the checksum of its own bytes, low byte first.
  @inlinable
  public static func holds(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Bool {
    let sum = of(bytes, from: start + 2, to: end - 2)
    return bytes[end - 2] == UInt8(truncatingIfNeeded: sum) && bytes[end - 1] == UInt8(truncatingIfNeeded: sum >> 8)
  }
}
