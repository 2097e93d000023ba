/// What the packets of an interface hold: the numbers of tcpdump.org's link-type registry.
public struct LinkType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public var rawValue: UInt16

  public init(rawValue: UInt16) { self.rawValue = rawValue }
  public init(_ value: UInt16) { rawValue = value }

  /// USER0: the bytes of a bus frame, nothing before them.
  public static let user0 = LinkType(147)
  /// HCI UART packets without a direction.
  public static let bluetoothH4 = LinkType(187)
  /// HCI UART packets behind 4 bytes of direction, big-endian, 0 = sent by the host.
  public static let bluetoothH4WithDirection = LinkType(201)
  /// Serial bytes behind the 12-byte header of an SEL RTAC.
  public static let rtacSerial = LinkType(250)
  /// Bluetooth LE packets from the air.
  public static let bluetoothLE = LinkType(251)
  /// Packets of Linux' Bluetooth monitor channel.
  public static let bluetoothMonitor = LinkType(254)
  /// Bluetooth LE packets from the air behind a radio header.
  public static let bluetoothLEWithHeader = LinkType(256)
  /// Bluetooth LE packets of the nRF sniffer.
  public static let nordicBLE = LinkType(272)

  public var description: String { "link type \(rawValue)" }
}
