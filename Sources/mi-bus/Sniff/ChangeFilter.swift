import NinebotBus

/// Lets a message through when its data differ from the last time (`--changes`).
struct ChangeFilter {
  /// Last frame by tap, address, command, argument and length. Bounded: what is new past that is always shown.
  private var last: [Key: [UInt8]] = [:]
  private let most = 4096

  private struct Key: Hashable {
    var tap: Int
    var header: [6 of UInt8]

    static func == (a: Key, b: Key) -> Bool {
      a.tap == b.tap && (0..<6).allSatisfy { a.header[$0] == b.header[$0] }
    }
    func hash(into hasher: inout Hasher) {
      hasher.combine(tap)
      for index in 0..<6 { hasher.combine(header[index]) }
    }
  }

  mutating func differs(_ bytes: Span<UInt8>, tap: Int) -> Bool {
    guard bytes.count >= 8 else { return true }
    var key = Key(tap: tap, header: .init(repeating: 0))
    // From L to the argument; one byte more where 5AA5 has two addresses.
    for index in 0..<(bytes[0] == 0x5A ? 5 : 4) { key.header[index] = bytes[2 + index] }
    key.header[5] = bytes[0]
    let now = (0..<bytes.count).map { bytes[$0] }
    if let before = last[key] {
      if before == now { return false }
    } else if last.count >= most {
      return true
    }
    last[key] = now
    return true
  }
}
