import CaptureFiles
import ScooterSim
import Testing

@Suite struct PcapngWriterTests {
  @Test func whatIsWrittenIsReadBack() throws {
    var random = SplitMix64(seed: 3)
    var writer = PcapngWriter()
    let interfaces = [
      CaptureInterface(
        linkType: .user0, name: "bus0", description: "/dev/ttyUSB0 115200 8N1", speed: 115_200, comments: ["a", "b"]),
      CaptureInterface(linkType: .bluetoothH4WithDirection, name: "ble0", snapLength: 100),
    ]
    for (index, interface) in interfaces.enumerated() { #expect(writer.addInterface(interface) == index) }
    var sink = MemorySink()
    var expected: [ReadPackets.Packet] = []
    for _ in 0..<200 {
      let data = (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      let comment = Array(repeating: UInt8(ascii: "x"), count: Int.random(in: 0...9, using: &random))
      let flags: PacketFlags = Bool.random(using: &random) ? [.inbound, .checksumError] : []
      let time = Int64.random(in: 0...(1 << 62), using: &random)
      let interface = Int.random(in: 0...1, using: &random)
      writer.addPacket(
        interface: interface, time: time, header: [1, 2].span, data.span, flags: flags, comment: comment.span)
      expected.append(
        .init(
          interface: interface, time: time, data: [1, 2] + data, originalLength: data.count + 2, flags: flags,
          comments: comment.isEmpty ? [] : [String(decoding: comment, as: UTF8.self)]))
      if Int.random(in: 0...9, using: &random) == 0 { try writer.flush(to: &sink) }
    }
    try writer.flush(to: &sink)
    let read = ReadPackets(sink.bytes)
    #expect(read.error == nil)
    #expect(read.interfaces == interfaces)
    #expect(read.packets == expected)
  }

  /// Each flush ends at a block, so a reader sees no broken tail whenever the writer is stopped.
  @Test func everyFlushEndsAtABlock() throws {
    var writer = PcapngWriter()
    _ = writer.addInterface(CaptureInterface(linkType: .user0))
    for count in 0..<20 {
      #expect(ReadPackets(writer.pending).error == nil)
      writer.addPacket(interface: 0, time: 1, Array(repeating: 1, count: count).span, flags: .inbound)
    }
  }

  @Test func aFullDiskIsOneErrorAndTheRestStaysReadable() throws {
    var writer = PcapngWriter()
    _ = writer.addInterface(CaptureInterface(linkType: .user0))
    var sink = MemorySink(capacity: 2000)
    var written = 0
    let error = #expect(throws: OutputError.self) {
      while written < 1000 {
        writer.addPacket(interface: 0, time: Int64(written), [1, 2, 3].span)
        try writer.flush(to: &sink)
        written += 1
      }
    }
    #expect(error == .failed(InputError("memory", "is full")))
    #expect(written > 10)
    #expect(ReadPackets(sink.bytes).packets.count == written)
  }
}
