import BusPrinter
import BusTimeline
import NinebotBus

/// Which frames are shown. A filter acts on the view only: captures store everything.
struct FrameFilter: Sendable {
  /// `id:mask` or `id~mask` over the bytes from the address on: address (two of them for 5AA5), command, argument.
  struct Mask: Hashable, Sendable {
    var id: [UInt8]
    var mask: [UInt8]
    /// `~`: shows what does not match.
    var inverted: Bool

    /// Reads candump's form in whole bytes, for instance `2061b0:ffffff` or `20:ff`.
    init?(_ text: String) {
      guard let mark = text.firstIndex(where: { $0 == ":" || $0 == "~" }),
        let id = hexBytes(text[..<mark]), let mask = hexBytes(text[text.index(after: mark)...]),
        id.count == mask.count, (1...4).contains(id.count)
      else { return nil }
      self.id = id
      self.mask = mask
      inverted = text[mark] == "~"
    }

    func matches(_ bytes: Span<UInt8>) -> Bool {
      guard bytes.count >= 3 + id.count else { return inverted }
      for index in id.indices where bytes[3 + index] & mask[index] != id[index] & mask[index] { return inverted }
      return !inverted
    }
  }

  var from: Set<Role> = []
  var to: Set<Role> = []
  var commands: Set<UInt8> = []
  var registers: Set<UInt8> = []
  var senders: Set<String> = []
  var masks: [Mask] = []

  /// Whether nothing was asked for, so that bytes outside frames are shown too.
  var isEmpty: Bool {
    from.isEmpty && to.isEmpty && commands.isEmpty && registers.isEmpty && senders.isEmpty && masks.isEmpty
  }

  /// - Parameters:
  ///   - reading: nil for what is no frame, which only an empty filter shows.
  ///   - sender: who sent it, by its name.
  func shows(_ reading: FrameReading?, sender: String, _ bytes: Span<UInt8>) -> Bool {
    if isEmpty { return true }
    guard let reading else { return false }
    return (from.isEmpty || from.contains(reading.from))
      && (to.isEmpty || to.contains(reading.to))
      && (commands.isEmpty || commands.contains(reading.command))
      && (registers.isEmpty || reading.namesRegister && registers.contains(reading.argument))
      && (senders.isEmpty || senders.contains(sender))
      && (masks.isEmpty || masks.contains { $0.matches(bytes) })
  }
}

/// Whole bytes in hexadecimal; nil for anything else.
func hexBytes(_ text: some StringProtocol) -> [UInt8]? {
  let digits = text.utf8.map { $0 }
  guard digits.count % 2 == 0, !digits.isEmpty, text.allSatisfy(\.isHexDigit) else { return nil }
  var bytes: [UInt8] = []
  for index in stride(from: 0, to: digits.count, by: 2) {
    guard let byte = UInt8(String(decoding: digits[index..<(index + 2)], as: UTF8.self), radix: 16) else { return nil }
    bytes.append(byte)
  }
  return bytes
}
