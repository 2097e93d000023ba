/// The controller's events that matter here (Bluetooth Core, vol. 4 part E, 7.7).
enum HciEvent: Hashable, Sendable {
  /// A low-energy connection to this device is up.
  case connected(handle: UInt16, isCentral: Bool, peer: PeerAddress)
  case disconnected(handle: UInt16)
  /// A device in reach tells its name.
  case advertised(peer: PeerAddress, Advertisement)

  init?(_ bytes: Span<UInt8>) {
    guard bytes.count >= 3, bytes.count >= 2 + Int(bytes[1]) else { return nil }
    switch bytes[0] {
    case 0x05:
      guard bytes.count >= 6, bytes[2] == 0 else { return nil }
      self = .disconnected(handle: bytes.u16(3) & 0x0FFF)
    case 0x3E: self.init(lowEnergy: bytes)
    default: return nil
    }
  }

  private init?(lowEnergy bytes: Span<UInt8>) {
    switch bytes[2] {
    // Connection complete, enhanced, enhanced version 2: the same first fields.
    case 0x01, 0x0A, 0x29:
      guard bytes.count >= 14, bytes[3] == 0 else { return nil }
      self = .connected(handle: bytes.u16(4) & 0x0FFF, isCentral: bytes[6] == 0, peer: PeerAddress(bytes, at: 8))
    // Advertising report. Controllers put one report in an event.
    case 0x02:
      guard bytes.count >= 13, bytes.count >= 13 + Int(bytes[12]) else { return nil }
      let data = bytes.extracting(13..<(13 + Int(bytes[12])))
      guard let found = Advertisement(data) else { return nil }
      self = .advertised(peer: PeerAddress(bytes, at: 6), found)
    // Extended advertising report.
    case 0x0D:
      guard bytes.count >= 28, bytes.count >= 28 + Int(bytes[27]) else { return nil }
      let data = bytes.extracting(28..<(28 + Int(bytes[27])))
      guard let found = Advertisement(data) else { return nil }
      self = .advertised(peer: PeerAddress(bytes, at: 7), found)
    default: return nil
    }
  }
}

/// A Bluetooth device address.
public struct PeerAddress: Hashable, Sendable, CustomStringConvertible {
  /// The 48 bits.
  public let value: UInt64

  init(_ bytes: Span<UInt8>, at index: Int) {
    var value: UInt64 = 0
    for offset in (0..<6).reversed() { value = value << 8 | UInt64(bytes[index + offset]) }
    self.value = value
  }

  public init(_ value: UInt64) { self.value = value & 0xFFFF_FFFF_FFFF }

  /// `aa:bb:cc:dd:ee:ff`.
  public var description: String {
    stride(from: 40, through: 0, by: -8).map { HexText.byte(UInt8(truncatingIfNeeded: value >> UInt64($0))) }
      .joined(separator: ":")
  }
}

/// What an advertisement tells: the name, and whether a scooter says it (protocol.md 6.1).
struct Advertisement: Hashable, Sendable {
  var name: [UInt8]
  var isScooter: Bool

  /// Nil when there is no name.
  init?(_ data: Span<UInt8>) {
    var name: [UInt8]?
    var isScooter = false
    var index = 0
    while index + 1 < data.count {
      let length = Int(data[index])
      guard length > 0, index + 1 + length <= data.count else { break }
      let content = data.extracting((index + 2)..<(index + 1 + length))
      switch data[index + 1] {
      case 0x08 where name == nil, 0x09: name = content.array
      case 0xFF: if content.count >= 2, content[0] == 0x4E, content[1] == 0x42 { isScooter = true }
      default: break
      }
      index += 1 + length
    }
    guard let name, !name.isEmpty else { return nil }
    self.name = name
    self.isScooter = isScooter || Self.isScooterName(name)
  }

  static func isScooterName(_ name: [UInt8]) -> Bool {
    ["MISc", "NBSc", "JP2", "Seg"].contains { name.starts(with: $0.utf8) }
  }
}
