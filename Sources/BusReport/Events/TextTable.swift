/// Texts that differ in their numbers only, stored once: `throttle 38` and `throttle 39` are one template with a hole.
///
/// A template is the text with each number replaced by a mark: U+0001 for a number as JavaScript would print it,
/// U+0002 and a digit for one with leading zeros to that width, U+0003 and a digit for lower-case hexadecimal with
/// letters and digits, to that width. Control characters in a text become U+FFFD before, so a mark is always a mark.
struct TextTable {
  /// In the order of their numbers.
  private(set) var templates: [String] = []
  private var numbers: [[UInt8]: Int] = [:]
  private var shape: [UInt8] = []
  private var values: [UInt64] = []

  private enum Mark {
    static let plain: UInt8 = 1
    static let padded: UInt8 = 2
    static let hex: UInt8 = 3
  }

  /// Appends the number of the text's template and the values of its holes.
  mutating func encode(_ text: String, into out: inout [UInt8]) {
    shape.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
    let bytes = Array(text.utf8)
    var index = 0
    while index < bytes.count {
      guard bytes[index].isAlphanumeric else {
        if bytes[index] < 0x20 { shape.append(contentsOf: "\u{FFFD}".utf8) } else { shape.append(bytes[index]) }
        index += 1
        continue
      }
      var end = index
      while end < bytes.count, bytes[end].isAlphanumeric { end += 1 }
      word(bytes[index..<end])
      index = end
    }
    out.append(varint: UInt64(number()))
    for value in values { out.append(varint: value) }
  }

  private mutating func number() -> Int {
    if let known = numbers[shape] { return known }
    numbers[shape] = templates.count
    templates.append(String(decoding: shape, as: UTF8.self))
    return templates.count - 1
  }

  private mutating func word(_ word: ArraySlice<UInt8>) {
    if (2...9).contains(word.count), word.allSatisfy(\.isLowerHex), word.contains(where: \.isDigit),
      word.contains(where: { !$0.isDigit })
    {
      hole(Mark.hex, width: word.count, word, radix: 16)
      return
    }
    var index = word.startIndex
    while index < word.endIndex {
      var end = index
      while end < word.endIndex, word[end].isDigit { end += 1 }
      let digits = word[index..<end]
      if digits.isEmpty {
        shape.append(word[index])
        index += 1
        continue
      }
      if digits.count > 9 {
        shape.append(contentsOf: digits)
      } else if digits.count > 1, digits.first == UInt8(ascii: "0") {
        hole(Mark.padded, width: digits.count, digits, radix: 10)
      } else {
        shape.append(Mark.plain)
        values.append(digits.reduce(0) { $0 &* 10 &+ UInt64($1.digitValue) })
      }
      index = end
    }
  }

  private mutating func hole(_ mark: UInt8, width: Int, _ digits: ArraySlice<UInt8>, radix: UInt64) {
    shape.append(mark)
    shape.append(0x30 &+ UInt8(truncatingIfNeeded: width))
    values.append(digits.reduce(0) { $0 &* radix &+ UInt64($1.digitValue) })
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (0x30...0x39).contains(self) }
  fileprivate var isLowerHex: Bool { isDigit || (0x61...0x66).contains(self) }
  fileprivate var isAlphanumeric: Bool { isDigit || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
  fileprivate var digitValue: UInt8 { isDigit ? self &- 0x30 : self &- 0x57 }
}

extension [UInt8] {
  /// Seven bits a byte, least first, the top bit set in all but the last.
  mutating func append(varint value: UInt64) {
    var rest = value
    while rest > 0x7F {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(truncatingIfNeeded: rest))
  }

  /// Small magnitudes in few bytes, whatever the sign.
  mutating func append(zigzag value: Int64) {
    append(varint: UInt64(bitPattern: value << 1 ^ value >> 63))
  }
}
