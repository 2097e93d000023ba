import CaptureFiles
import Foundation
import ScooterSim
import TestSupport
import Testing

@testable import BleSide

/// The same packets in every file format.
struct LogPackets {
  struct Packet {
    var type: UInt8
    var isSent: Bool
    var time: Int64
    var content: [UInt8]
  }
  var packets: [Packet] = []

  /// Takes a btsnoop log with H4 packets apart.
  init(_ log: [UInt8]) {
    var index = 16
    while index + 24 < log.count {
      let count = Int(log.span.u32BE(index + 4))
      let flags = log.span.u32BE(index + 8)
      let micros = Int64(bitPattern: log.span.u64BE(index + 16)) - BtsnoopReader.epoch
      packets.append(
        Packet(
          type: log[index + 24], isSent: flags & 1 == 0, time: micros * 1000,
          content: Array(log[(index + 25)..<(index + 24 + count)])))
      index += 24 + count
    }
  }

  static func big(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
  }

  static func little(_ value: UInt64, _ count: Int) -> [UInt8] { big(value, count).reversed() }

  /// btsnoop of data link 1001 or 2001.
  func btsnoop(_ link: UInt32) -> [UInt8] {
    var log = BtsnoopReader.magic + Self.big(1, 4) + Self.big(UInt64(link), 4)
    for packet in packets {
      let isControl = packet.type != 2
      var flags: UInt32 = (packet.isSent ? 0 : 1) | (isControl ? 2 : 0)
      if link == 2001 { flags = Self.opcode(packet) }
      log += Self.big(UInt64(packet.content.count), 4) + Self.big(UInt64(packet.content.count), 4)
      log += Self.big(UInt64(flags), 4) + Self.big(0, 4)
      log += Self.big(UInt64(bitPattern: packet.time / 1000 + BtsnoopReader.epoch), 8) + packet.content
    }
    return log
  }

  static func opcode(_ packet: Packet) -> UInt32 { packet.type == 4 ? 3 : packet.isSent ? 4 : 5 }

  func packetLogger(little: Bool) -> [UInt8] {
    var log: [UInt8] = []
    for packet in packets {
      let type: UInt8 = packet.type == 4 ? 1 : packet.isSent ? 2 : 3
      let number = little ? Self.little : Self.big
      log += number(UInt64(packet.content.count + 9), 4)
      log += number(UInt64(packet.time / 1_000_000_000), 4) + number(UInt64(packet.time % 1_000_000_000 / 1000), 4)
      log += [type] + packet.content
    }
    return log
  }

  /// Classic pcap with microseconds.
  func pcap(_ link: LinkType, _ content: (Packet) -> [[UInt8]]) -> [UInt8] {
    var log = Self.little(0xA1B2_C3D4, 4) + Self.little(2, 2) + Self.little(4, 2) + Self.little(0, 8)
    log += Self.little(65_535, 4) + Self.little(UInt64(link.rawValue), 4)
    for packet in packets {
      for bytes in content(packet) {
        log += Self.little(UInt64(packet.time / 1_000_000_000), 4)
        log += Self.little(UInt64(packet.time % 1_000_000_000 / 1000), 4)
        log += Self.little(UInt64(bytes.count), 4) + Self.little(UInt64(bytes.count), 4) + bytes
      }
    }
    return log
  }

  /// What an air sniffer sees of an ACL packet: link-layer packets of at most 27 bytes, each sent twice.
  static func air(_ packet: Packet, header: Bool) -> [[UInt8]] {
    guard packet.type == 2 else { return [] }
    let data = packet.content.dropFirst(4)
    var packets: [[UInt8]] = []
    var start = data.startIndex
    var isFirst = packet.content[1] & 0x10 == 0
    while start < data.endIndex {
      let piece = data[start..<min(start + 27, data.endIndex)]
      var bytes: [UInt8] = [0x11, 0x22, 0x33, 0x44, isFirst ? 2 : 1, UInt8(piece.count)] + piece + [0, 0, 0]
      if header {
        let flags: UInt64 = 0x0C00 | (packet.isSent ? 2 : 3) << 7
        bytes = [17, 0xC0, 0, 0, 0, 0, 0, 0] + little(flags, 2) + bytes
      }
      packets += [bytes, bytes]
      isFirst = false
      start += 27
    }
    return packets
  }
}

@Suite("Log formats")
struct LogFormatTests {
  static let source: [UInt8] = (try? WholeSessionTests.session(8).bytesOfLog) ?? []

