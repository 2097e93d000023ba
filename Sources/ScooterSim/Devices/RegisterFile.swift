import NinebotBus

/// The 256 16-bit registers of an ESC or BMS, little-endian (protocol.md 4).
struct RegisterFile: Sendable {
  private var words = [UInt16](repeating: 0, count: 256)

  subscript(register: UInt8) -> UInt16 {
    get { words[Int(register)] }
    set { words[Int(register)] = newValue }
  }

  /// Sets a register from a number of any size; what does not fit is cut to the nearest value that does.
  mutating func set(_ register: UInt8, _ value: Double) {
    let whole = value.rounded()
    words[Int(register)] =
      whole < 0 ? UInt16(bitPattern: Int16(max(whole, -32_768))) : UInt16(min(whole, 65_535))
  }

  /// Sets two registers, low word first.
  mutating func setLong(_ register: UInt8, _ value: Double) {
    let whole = UInt32(min(max(value.rounded(.down), 0), 4_294_967_295))
    words[Int(register)] = UInt16(truncatingIfNeeded: whole)
    words[Int(register &+ 1)] = UInt16(truncatingIfNeeded: whole >> 16)
  }

  /// Sets ASCII text, two characters a register.
  mutating func set(_ register: UInt8, text: String) {
    for (index, byte) in text.utf8.enumerated() {
      let word = Int(register) + index / 2
      guard word < words.count else { return }
      words[word] = index % 2 == 0 ? UInt16(byte) : words[word] | UInt16(byte) << 8
    }
  }

  /// `count` bytes from a register on; a device reads on past what it knows, as zeros.
  func read(_ register: UInt8, bytes count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    for index in 0..<count {
      let word = Int(register) + index / 2
      let value = word < words.count ? words[word] : 0
      bytes.append(UInt8(truncatingIfNeeded: index % 2 == 0 ? value : value >> 8))
    }
    return bytes
  }
}

/// The bytes of a 55AA frame (protocol.md 1.1). Shorter than `Frame.encoded`, for frames that always fit.
func wireFrame(_ address: UInt8, _ command: UInt8, _ argument: UInt8, _ payload: [UInt8] = []) -> [UInt8] {
  // Every payload of the model is far below the 253 bytes that fit; an empty frame would show in every test.
  (try? Frame(to: address, command, argument, payload).encoded()) ?? []
}
