/// Decimal numbers in byte buffers: the notes and the text log are made of them.
enum DecimalText {
  /// Appends a number.
  @inline(__always)
  static func append(_ value: Int64, to text: inout [UInt8]) {
    if value < 0 { text.append(UInt8(ascii: "-")) }
    appendUnsigned(value.magnitude, digits: 1, to: &text)
  }

  /// Appends a number with at least `digits` digits.
  static func appendUnsigned(_ value: UInt64, digits: Int, to text: inout [UInt8]) {
    var rest = value
    if rest >= 10_000_000_000_000_000 {
      appendUnsigned(rest / 10_000_000_000_000_000, digits: max(1, digits - 16), to: &text)
      rest %= 10_000_000_000_000_000
      appendLow(rest, digits: 16, to: &text)
    } else {
      appendLow(rest, digits: digits, to: &text)
    }
  }

  /// Appends up to 16 digits at once: packed into one number, the first digit in the lowest byte.
  @inline(__always)
  private static func appendLow(_ value: UInt64, digits: Int, to text: inout [UInt8]) {
    var packed: UInt128 = 0
    var rest = value
    var count = 0
    repeat {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      packed = packed << 8 | UInt128(truncatingIfNeeded: digit | 0x30)
      rest = quotient
      count += 1
    } while rest > 0 || count < min(digits, 16)
    withUnsafeBytes(of: packed.littleEndian) { text.append(contentsOf: $0[..<count]) }
  }

  /// Reads a whole number with an optional sign; nil for anything else and for what does not fit.
  static func number(_ text: Span<UInt8>, _ range: Range<Int>) -> Int64? {
    var index = range.lowerBound
    let negative = index < range.upperBound && text[index] == UInt8(ascii: "-")
    if negative { index += 1 }
    guard index < range.upperBound, range.upperBound - index <= 18 else { return nil }
    var value: Int64 = 0
    while index < range.upperBound {
      let digit = text[index] &- UInt8(ascii: "0")
      guard digit <= 9 else { return nil }
      // Eighteen digits fit.
      value = value &* 10 &+ Int64(digit)
      index += 1
    }
    return negative ? -value : value
  }
}
