public import NinebotBus

/// A block of registers that clients read at once.
public struct RegisterBlock: Hashable, Sendable, CustomStringConvertible {
  /// Who holds it.
  public var role: Role
  public var register: UInt8
  /// Bytes.
  public var count: UInt8
  /// For people.
  public var name: StaticText

  /// A text that costs nothing to copy and compare.
  public struct StaticText: Hashable, Sendable, CustomStringConvertible {
    private let text: StaticString
    init(_ text: StaticString) { self.text = text }
    public var description: String { "\(text)" }
    public static func == (a: Self, b: Self) -> Bool { a.description == b.description }
    public func hash(into hasher: inout Hasher) { hasher.combine(description) }
  }

  /// `esc b0/32 (status block)`.
  public var description: String { "\(role.name) \(HexText.byte(register))/\(count) (\(name))" }
}

/// What a reply's length alone says: the blocks that apps and dashes are known to read (protocol.md 4.6).
public enum LengthTable {
  /// Every block, the one most often polled first.
  public static let blocks: [RegisterBlock] = [
    block(.esc, 0xB0, 32, "status block"), block(.esc, 0x3A, 4, "time since power-on and trip time"),
    block(.bms, 0x31, 10, "battery state"), block(.bms, 0x40, 30, "cell voltages"),
    block(.esc, 0x23, 6, "range"), block(.esc, 0x10, 14, "serial number"), block(.esc, 0x7C, 2, "cruise control"),
    block(.esc, 0x1A, 2, "firmware version"), block(.esc, 0x67, 4, "BMS and BLE firmware versions"),
    block(.esc, 0x17, 6, "pairing PIN"), block(.bms, 0x3B, 2, "health"), block(.bms, 0x20, 6, "manufacture date"),
    block(.bms, 0x1B, 4, "charge counts"), block(.bms, 0x10, 18, "serial number and versions"),
    block(.esc, 0x25, 2, "predicted range"), block(.esc, 0x3A, 10, "times and temperature"),
    block(.bms, 0x40, 24, "cell voltages"), block(.bms, 0x10, 34, "serial number and counts"),
    block(.esc, 0x10, 22, "serial number and versions"), block(.esc, 0x7B, 6, "settings"),
    block(.esc, 0xB2, 2, "lock state"), block(.bms, 0x30, 12, "battery state"),
  ]

  private static func block(_ role: Role, _ register: UInt8, _ count: UInt8, _ name: StaticString) -> RegisterBlock {
    RegisterBlock(role: role, register: register, count: count, name: RegisterBlock.StaticText(name))
  }

  /// The blocks that a reply with so many data bytes fits, likeliest first.
  public static func blocks(dataBytes count: Int) -> [RegisterBlock] { blocks.filter { Int($0.count) == count } }

  /// The data bytes of a reply with this L byte.
  public static func dataBytes(length: UInt8, _ format: CommFormat) -> Int {
    format.wire == .ninebot ? Int(length) : max(0, Int(length) - 2)
  }
}

extension HexText {
  /// Two digits.
  static func byte(_ value: UInt8) -> String { (value < 16 ? "0" : "") + String(value, radix: 16) }
}
