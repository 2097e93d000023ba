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
    let start = text.count
    var rest = value
    var left = digits
    repeat {
      text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
      left -= 1
    } while rest > 0 || left > 0
    text[start...].reverse()
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
      value = value * 10 + Int64(digit)
      index += 1
    }
    return negative ? -value : value
  }
}
