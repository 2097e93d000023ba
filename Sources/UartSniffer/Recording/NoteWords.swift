/// The `key=value` words of a note, apart by spaces; a line end of Windows belongs to none.
///
/// Each packet of a file has a note, so they are read eight letters at a time.
struct NoteWords {
  struct Word {
    var key: NoteKey
    var value: Range<Int>
    /// Twice the value, where that is a whole number that fits: `12` or `12.5`.
    var halves: Int64?
    /// The value, where it is a whole number that fits.
    @inline(__always)
    var number: Int64? { halves.flatMap { $0 & 1 == 0 ? $0 >> 1 : nil } }
  }

  /// Where the next word begins, or blanks before it.
  private var position: Int

  /// Nil unless `text` begins with the mark.
  init?(_ text: Span<UInt8>) {
    guard Self.isMarked(text) else { return nil }
    position = EventNote.mark.utf8CodeUnitCount
    if position < text.count, text[position] == UInt8(ascii: " ") { position += 1 }
  }

  private static let mark = EightLetters(EventNote.mark)

  /// Whether `text` begins as notes do.
  @inline(__always)
  static func isMarked(_ text: Span<UInt8>) -> Bool {
    EightLetters(text, at: 0).first(EventNote.mark.utf8CodeUnitCount) == mark.first(EventNote.mark.utf8CodeUnitCount)
  }

  @inline(__always)
  mutating func next(in text: Span<UInt8>) -> Word? {
    while position < text.count {
      let letters = EightLetters(text, at: position)
      let length = letters.indexOfBlank
      let sign = letters.indexOfEqualsSign
      guard sign < length else {
        // A key of more than eight letters is no known one.
        position = (length < 8 ? position + length : Self.end(text, from: position + 8)) + 1
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
    if digits > 0, digits < 8, let number = letters.number(digits: digits) {
      let end = start &+ digits
      if letters.isBlank(at: digits) {
        position = end &+ 1
        return Word(key: NoteKey(packed: key), value: start..<end, halves: 2 &* number)
      }
      if EightLetters(text, at: end).isHalf {
        position = end &+ 3
        return Word(key: NoteKey(packed: key), value: start..<(end &+ 2), halves: 2 &* number &+ 1)
      }
    }
    return longWord(key, text, from: start)
  }

  private mutating func longWord(_ key: UInt64, _ text: Span<UInt8>, from start: Int) -> Word {
    let value = start..<Self.end(text, from: start)
    position = value.upperBound + 1
    var word = Word(key: NoteKey(packed: key), value: value)
    if let number = DecimalText.number(text, value) {
      word.halves = 2 * number
    } else if value.count > 2, EightLetters(text, at: value.upperBound - 2).isHalf,
      let whole = DecimalText.number(text, start..<(value.upperBound - 2)), whole >= 0
    {
      word.halves = 2 * whole + 1
    }
    return word
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
    _ e: Unicode.Scalar? = nil, _ f: Unicode.Scalar? = nil
  ) {
    var packed = UInt64(a.value) | UInt64(b.value) << 8
    if let c { packed |= UInt64(c.value) << 16 }
    if let d { packed |= UInt64(d.value) << 24 }
    if let e { packed |= UInt64(e.value) << 32 }
    if let f { packed |= UInt64(f.value) << 40 }
    self.packed = packed
  }
}
