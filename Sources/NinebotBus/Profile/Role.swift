/// What a device on the bus is for. A role is what an address *claims*; who sent a frame is a finding.
public enum Role: UInt8, Hashable, Sendable, CaseIterable {
  /// An address that the profile does not know.
  case unknown
  /// The motor controller.
  case esc
  /// The BLE module with the stock dash.
  case ble
  /// The battery's controller.
  case bms
  /// The controller of an external battery (Ninebot ES).
  case externalBms
  /// The app; on Xiaomi wires it has no address of its own (protocol.md 2.4).
  case phone
  /// A computer, a lock or another client on the wire (5AA5 0x3D).
  case pc
  /// Everybody.
  case broadcast

  /// The name in JSON, in text, in filters and in profiles.
  @inlinable public var name: StaticString {
    switch self {
    case .unknown: "unknown"
    case .esc: "esc"
    case .ble: "ble"
    case .bms: "bms"
    case .externalBms: "ext-bms"
    case .phone: "phone"
    case .pc: "pc"
    case .broadcast: "broadcast"
    }
  }

  /// The role of that name; nil for any other text.
  public init?(name: some StringProtocol) {
    guard let role = Role.allCases.first(where: { name == "\($0.name)" }) else { return nil }
    self = role
  }

  /// How far from the person a device is. Replies go down this order; 5AA5 addresses do not tell a direction.
  @inlinable var depth: UInt8 {
    switch self {
    case .phone, .pc: 0
    case .unknown, .broadcast, .ble: 1
    case .esc: 2
    case .bms, .externalBms: 3
    }
  }
}

/// Which stretch of wire a tap listens to: one 55AA address byte means other devices on another one
/// (protocol.md 2.1, 2.2).
public enum Link: UInt8, Hashable, Sendable, CaseIterable {
  /// The single wire between ESC and BLE module.
  case escBle
  /// The two wires between ESC and BMS.
  case escBms
  /// The phone's decrypted stream: what a frame says after BLE is taken off.
  case phoneBle

  /// The name in JSON, in options and in profiles.
  @inlinable public var name: StaticString {
    switch self {
    case .escBle: "esc-ble"
    case .escBms: "esc-bms"
    case .phoneBle: "phone-ble"
    }
  }

  /// The link of that name; nil for any other text.
  public init?(name: some StringProtocol) {
    guard let link = Link.allCases.first(where: { name == "\($0.name)" }) else { return nil }
    self = link
  }
}
