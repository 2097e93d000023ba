@testable import CaptureFiles
import ScooterSim
import TestSupport
import Testing

@Suite struct PacketReaderTests {
  @Test(arguments: [false, true])
  func readsEachBlockInBothByteOrders(big: Bool) {
    var file = PcapngBuilder(big: big)
    file.section()
    file.interface(
      147,
      options: file.option(2, Array("bus0".utf8)) + file.option(3, Array("somewhere".utf8))
        + file.option(8, file.number(115_200, 8)) + file.option(9, [9]) + file.option(1, Array("hello".utf8))
        + file.option(0, []))
    file.interface(250, snap: 4)
    file.block(0x0BAD, [1, 2, 3, 4])
    file.packet(
      0, 1_700_000_000_123_456_789, [0x55, 0xAA, 3], original: 9,
      options: file.option(2, file.number(0x8100_0001, 4)) + file.option(1, Array("one".utf8))
        + file.option(1, Array("two".utf8)) + file.option(0, []))
    file.packet(1, 1_700_000_000_123_456, [1, 2, 3, 4, 5])
    file.block(3, file.number(3, 4) + [7, 8, 9, 0])
    file.block(
      2,
      file.number(1, 2) + file.number(0, 2) + file.number(0, 4) + file.number(5, 4) + file.number(2, 4)
        + file.number(2, 4) + [9, 9, 0, 0])

    for piece in [1, 7, .max] {
      let read = ReadPackets(file.bytes, piece: piece)
      #expect(read.error == nil)
      #expect(read.interfaces.count == 2)
      #expect(
        read.interfaces[0]
          == CaptureInterface(
            linkType: .user0, name: "bus0", description: "somewhere", speed: 115_200, comments: ["hello"]))
      #expect(read.interfaces[1].resolution == 1000)
      #expect(
        read.packets == [
          .init(
            interface: 0, time: 1_700_000_000_123_456_789, data: [0x55, 0xAA, 3], originalLength: 9,
            flags: [.inbound, .checksumError, .symbolError], comments: ["one", "two"]),
          .init(
            interface: 1, time: 1_700_000_000_123_456_000, data: [1, 2, 3, 4, 5], originalLength: 5, flags: [],
            comments: []),
          .init(interface: 0, time: nil, data: [7, 8, 9], originalLength: 3, flags: [], comments: []),
          .init(interface: 1, time: 5000, data: [9, 9], originalLength: 2, flags: [], comments: []),
        ])
    }
  }

  @Test func sectionsHaveTheirOwnInterfacesAndByteOrder() {
    var first = PcapngBuilder()
    first.section()
    first.interface(147)
    first.packet(0, 1, [1])
    var second = PcapngBuilder(big: true)
    second.section()
    second.interface(201)
    second.interface(250)
    second.packet(1, 2, [2])
    let read = ReadPackets(first.bytes + second.bytes)
    #expect(read.error == nil)
    #expect(read.interfaces.map(\.linkType) == [.user0, .bluetoothH4WithDirection, .rtacSerial])
    #expect(read.packets.map(\.interface) == [0, 2])
  }

  @Test(arguments: [
    (UInt8(6), Int64(0), UInt64(1_500_000), Int64(1_500_000_000)), (9, 0, 5, 5), (0, 0, 3, 3_000_000_000),
    (12, 0, 7_999, 7), (0x80, 0, 2, 2_000_000_000), (0x81, 0, 3, 1_500_000_000), (0x8A, 0, 1024, 1_000_000_000),
    (0xBF, 0, 1 << 63, 1_000_000_000), (0xFF, 0, .max, 0), (127, 0, .max, 1), (6, 10, 0, 10_000_000_000),
    (9, .max, 1, 1 << 62), (9, .min, 1, 0), (0, 0, .max, 1 << 62), (6, -1, 2_000_000, 1_000_000_000),
  ])
  func clocksOfAnyResolution(code: UInt8, offset: Int64, stamp: UInt64, time: Int64) {
    #expect(TimestampUnit(code: code, offset: offset).nanoseconds(stamp) == time)
  }

  @Test(arguments: [false, true], [false, true])
  func readsClassicPcap(big: Bool, nanoseconds: Bool) {
    let file = PcapngBuilder(big: big)
    var bytes = file.number(nanoseconds ? 0xA1B2_3C4D : 0xA1B2_C3D4, 4) + file.number(2, 2) + file.number(4, 2)
    bytes += file.number(0, 8) + file.number(65_535, 4) + file.number(147, 4)
    bytes += file.number(1_700_000_000, 4) + file.number(42, 4) + file.number(3, 4) + file.number(8, 4) + [1, 2, 3]
    #expect(PacketReader.recognisesPcap(bytes))
    let read = ReadPackets(bytes, piece: 5)
    #expect(read.error == nil)
    #expect(read.interfaces.map(\.linkType) == [.user0])
    #expect(
      read.packets == [
        .init(
          interface: 0, time: 1_700_000_000_000_000_000 + (nanoseconds ? 42 : 42_000), data: [1, 2, 3],
          originalLength: 8, flags: [], comments: [])
      ])
    for cut in 1..<bytes.count {
      let broken = ReadPackets(Array(bytes.prefix(cut)))
      #expect(broken.packets.isEmpty)
      #expect((broken.error == nil) == (cut == 24), "cut at \(cut)")
    }
  }

  /// Cut anywhere: the packets of all whole blocks, then one error unless the cut is between blocks.
  @Test func aBrokenTailIsReadUpToTheLastWholeBlock() {
    var file = PcapngBuilder()
    var ends: [(Int, packets: Int)] = []
    file.section()
    ends.append((file.bytes.count, 0))
    file.interface(147)
    ends.append((file.bytes.count, 0))
    for index in 0..<5 {
      file.packet(0, UInt64(index), Array(repeating: UInt8(index), count: index * 3))
      ends.append((file.bytes.count, index + 1))
      file.block(77, Array(repeating: 1, count: 8))
      ends.append((file.bytes.count, index + 1))
    }
    let whole = ReadPackets(file.bytes)
    for cut in 0...file.bytes.count {
      let read = ReadPackets(Array(file.bytes.prefix(cut)), piece: 50)
      let expected = ends.last { $0.0 <= cut }?.packets ?? 0
      #expect(read.packets == Array(whole.packets.prefix(expected)), "cut at \(cut)")
      #expect((read.error == nil) == (cut == 0 || ends.contains { $0.0 == cut }), "cut at \(cut)")
    }
  }

  @Test func afterAnErrorTheFileIsAtItsEnd() throws {
    var reader = PacketReader(MemoryStream(Array(repeating: 0, count: 50)))
    #expect(throws: InputError.self) { try reader.next() }
    #expect(try reader.next() == nil)
  }

  /// Each of these blocks is wrong in one way; what came before it is still read.
  @Test(arguments: 0..<12)
  func hostileBlocksEndInOneError(kind: Int) {
    var file = PcapngBuilder()
    file.section()
    file.interface(147, snap: 0)
    file.packet(0, 1, [1, 2, 3])
    switch kind {
    case 0: file.block(6, file.number(0, 8), length: 8)
    case 1: file.block(6, file.number(0, 24), length: 0xFFFF_FFFC)
    case 2: file.block(6, file.number(0, 24), trailer: 12)
    case 3: file.packet(9, 1, [1])
    case 4: file.packet(0, 1, [1], captured: 1000)
    case 5: file.packet(0, 1, [1], captured: 0xFFFF_FFFF)
    case 6: file.block(1, file.number(0, 4))
    case 7: file.block(0x0A0D_0D0A, Array(repeating: 0, count: 16))
    case 8: file.section(version: 2)
    case 9: file.block(3, file.number(100, 4))
    case 10: file.block(5, file.number(0, 8), length: 0xFFFF_FFFC)
    default: file.bytes += Array(repeating: 0, count: 64)
    }
    let read = ReadPackets(file.bytes)
    #expect(read.packets.map(\.data) == [[1, 2, 3]])
    #expect(read.error != nil)
  }

  @Test func optionsThatDoNotFitAreLeftOut() {
    var file = PcapngBuilder()
    file.section()
    file.interface(147, options: file.number(2, 2) + file.number(500, 2))
    file.packet(0, 1, [1], options: file.number(1, 2) + file.number(0xFFFF, 2) + [0x41, 0x41, 0, 0])
    let read = ReadPackets(file.bytes)
    #expect(read.error == nil)
    #expect(read.packets.map(\.comments) == [[]])
  }

  @Test func interfacesAreBounded() {
    var file = PcapngBuilder()
    file.section()
    for _ in 0..<5000 { file.interface(147) }
    #expect(ReadPackets(file.bytes).error?.cause.contains("interfaces") == true)
  }

  /// Random bytes changed in a good file: an error or packets, never a crash.
  @Test func changedBytesNeverCrash() {
    var file = PcapngBuilder()
    file.section()
    file.interface(147, options: file.option(2, Array("bus0".utf8)) + file.option(9, [9]))
    for index in 0..<4 { file.packet(0, UInt64(index), [1, 2, 3], options: file.option(1, Array("note".utf8))) }
    var random = SplitMix64(seed: 7)
    for _ in 0..<3000 {
      var bytes = file.bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      let read = ReadPackets(bytes, piece: 64)
      #expect(read.packets.count <= 8)
    }
  }
}
