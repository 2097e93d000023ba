internal import CaptureFiles

/// Apple's PacketLogger (`.pklg`): records of length, seconds, microseconds, type and content, in either byte order.
struct PacketLoggerReader: LogReader {
  private static let longestRecord = 1 << 20

  private var window: InputWindow
  private let isLittle: Bool

  /// `prefix` decides the byte order.
  init(_ window: InputWindow, prefix: [UInt8]) {
    self.window = window
    isLittle = Self.order(prefix) ?? false
  }

  var bytes: [UInt8] { window.bytes }

  /// Whether the first record looks like one: there is no magic number.
  static func recognises(_ prefix: [UInt8]) -> Bool { order(prefix) != nil }

  /// True for little-endian; nil when it is no such file.
  private static func order(_ prefix: [UInt8]) -> Bool? {
    guard prefix.count >= 13, kind(prefix[12]) != nil else { return nil }
    for isLittle in [false, true] {
      let length = number(prefix.span, 0, isLittle)
      let micros = number(prefix.span, 8, isLittle)
      guard (9..<65_536).contains(length), micros < 1_000_000 else { continue }
      // A second record where the first one ends.
      let next = 4 + Int(length)
      if prefix.count >= next + 13 {
        let second = number(prefix.span, next, isLittle)
        guard (9..<65_536).contains(second), kind(prefix[next + 12]) != nil else { continue }
      }
      return isLittle
    }
    return nil
  }

  @inline(__always)
  private static func number(_ bytes: Span<UInt8>, _ index: Int, _ isLittle: Bool) -> UInt32 {
    isLittle ? bytes.u32(index) : bytes.u32BE(index)
  }

  /// The types that Apple's tool writes.
  private static func kind(_ type: UInt8) -> (HciPacket.Kind, isSent: Bool?)? {
    switch type {
    case 0x00: (.command, true)
    case 0x01: (.event, false)
    case 0x02: (.acl, true)
    case 0x03: (.acl, false)
    case 0x08...0x0B, 0xF7...0xFE: (.other, nil)
    default: nil
    }
  }

  mutating func next() throws(InputError) -> LogPacket? {
    guard try window.fill(12) else {
      guard window.available > 0 else { return nil }
      throw window.brokenOff()
    }
    let position = window.position
    let length = Int(Self.number(window.bytes.span, position, isLittle))
    guard length >= 8, length <= Self.longestRecord else {
      throw InputError(
        window.name, "is damaged at byte \(window.offset): a packet claims \(length) bytes",
        remedy: "everything before that was read")
    }
    let seconds = Int64(Self.number(window.bytes.span, position + 4, isLittle))
    let micros = Int64(Self.number(window.bytes.span, position + 8, isLittle))
    guard try window.fill(4 + length) else { throw window.brokenOff() }
    let start = window.position + 12
    let end = window.position + 4 + length
    window.take(4 + length)
    let time = seconds * 1_000_000_000 + micros * 1000
    guard start < end, let (kind, isSent) = Self.kind(window.bytes[start]) else {
      return LogPacket(packet: HciPacket(.other, time: time, isSent: nil), range: start..<end)
    }
    return LogPacket(packet: HciPacket(kind, time: time, isSent: isSent), range: (start + 1)..<end)
  }
}
