internal import CaptureFiles

/// pcapng and pcap with Bluetooth link types: 187, 201, 254 from hosts, 251 and 256 from air sniffers.
struct PcapReader: LogReader {
  private var reader: PacketReader

  init(_ stream: any ByteStream) { reader = PacketReader(stream) }

  static func recognises(_ prefix: [UInt8]) -> Bool {
    PacketReader.recognisesPcapng(prefix) || PacketReader.recognisesPcap(prefix)
  }

  var bytes: [UInt8] { reader.bytes }

  mutating func next() throws(InputError) -> LogPacket? {
    guard let packet = try reader.next() else { return nil }
    let time = packet.time ?? 0
    let range = packet.data
    guard reader.interfaces.indices.contains(packet.interface) else {
      return LogPacket(packet: HciPacket(.other, time: time, isSent: nil), range: range)
    }
    let told: Bool? = packet.flags.contains(.outbound) ? true : packet.flags.contains(.inbound) ? false : nil
    return Self.classify(
      reader.bytes.span, range, reader.interfaces[packet.interface].linkType, isSent: told, time: time)
  }

  private static func classify(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ link: LinkType, isSent: Bool?, time: Int64
  ) -> LogPacket {
    let start = range.lowerBound
    let end = range.upperBound
    switch link {
    case .bluetoothH4 where range.count >= 1:
      return LogPacket(
        packet: HciPacket(HciPacket.h4(bytes[start]), time: time, isSent: isSent), range: (start + 1)..<end)
    case .bluetoothH4WithDirection where range.count >= 5:
      return LogPacket(
        packet: HciPacket(HciPacket.h4(bytes[start + 4]), time: time, isSent: bytes.u32BE(start) & 1 == 0),
        range: (start + 5)..<end)
    case .bluetoothMonitor where range.count >= 4:
      let (kind, isSent) = HciPacket.monitor(bytes.u16(start + 2).byteSwapped)
      let adapter = bytes.u16(start).byteSwapped
      return LogPacket(
        packet: HciPacket(kind, time: time, isSent: isSent, adapter: adapter), range: (start + 4)..<end)
    case .bluetoothLE where range.count >= 9:
      // The last three bytes are the CRC.
      return LogPacket(packet: HciPacket(.air, time: time, isSent: nil), range: start..<(end - 3))
    case .bluetoothLEWithHeader where range.count >= 19:
      let flags = bytes.u16(start + 8)
      // Bits 10 and 11: the CRC was checked, and it was right.
      guard flags & 0x0400 == 0 || flags & 0x0800 != 0 else { break }
      let isSent: Bool? =
        switch flags >> 7 & 7 {
        case 2: true
        case 3: false
        default: nil
        }
      return LogPacket(packet: HciPacket(.air, time: time, isSent: isSent), range: (start + 10)..<(end - 3))
    default: break
    }
    return LogPacket(packet: HciPacket(.other, time: time, isSent: nil), range: range)
  }
}
