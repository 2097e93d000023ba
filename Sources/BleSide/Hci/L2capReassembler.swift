/// Puts L2CAP packets of one direction of one link together (Bluetooth Core, vol. 3 part A, 7.2).
struct L2capReassembler: Sendable {
  /// Where a whole packet's payload lies.
  enum Place: Hashable, Sendable {
    /// In the fragment that was just given.
    case input(Range<Int>)
    /// In `buffer`, for the packet was in pieces.
    case buffer(Range<Int>)
  }

  /// The channel of ATT on low-energy links.
  static let attChannel: UInt16 = 4

  private(set) var buffer: [UInt8] = []
  /// Bytes that the packet under way has in all; 0 when none is.
  private var expected = 0

  /// Whether a packet has begun and lacks bytes.
  var isOpen: Bool { expected > 0 }

  /// Takes a fragment and returns the payload of the ATT packet that it completes.
  @inline(__always)
  mutating func push(_ fragment: Span<UInt8>, isStart: Bool) -> Place? {
    if isStart {
      expected = 0
      guard fragment.count >= 4 else {
        // A header in two pieces: legal and unheard of; the length is read when the rest came.
        return begin(fragment)
      }
      let length = Int(fragment.u16(0))
      if fragment.count >= 4 + length {
        return fragment.u16(2) == Self.attChannel ? .input(4..<(4 + length)) : nil
      }
      return begin(fragment)
    }
    guard expected > 0 else { return nil }
    fragment.withUnsafeBufferPointer { buffer.append(contentsOf: $0) }
    return complete()
  }

  private mutating func begin(_ fragment: Span<UInt8>) -> Place? {
    buffer.removeAll(keepingCapacity: true)
    fragment.withUnsafeBufferPointer { buffer.append(contentsOf: $0) }
    expected = 4
    return complete()
  }

  private mutating func complete() -> Place? {
    guard buffer.count >= 4 else { return nil }
    let end = 4 + (Int(buffer[0]) | Int(buffer[1]) << 8)
    let isWhole = buffer.count >= end
    expected = isWhole ? 0 : end
    guard isWhole, UInt16(buffer[2]) | UInt16(buffer[3]) << 8 == Self.attChannel else { return nil }
    return .buffer(4..<end)
  }
}
