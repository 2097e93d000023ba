/// Bytes on their way out: a growing buffer that text and numbers are written into without making Strings.
///
/// Memory safety: every write goes through `claim`, which makes room for all the bytes it hands out; the pointer
/// never leaves this type.
public struct TextBuffer: ~Copyable {
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  /// Number of bytes written.
  public private(set) var count = 0
  /// Where the current line began; see `pad(to:)`.
  private var lineStart = 0

  /// An empty buffer with room for `capacity` bytes; it grows when that is not enough.
  public init(capacity: Int = 1 << 16) {
    self.capacity = max(capacity, 64)
    base = .allocate(capacity: self.capacity)
  }

  deinit { base.deallocate() }

  /// Room for `length` more bytes, which the caller fills completely.
  @inline(__always)
  private mutating func claim(_ length: Int) -> UnsafeMutablePointer<UInt8> {
    if capacity - count < length { grow(by: length) }
    let start = base + count
    count += length
    return start
  }

  @inline(never)
  private mutating func grow(by length: Int) {
    let larger = max(capacity * 2, count + length)
    let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    moved.update(from: base, count: count)
    base.deallocate()
    base = moved
    capacity = larger
  }

  // MARK: - Bytes and text

  @inline(__always)
  public mutating func append(_ byte: UInt8) {
    claim(1)[0] = byte
  }

  /// Text known at compile time. Always inlined, so that its length is known too and a few stores do it.
  @inline(__always)
  public mutating func append(_ text: StaticString) {
    claim(text.utf8CodeUnitCount).update(from: text.utf8Start, count: text.utf8CodeUnitCount)
  }

  public mutating func append(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      claim(source.count).update(from: start, count: source.count)
    }
  }

  public mutating func append(_ bytes: [UInt8], _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "the range lies in the bytes")
    bytes.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      claim(range.count).update(from: start + range.lowerBound, count: range.count)
    }
  }

  /// Text made while running. It has a label so that a literal is never taken for a String, which costs a call.
  public mutating func append(string text: String) {
    var text = text
    text.withUTF8 { source in
      guard let start = source.baseAddress else { return }
      claim(source.count).update(from: start, count: source.count)
    }
  }

  /// Bytes as two lower-case digits each, with `separator` between them if it is not 0.
  public mutating func append(hex bytes: Span<UInt8>, separator: UInt8 = 0) {
    let step = separator == 0 ? 2 : 3
    let out = claim(bytes.count * step)
    for index in 0..<bytes.count {
      let digits = HexDigits.pair(bytes[index])
      out[index * step] = UInt8(truncatingIfNeeded: digits)
      out[index * step + 1] = UInt8(truncatingIfNeeded: digits >> 8)
      if separator != 0 { out[index * step + 2] = separator }
    }
    if separator != 0, !bytes.isEmpty { count -= 1 }
  }

  /// One byte as two lower-case digits.
  public mutating func append(hex byte: UInt8) {
    let digits = HexDigits.pair(byte)
    let out = claim(2)
    out[0] = UInt8(truncatingIfNeeded: digits)
    out[1] = UInt8(truncatingIfNeeded: digits >> 8)
  }

  // MARK: - Numbers

  public mutating func append(decimal value: some FixedWidthInteger) {
    append(fixed: Int64(clamping: value), decimals: 0)
  }

  /// `value` / 10^decimals with all its decimals: 3588 with 2 is `35.88`. At most 18 decimals.
  public mutating func append(fixed value: Int64, decimals: Int) {
    var rest = value.magnitude
    let digits = max(Self.digits(rest), decimals + 1)
    let sign = value < 0 ? 1 : 0
    let out = claim(digits + sign + (decimals > 0 ? 1 : 0))
    var end = out + sign + digits
    if decimals > 0 {
      Self.write(&rest, decimals, before: end + 1)
      end -= decimals
      end[0] = UInt8(ascii: ".")
    }
    Self.write(&rest, digits - decimals, before: end)
    if sign > 0 { out[0] = UInt8(ascii: "-") }
  }

  /// How many decimal digits a number has; 0 has none.
  @inline(__always)
  private static func digits(_ value: UInt64) -> Int {
    // 1233 / 4096 is the logarithm of 2 to the base 10, a little too large where it matters.
    let guess = ((64 - value.leadingZeroBitCount) * 1233) >> 12
    return value >= powers[guess] ? guess + 1 : guess
  }

  /// Writes the last `count` digits of `rest` and takes them off, two at a time: a division takes longer than a store.
  @inline(__always)
  private static func write(_ rest: inout UInt64, _ count: Int, before end: UnsafeMutablePointer<UInt8>) {
    var place = end
    var left = count
    while left >= 2 {
      let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
      let tens = (pair &* 103) >> 10
      place -= 2
      place[0] = 0x30 + UInt8(truncatingIfNeeded: tens)
      place[1] = 0x30 + UInt8(truncatingIfNeeded: pair &- tens &* 10)
      rest = quotient
      left -= 2
    }
    if left == 1 {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      (place - 1)[0] = 0x30 + UInt8(truncatingIfNeeded: digit)
      rest = quotient
    }
  }

  /// Nanoseconds as seconds; `decimals` is at most 9, further digits are cut off.
  public mutating func append(seconds nanoseconds: Int64, decimals: Int) {
    append(fixed: decimals == 9 ? nanoseconds : nanoseconds / Int64(Self.powers[9 - decimals]), decimals: decimals)
  }

  /// The same, with blanks before it up to `width`.
  public mutating func append(seconds nanoseconds: Int64, decimals: Int, width: Int) {
    let start = count
    append(seconds: nanoseconds, decimals: decimals)
    let short = width - (count - start)
    guard short > 0 else { return }
    let written = count - start
    _ = claim(short)
    for index in (0..<written).reversed() { base[start + short + index] = base[start + index] }
    (base + start).update(repeating: 0x20, count: short)
  }

  /// Powers of ten.
  private static let powers: [20 of UInt64] = [
    1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
    100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
    10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
  ]

  // MARK: - Lines

  /// Starts a line: `pad(to:)` counts from here.
  public mutating func startLine() { lineStart = count }

  /// Blanks up to a column of the line; at least one, so that fields never run together.
  public mutating func pad(to column: Int) {
    let blanks = max(1, lineStart + column - count)
    claim(blanks).update(repeating: 0x20, count: blanks)
  }

  public mutating func removeAll() {
    count = 0
    lineStart = 0
  }

  /// A copy of what was written so far.
  public var bytes: [UInt8] { Array(UnsafeBufferPointer(start: base, count: count)) }

  /// What was written so far.
  public func withBytes<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(Span(_unsafeStart: UnsafePointer(base), count: count))
  }
}

/// Two hexadecimal digits for each byte, the first in the low half.
private enum HexDigits {
  @inline(__always)
  static func pair(_ byte: UInt8) -> UInt16 {
    digit(byte >> 4) | digit(byte & 0xF) << 8
  }

  @inline(__always)
  private static func digit(_ nibble: UInt8) -> UInt16 {
    UInt16(nibble) &+ (nibble < 10 ? 0x30 : 0x57)
  }
}
