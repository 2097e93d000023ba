/// The bytes of many events, one behind the other. An array takes ten times as long to append so few at once.
struct PackedBytes: Sendable {
  /// Those up to `count` are in use.
  private(set) var storage: [UInt8]
  private(set) var count = 0

  /// - Parameter room: bytes that are expected.
  init(room: Int) { storage = [UInt8](repeating: 0, count: max(room, 64)) }

  /// Forgets all of them, and keeps the room.
  mutating func removeAll() { count = 0 }

  /// Adds the bytes of one event.
  @inline(__always)
  mutating func append(_ bytes: Span<UInt8>) {
    let start = count
    count += bytes.count
    if count > storage.count { storage += repeatElement(0, count: max(storage.count, bytes.count)) }
    bytes.withUnsafeBytes { source in
      storage.withUnsafeMutableBytes { target in
        UnsafeMutableRawBufferPointer(rebasing: target[start..<(start + source.count)]).copyMemory(from: source)
      }
    }
  }
}
