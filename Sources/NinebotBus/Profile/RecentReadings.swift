/// Reads frames by a profile and remembers the last kinds: traffic repeats itself, and a reading depends only on the
/// link and the frame's head. Gives the same as `Profile.read`, faster. Memory is fixed.
public struct RecentReadings: Sendable {
  private struct Entry: Sendable {
    /// The bytes that the reading depends on; 0 for none.
    var head: UInt64
    /// Bytes of the frame.
    var count: Int
    var reading: FrameReading
  }

  public let profile: Profile
  private var entries: [Entry]

  private static let places = 256

  public init(_ profile: Profile) {
    self.profile = profile
    let none = Entry(head: 0, count: 0, reading: FrameReading(format: .xiaomi, act: .unknown))
    entries = [Entry](repeating: none, count: Self.places)
  }

  /// Reads one frame; nil where `bytes` is no whole frame. The checksum is not looked at.
  public mutating func read(_ bytes: Span<UInt8>, on link: Link) -> FrameReading? {
    guard bytes.count >= 8 else { return nil }
    let first = UInt64(littleEndian: bytes.bytes.unsafeLoadUnaligned(as: UInt64.self))
    let mask: UInt64
    switch first & 0xFFFF {
    // To the argument (protocol.md 1.1, 1.2).
    case 0xAA55: mask = 0xFFFF_FFFF_FFFF
    case 0xA55A: mask = 0xFF_FFFF_FFFF_FFFF
    default: return profile.read(bytes, on: link)
    }
    let head = first & mask | UInt64(link.rawValue) << 56
    let place = Int(truncatingIfNeeded: (head &* 0x9E37_79B9_7F4A_7C15) >> 56)
    if entries[place].head != head || entries[place].count != bytes.count {
      guard let reading = profile.read(bytes, on: link) else { return nil }
      entries[place] = Entry(head: head, count: bytes.count, reading: reading)
      return reading
    }
    var reading = entries[place].reading
    // All that a reading takes from the payload.
    if reading.act == .readRequest, reading.payloadCount > 0 { reading.asked = bytes[Int(reading.payloadOffset)] }
    return reading
  }
}
