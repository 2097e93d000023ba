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
    // Eighteen digits fit.
    guard index < range.upperBound, range.upperBound - index <= 18 else { return nil }
    var value: Int64 = 0
    while index < range.upperBound {
      let count = min(8, range.upperBound - index)
      guard let piece = EightLetters(text, at: index).number(digits: count) else { return nil }
      value = value &* power(count) &+ piece
      index += count
    }
    return negative ? -value : value
  }

  /// Ten to the power of 1 to 8.
  @inline(__always)
  private static func power(_ exponent: Int) -> Int64 {
    switch exponent {
    case 1: 10
    case 2: 100
    case 3: 1000
    case 4: 10_000
    case 5: 100_000
    case 6: 1_000_000
    case 7: 10_000_000
    default: 100_000_000
    }
  }
}
