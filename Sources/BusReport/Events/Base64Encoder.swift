/// Bytes as base64 text (RFC 4648, 4), piece by piece.
struct Base64Encoder {
  /// Text so far; the caller takes it with `takeText`.
  private(set) var text: [UInt8] = []
  private var pending: UInt32 = 0
  private var count = 0

  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  mutating func append(_ bytes: Span<UInt8>) {
    for index in 0..<bytes.count {
      pending = pending << 8 | UInt32(bytes[index])
      count += 1
      if count == 3 { flush() }
    }
  }

  /// Ends the text; what comes next begins anew.
  mutating func finish() {
    guard count > 0 else { return }
    let missing = 3 - count
    pending <<= UInt32(8 * missing)
    flush()
    for index in 1...missing { text[text.count - index] = UInt8(ascii: "=") }
  }

  mutating func takeText() -> [UInt8] {
    defer { text.removeAll(keepingCapacity: true) }
    return text
  }

  private mutating func flush() {
    for shift: UInt32 in [18, 12, 6, 0] { text.append(Self.digits[Int(pending >> shift & 63)]) }
    pending = 0
    count = 0
  }
}
