/// Writes zip archives whose members are not compressed, with lies where a test wants them (PKWARE APPNOTE 4.3).
struct StoredZip {
  private var bytes: [UInt8] = []
  private var directory: [UInt8] = []
  private var count = 0
  private var last: (crc: UInt32, packed: Int, size: Int, offset: Int) = (0, 0, 0, 0)

  /// Adds a member; `claimed` is the size that the headers tell.
  mutating func add(_ name: String, _ content: [UInt8], claimed: Int? = nil) {
    last = (StoredZip.crc(content), content.count, claimed ?? content.count, bytes.count)
    bytes +=
      StoredZip.little(0x0403_4B50, 4) + StoredZip.little(10, 2) + fields() + StoredZip.little(name.utf8.count, 2)
    bytes += StoredZip.little(0, 2) + Array(name.utf8) + content
    addAlias(name)
  }

  /// Adds a directory entry for the bytes of the last member.
  mutating func addAlias(_ name: String) {
    directory += StoredZip.little(0x0201_4B50, 4) + StoredZip.little(10, 2) + StoredZip.little(10, 2) + fields()
    directory += StoredZip.little(name.utf8.count, 2) + StoredZip.little(0, 12) + StoredZip.little(last.offset, 4)
    directory += Array(name.utf8)
    count += 1
  }

  func finished() -> [UInt8] {
    bytes + directory + StoredZip.little(0x0605_4B50, 4) + StoredZip.little(0, 4) + StoredZip.little(count, 2)
      + StoredZip.little(count, 2) + StoredZip.little(directory.count, 4) + StoredZip.little(bytes.count, 4)
      + StoredZip.little(0, 2)
  }

  /// Flags, method, time, date, CRC and sizes: the same in both headers.
  private func fields() -> [UInt8] {
    StoredZip.little(0, 8) + StoredZip.little(Int(last.crc), 4) + StoredZip.little(last.packed, 4)
      + StoredZip.little(last.size, 4)
  }

  static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
  }

  static func crc(_ bytes: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
  }
}
