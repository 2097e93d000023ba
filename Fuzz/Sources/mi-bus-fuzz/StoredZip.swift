/// Makes zip archives whose members are not packed (PKWARE APPNOTE.TXT 4.3).
enum StoredZip {
  static func archive(_ members: [(name: String, content: [UInt8])]) -> [UInt8] {
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    for (name, content) in members {
      let size = UInt32(truncatingIfNeeded: content.count)
      // Version, flags, method, time, date; then checksum, both sizes, and the lengths of name and extra field.
      var common = words([20, 0, 0, 0, 0])
      for value in [checksum(content), size, size] { common += double(value) }
      common += words([UInt16(truncatingIfNeeded: name.utf8.count), 0])
      directory += double(0x0201_4B50) + words([20]) + common + words([0, 0, 0]) + double(0)
      directory += double(UInt32(truncatingIfNeeded: bytes.count)) + Array(name.utf8)
      bytes += double(0x0403_4B50) + common + Array(name.utf8) + content
    }
    let count = UInt16(truncatingIfNeeded: members.count)
    var end = double(0x0605_4B50) + words([0, 0, count, count])
    for value in [directory.count, bytes.count] { end += double(UInt32(truncatingIfNeeded: value)) }
    return bytes + directory + end + words([0])
  }

  private static func words(_ values: [UInt16]) -> [UInt8] {
    values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
  }

  private static func double(_ value: UInt32) -> [UInt8] {
    words([UInt16(truncatingIfNeeded: value), UInt16(truncatingIfNeeded: value >> 16)])
  }

  /// CRC-32.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var sum = ~UInt32(0)
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = (sum >> 1) ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    return ~sum
  }
}