  /// Name, log, format.
  static let logs: [(String, [UInt8], BleLogFormat)] = {
    let packets = LogPackets(source)
    return [
      ("btsnoop H4", source, .btsnoop), ("btsnoop 1001", packets.btsnoop(1001), .btsnoop),
      ("btsnoop monitor", packets.btsnoop(2001), .btsnoop),
      ("PacketLogger", packets.packetLogger(little: false), .packetLogger),
      ("PacketLogger, little-endian", packets.packetLogger(little: true), .packetLogger),
      ("pcap 187", packets.pcap(.bluetoothH4) { [[$0.type] + $0.content] }, .pcap),
      (
        "pcap 201",
        packets.pcap(.bluetoothH4WithDirection) { [[0, 0, 0, $0.isSent ? 0 : 1, $0.type] + $0.content] }, .pcap
      ),
      (
        "pcap 254",
        packets.pcap(.bluetoothMonitor) { [LogPackets.big(UInt64(LogPackets.opcode($0)), 4) + $0.content] }, .pcap
      ),
      ("pcap 256", packets.pcap(.bluetoothLEWithHeader) { LogPackets.air($0, header: true) }, .pcap),
    ]
  }()

  @Test("every format gives the same messages", arguments: logs.indices)
  func same(index: Int) throws {
    let (name, log, format) = Self.logs[index]
    #expect(BleLogFormat(prefix: Array(log.prefix(BleLogFormat.prefixLength))) == format, "\(name)")
    let expected = read(Self.source, try WholeSessionTests.token()).events.messages
    #expect(expected.filter { $0.condition == .readable }.count == 24)
    let (events, error) = read(log, try WholeSessionTests.token(), piece: 1001)
    #expect(error == nil)
    #expect(events.messages == expected, "\(name)")
  }

  @Test("pcapng as Wireshark writes it, direction in the flags")
  func pcapng() throws {
    var writer = PcapngWriter()
    let interface = writer.addInterface(CaptureInterface(linkType: .bluetoothH4))
    for packet in LogPackets(Self.source).packets {
      let bytes = [packet.type] + packet.content
      let flags: PacketFlags = packet.isSent ? .outbound : .inbound
      writer.addPacket(interface: interface, time: packet.time, bytes.span, flags: flags)
    }
    let (events, error) = read(writer.pending, try WholeSessionTests.token())
    #expect(error == nil)
    #expect(events.messages == read(Self.source, try WholeSessionTests.token()).events.messages)
  }

  @Test("a link that is encrypted on the air is said to be")
  func encryptedAir() throws {
    let packets = LogPackets(Self.source)
    let half = packets.packets.count / 2
    var count = 0
    let log = packets.pcap(.bluetoothLEWithHeader) { packet in
      count += 1
      let start: [[UInt8]] =
        count == half ? [[17, 0xC0, 0, 0, 0, 0, 0, 0, 0x80, 0x0D, 0x11, 0x22, 0x33, 0x44, 3, 1, 5, 0, 0, 0]] : []
      return start + LogPackets.air(packet, header: true)
    }
    let events = read(log, try WholeSessionTests.token()).events
    #expect(events.notes.contains(.linkEncrypted))
    #expect(events.messages.filter { $0.condition == .readable }.count < 24)
  }

  @Test("a bug report with the log and the one before it")
  func bugReport() throws {
    var older = try SimulatedPhone(seed: 1)
    older.time -= 1_000_000_000_000
    older.token = [UInt8](1...12)
    try older.connect()
    try older.login()
    try older.exchange([(.toPhone, [0x23, 0x01, 0x1A, 0x34, 0x01])])
    try older.log.disconnect(at: older.time)
    let path = FileManager.default.temporaryDirectory.appending(path: "bugreport-\(UUID().uuidString).zip")
    defer { try? FileManager.default.removeItem(at: path) }
    let folder = "FS/data/misc/bluetooth/logs/"
    let archive = StoredArchive([
      ("main_entry.txt", Array("hello".utf8)), (folder + "btsnoop_hci.log", Self.source),
      (folder + "btsnoop_hci.log.last", older.bytesOfLog),
    ])
    try Data(archive.bytes).write(to: path)
    var recording = try BleRecording(path: path.path, keys: try WholeSessionTests.token())
    #expect(recording.format == .bugReport)
    var events: [BleEvent] = []
    while let event = try recording.next() { events.append(event) }
    let readable = events.messages.filter { $0.condition == .readable }
    #expect(readable.count == 25)
    #expect(readable.first?.body == [0x23, 0x01, 0x1A, 0x34, 0x01])
    #expect(readable.map(\.connection) == [0] + [Int](repeating: 1, count: 24))
  }

