@testable import CaptureFiles

/// Builds pcapng and pcap by hand, in either byte order, independent of the writer under test.
struct PcapngBuilder {
  var bytes: [UInt8] = []
  let big: Bool

  init(big: Bool = false) { self.big = big }

  func number(_ value: UInt64, _ count: Int) -> [UInt8] {
    let little = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    return big ? little.reversed() : little
  }

  static func padded(_ bytes: [UInt8]) -> [UInt8] { bytes + Array(repeating: 0, count: -bytes.count & 3) }

  func option(_ code: UInt64, _ value: [UInt8]) -> [UInt8] {
    number(code, 2) + number(UInt64(value.count), 2) + PcapngBuilder.padded(value)
  }

  mutating func block(_ type: UInt64, _ body: [UInt8], length: UInt64? = nil, trailer: UInt64? = nil) {
    let true_ = UInt64(body.count + 12)
    bytes += number(type, 4) + number(length ?? true_, 4) + body + number(trailer ?? length ?? true_, 4)
  }

  mutating func section(version: UInt64 = 1) {
    block(0x0A0D_0D0A, number(0x1A2B_3C4D, 4) + number(version, 2) + number(0, 2) + number(.max, 8))
  }

  mutating func interface(_ link: UInt64, snap: UInt64 = 0, options: [UInt8] = []) {
    block(1, number(link, 2) + number(0, 2) + number(snap, 4) + options)
  }

  mutating func packet(
    _ interface: UInt64, _ stamp: UInt64, _ data: [UInt8], original: UInt64? = nil, captured: UInt64? = nil,
    options: [UInt8] = []
  ) {
    block(
      6,
      number(interface, 4) + number(stamp >> 32, 4) + number(stamp & 0xFFFF_FFFF, 4)
        + number(captured ?? UInt64(data.count), 4) + number(original ?? UInt64(data.count), 4)
        + PcapngBuilder.padded(data) + options)
  }
}

/// A packet with its bytes copied out, and what ended the reading.
struct ReadPackets {
  struct Packet: Equatable {
    var interface: Int
    var time: Int64?
    var data: [UInt8]
    var originalLength: Int
    var flags: PacketFlags
    var comments: [String]
  }
  var packets: [Packet] = []
  var error: InputError?
  var interfaces: [CaptureInterface] = []

  init(_ bytes: [UInt8], piece: Int = .max) {
    var reader = PacketReader(MemoryStream(bytes, name: "test", piece: piece))
    do {
      while let packet = try reader.next() {
        var comments: [String] = []
        var options = reader.options(of: packet)
        while let option = options.next(in: reader.bytes.span) {
          if option.code == 1 { comments.append(String(decoding: reader.bytes[option.value], as: UTF8.self)) }
        }
        packets.append(
          Packet(
            interface: packet.interface, time: packet.time, data: Array(reader.bytes[packet.data]),
            originalLength: packet.originalLength, flags: packet.flags, comments: comments))
      }
    } catch {
      self.error = error
    }
    interfaces = reader.interfaces
  }
}
