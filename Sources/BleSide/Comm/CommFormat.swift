public import NinebotBus

/// Which way a message goes.
public enum BleDirection: UInt8, Hashable, Sendable, CaseIterable {
  case toScooter
  case toPhone

  /// The name in JSON.
  public var name: StaticString { self == .toScooter ? "to-scooter" : "to-phone" }
}

/// How a message is wrapped on the air (protocol.md 1.1 to 1.6).
public enum CommFormat: UInt8, Hashable, Sendable, CaseIterable {
  case plain55AA
  case plain5AA5
  /// 55AB with AES-CCM.
  case ccm
  /// 55AB with the fixed keystream.
  case xor
  /// 5AA5 with NinebotCrypto.
  case ninebotCrypto

  /// The frame's format as JSON and filters call it.
  public var wire: WireFormat {
    switch self {
    case .plain55AA: .xiaomi
    case .plain5AA5, .ninebotCrypto: .ninebot
    case .ccm: .xiaomiCCM
    case .xor: .xiaomiXOR
    }
  }

  /// Bytes of a frame besides the L that its third byte counts.
  @inlinable public var overhead: Int {
    switch self {
    case .plain55AA: 6
    case .plain5AA5: 9
    case .xor: 10
    case .ninebotCrypto: 13
    case .ccm: 16
    }
  }

  /// What a header can start, shorter frames first.
  @inlinable
  static func starting(_ first: UInt8, _ second: UInt8) -> (CommFormat, CommFormat?)? {
    switch (first, second) {
    case (0x55, 0xAA): (.plain55AA, nil)
    case (0x55, 0xAB): (.xor, .ccm)
    case (0x5A, 0xA5): (.plain5AA5, .ninebotCrypto)
    default: nil
    }
  }
}
