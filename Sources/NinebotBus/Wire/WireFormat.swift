/// The frame formats seen on the wire, each a row of constants (protocol.md 1.1 to 1.5).
public enum WireFormat: UInt8, Hashable, Sendable, CaseIterable {
  /// `55 AA`, L = command + argument + payload, one address byte (protocol.md 1.1).
  case xiaomi
  /// `5A A5`, L = payload, source and destination (protocol.md 1.2).
  case ninebot
  /// `55 AB` with AES-CCM body: counter, body, 4 random bytes, 4-byte tag (protocol.md 1.5).
  case xiaomiCCM
  /// `55 AB` with XOR body and 4 extra bytes (protocol.md 1.4).
  case xiaomiXOR

  /// The name in JSON and in text.
  public var name: StaticString {
    switch self {
    case .xiaomi: "55aa"
    case .ninebot: "5aa5"
    case .xiaomiCCM, .xiaomiXOR: "55ab"
    }
  }

  /// The two bytes that a frame starts with.
  @inlinable public var header: (UInt8, UInt8) {
    switch self {
    case .xiaomi: (0x55, 0xAA)
    case .ninebot: (0x5A, 0xA5)
    case .xiaomiCCM, .xiaomiXOR: (0x55, 0xAB)
    }
  }

  /// Bytes of a whole frame besides the L that its third byte counts.
  @inlinable public var overhead: Int {
    switch self {
    case .xiaomi: 6
    case .ninebot: 9
    case .xiaomiCCM: 16
    case .xiaomiXOR: 10
    }
  }

  /// The smallest L that a frame can have: 55AA counts its command and argument, 5AA5 does not.
  @inlinable public var smallestL: UInt8 { self == .ninebot ? 0 : 2 }

  /// The formats that start with these two bytes, likelier first.
  static func starting(_ first: UInt8, _ second: UInt8) -> (WireFormat, WireFormat?)? {
    switch (first, second) {
    case (0x55, 0xAA): (.xiaomi, nil)
    case (0x5A, 0xA5): (.ninebot, nil)
    case (0x55, 0xAB): (.xiaomiCCM, .xiaomiXOR)
    default: nil
    }
  }
}
