/// The `key=value` words of a note, apart by spaces; a line end of Windows belongs to none.
///
/// Each packet of a file has a note, so they are read eight letters at a time.
struct NoteWords {
  struct Word {
    var key: NoteKey
    var value: Range<Int>
    /// The value, where it is a whole number that fits.
    var number: Int64?
  }

  /// Where the next word begins, or blanks before it.
  private var position: Int

  /// Nil unless `text` begins with the mark.
  init?(_ text: Span<UInt8>) {
    guard Self.isMarked(text) else { return nil }
    position = Self.markLength
  }

  private static let markLength = 7

  /// Whether `text` begins as notes do: with `EventNote.mark`.
  @inline(__always)
  static func isMarked(_ text: Span<UInt8>) -> Bool {
    EightLetters(text, at: 0).first(markLength) == NoteKey("m", "i", "-", "b", "u", "s", ":").packed
  }

  @inline(__always)
  mutating func next(in text: Span<UInt8>) -> Word? {
    while position < text.count {
      let letters = EightLetters(text, at: position)
      let length = letters.indexOfBlank
      let sign = letters.indexOfEqualsSign
      guard sign < length else {
        position = length < 8 ? position + length + 1 : Self.behindSign(text, from: position + 8)
        continue
      }
      return word(letters.first(sign), text, from: position + sign + 1)
    }
    return nil
  }

  /// The word whose value begins at `start`.
  @inline(__always)
  private mutating func word(_ key: UInt64, _ text: Span<UInt8>, from start: Int) -> Word {
    let letters = EightLetters(text, at: start)
    let digits = letters.digitCount
    if digits > 0, digits < 8, letters.isBlank(at: digits) {
      let end = start &+ digits
      position = end &+ 1
      return Word(key: NoteKey(packed: key), value: start..<end, number: letters.number(digits: digits))
    }
    let value = start..<Self.end(text, from: start)
    position = value.upperBound + 1
    return Word(key: NoteKey(packed: key), value: value, number: DecimalText.number(text, value))
  }

  /// Where the word ends that goes on at `start`.
  private static func end(_ text: Span<UInt8>, from start: Int) -> Int {
    var end = start
    while true {
      let length = EightLetters(text, at: end).indexOfBlank
      end += length
      if length < 8 { return end }
    }
  }

  /// A key of more than eight letters is no known one: where its word ends.
  private static func behindSign(_ text: Span<UInt8>, from start: Int) -> Int { end(text, from: start) + 1 }
}

/// A short word as one number, so that telling words apart needs no String and costs one comparison.
struct NoteKey: Hashable {
  /// The first letter lowest.
  let packed: UInt64

  @inline(__always)
  init(packed: UInt64) { self.packed = packed }

  /// A word, letter by letter: a constant once it is compiled.
  @inline(__always)
  init(
    _ a: Unicode.Scalar, _ b: Unicode.Scalar, _ c: Unicode.Scalar? = nil, _ d: Unicode.Scalar? = nil,
    _ e: Unicode.Scalar? = nil, _ f: Unicode.Scalar? = nil, _ g: Unicode.Scalar? = nil
  ) {
    var packed = UInt64(a.value) | UInt64(b.value) << 8
    if let c { packed |= UInt64(c.value) << 16 }
    if let d { packed |= UInt64(d.value) << 24 }
    if let e { packed |= UInt64(e.value) << 32 }
    if let f { packed |= UInt64(f.value) << 40 }
    if let g { packed |= UInt64(g.value) << 48 }
    self.packed = packed
  }
}

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
