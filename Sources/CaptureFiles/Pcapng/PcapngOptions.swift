/// Walks over the options of a block: code and value, each padded to four bytes.
///
/// Ends at the end mark, and at the first option that does not fit into the block.
public struct PcapngOptions: Sendable {
  /// One option.
  public struct Option: Hashable, Sendable {
    public var code: UInt16
    /// Where its value lies in the reader's `bytes`.
    public var value: Range<Int>

    /// `opt_comment`, text for people.
    public static let comment: UInt16 = 1
  }

  private var position: Int
  private let end: Int
  private let order: ByteOrder

  init(_ range: Range<Int>, order: ByteOrder) {
    position = range.lowerBound
    end = range.upperBound
    self.order = order
  }

  /// The next option; `bytes` are those that the range is for.
  @inline(__always)
  public mutating func next(in bytes: Span<UInt8>) -> Option? {
    guard position &+ 4 <= end, end <= bytes.count else { return nil }
    let code = order.u16(bytes, position)
    let length = Int(order.u16(bytes, position &+ 2))
    let value = position &+ 4
    guard code != 0, value &+ length <= end else {
      position = end
      return nil
    }
    position = value &+ (length &+ 3) & ~3
    return Option(code: code, value: value..<(value &+ length))
  }
}

/// How the numbers of a section are stored.
struct ByteOrder: Hashable, Sendable {
  let swapped: Bool

  static let little = ByteOrder(swapped: false)
  static let big = ByteOrder(swapped: true)

  @inline(__always)
  func u16(_ bytes: Span<UInt8>, _ at: Int) -> UInt16 {
    let value = bytes.bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt16.self)
    return swapped ? UInt16(bigEndian: value) : UInt16(littleEndian: value)
  }

  @inline(__always)
  func u32(_ bytes: Span<UInt8>, _ at: Int) -> UInt32 {
    let value = bytes.bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt32.self)
    return swapped ? UInt32(bigEndian: value) : UInt32(littleEndian: value)
  }

  @inline(__always)
  func u64(_ bytes: Span<UInt8>, _ at: Int) -> UInt64 {
    let value = bytes.bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self)
    return swapped ? UInt64(bigEndian: value) : UInt64(littleEndian: value)
  }
}