  @Test("what is no recording is refused in one line")
  func refusals() {
    for (bytes, cause) in [
      ([], "is empty"), ([UInt8](repeating: 7, count: 100), "is no BLE recording that is known"),
      ([0x50, 0x4B, 3, 4], "is a zip archive that cannot be read from a stream"),
    ] as [([UInt8], String)] {
      #expect(read(bytes).error?.cause == cause)
    }
    let strange = BtsnoopReader.magic + [0, 0, 0, 1, 0, 0, 0x03, 0xEB]
    #expect(read(strange).error?.cause == "holds packets of data link 1003")
    #expect(throws: InputError.self) { _ = try BleRecording(path: "/no/such/file") }
  }

  @Test("changed bytes anywhere trap nothing and end", arguments: 0..<120 as Range<UInt64>)
  func damaged(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var (_, log, _) = Self.logs[Int(seed) % Self.logs.count]
    for _ in 0..<Int.random(in: 1...60, using: &random) {
      log[Int.random(in: log.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
    }
    if Bool.random(using: &random) { log.removeLast(Int.random(in: 0..<log.count, using: &random)) }
    _ = read(log, try WholeSessionTests.token(), piece: Int.random(in: 1...5000, using: &random))
  }

  @Test("random packets behind a sound header trap nothing", arguments: 0..<80 as Range<UInt64>)
  func garbage(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var decoder = BleDecoder(keys: KeyRing(names: ["MIScooter1234"], beaconKey: [UInt8](0..<12)))
    for time in 0..<400 as Range<Int64> {
      let kind: HciPacket.Kind = [.acl, .acl, .event, .air, .command].randomElement(using: &random) ?? .acl
      var bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      if bytes.count > 12, Bool.random(using: &random) {
        // A likely shape, so that the inner layers get their share.
        switch kind {
        case .acl:
          let pdu = UInt8(bytes.count - 8)
          let opcode: UInt8 = [0x52, 0x1B, 0x09, 0x0B, 0x05, 0x08, 0x0A, 0x23].randomElement(using: &random) ?? 0x52
          bytes.replaceSubrange(0..<10, with: [0x40, 0x20, pdu + 4, 0, pdu, 0, 4, 0, opcode, UInt8(time & 7)])
        case .event:
          bytes.replaceSubrange(0..<4, with: [0x3E, UInt8(bytes.count - 2), [1, 2, 10, 13][Int(time & 3)], 0])
        case .air:
          bytes.replaceSubrange(0..<6, with: [0xD6, 0xBE, 0x89, 0x8E, UInt8(time & 7), UInt8(bytes.count - 6)])
        default: break
        }
      }
      let isSent: Bool? = [true, false, nil].randomElement(using: &random) ?? nil
      decoder.push(HciPacket(kind, time: time, isSent: isSent), bytes.span)
    }
    decoder.finish()
  }
}

/// A zip archive without compression.
struct StoredArchive {
  var bytes: [UInt8] = []

  init(_ members: [(String, [UInt8])]) {
    var directory: [UInt8] = []
    for (name, content) in members {
      let crc = Self.crc32(content)
      let common =
        LogPackets.little(20, 2) + LogPackets.little(0, 8) + LogPackets.little(UInt64(crc), 4)
        + LogPackets.little(UInt64(content.count), 4) + LogPackets.little(UInt64(content.count), 4)
        + LogPackets.little(UInt64(name.utf8.count), 2) + LogPackets.little(0, 2)
      directory += [0x50, 0x4B, 1, 2] + LogPackets.little(20, 2) + common + LogPackets.little(0, 10)
      directory += LogPackets.little(UInt64(bytes.count), 4) + Array(name.utf8)
      bytes += [0x50, 0x4B, 3, 4] + common + Array(name.utf8) + content
    }
    let start = bytes.count
    bytes += directory + [0x50, 0x4B, 5, 6] + LogPackets.little(0, 4)
    bytes += LogPackets.little(UInt64(members.count), 2) + LogPackets.little(UInt64(members.count), 2)
    bytes +=
      LogPackets.little(UInt64(directory.count), 4) + LogPackets.little(UInt64(start), 4) + LogPackets.little(0, 2)
  }

  static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
  }
}
