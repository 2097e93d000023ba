/// Eight letters of a text in one number, the first lowest; zeros behind the text's end.
///
/// That the lowest byte of a kind is found, and no byte above it, is all that these sums over bytes are good for: what
/// one byte carries into the next comes after it.
struct EightLetters {
  private let letters: UInt64

  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let tops: UInt64 = 0x8080_8080_8080_8080

  @inline(__always)
  init(_ text: Span<UInt8>, at position: Int) {
    let behind = position &+ 8 &- text.count
    if behind <= 0 {
      letters = UInt64(littleEndian: text.bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self))
    } else if text.count >= 8, behind < 8 {
      let last = text.bytes.unsafeLoadUnaligned(fromByteOffset: text.count &- 8, as: UInt64.self)
      letters = UInt64(littleEndian: last) &>> (UInt64(truncatingIfNeeded: behind) &* 8)
    } else {
      letters = Self.few(text, position)
    }
  }

  /// A text of at most eight letters.
  init(_ text: StaticString) {
    letters = text.withUTF8Buffer { $0.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
  }

  /// Of a text shorter than eight letters.
  @inline(never)
  private static func few(_ text: Span<UInt8>, _ position: Int) -> UInt64 {
    var letters: UInt64 = 0
    var index = text.count
    while index > position {
      index -= 1
      letters = letters << 8 | UInt64(text[index])
    }
    return letters
  }

  /// The first `count` letters, at most 7.
  @inline(__always)
  func first(_ count: Int) -> UInt64 { letters & (1 &<< (UInt64(truncatingIfNeeded: count) &* 8) &- 1) }

  /// Index of the first space, control character or end; 8 where there is none.
  @inline(__always)
  var indexOfBlank: Int { ((letters &- Self.ones &* 0x21) & ~letters & Self.tops).trailingZeroBitCount >> 3 }

  /// Index of the first `=`; 8 where there is none.
  @inline(__always)
  var indexOfEqualsSign: Int {
    let others = letters ^ (Self.ones &* 0x3D)
    return ((others &- Self.ones) & ~others & Self.tops).trailingZeroBitCount >> 3
  }

  /// How many digits it begins with.
  @inline(__always)
  var digitCount: Int {
    let digits = letters ^ (Self.ones &* 0x30)
    return ((digits | (digits &+ Self.ones &* 0x76)) & Self.tops).trailingZeroBitCount >> 3
  }

  /// Whether a letter, counted from 0 to 7, is a space, a control character or the end.
  @inline(__always)
  func isBlank(at index: Int) -> Bool { (letters &>> (UInt64(truncatingIfNeeded: index) &* 8)) & 0xFF <= 0x20 }

  /// Whether it is `.5` and a blank or the end.
  @inline(__always)
  var isHalf: Bool { first(2) == 0x352E && isBlank(at: 2) }

  /// The number that the first `count` letters are, 1 to 8; nil where one of them is no digit.
  @inline(__always)
  func number(digits count: Int) -> Int64? {
    // The last digit highest, zeros before the first.
    let digits = (letters ^ (Self.ones &* 0x30)) &<< UInt64(truncatingIfNeeded: (8 &- count) &* 8)
    guard (digits | (digits &+ Self.ones &* 0x76)) & Self.tops == 0 else { return nil }
    // Pairs, then the four pairs at once: two of them in each half of the product.
    let pairs = digits &* 10 &+ digits >> 8
    let mask: UInt64 = 0x0000_00FF_0000_00FF
    let sum = (pairs & mask) &* 0x000F_4240_0000_0064 &+ ((pairs >> 16) & mask) &* 0x0000_2710_0000_0001
    return Int64(truncatingIfNeeded: sum >> 32)
  }
}
