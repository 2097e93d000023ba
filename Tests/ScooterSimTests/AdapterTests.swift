import NinebotBus
import ScooterSim
import Testing

/// The bytes on the single wire in some seconds, with their times.
private func received(_ name: String, seconds: Int64) throws -> (bytes: [UInt8], times: [ByteTime]) {
  let scenario = try Scenario.named(name)
  var scooter = Scooter(scenario)
  var probe = LineProbe(rule: scenario.rule)
  while let occurrence = scooter.next(until: seconds * 1_000_000_000) { probe.push(occurrence) }
  probe.finish(at: seconds * 1_000_000_000)
  return probe.take()
}

@Suite struct AdapterTests {
  @Test(arguments: AdapterModel.all) func nothingIsLostOrReordered(_ model: AdapterModel) throws {
    let (bytes, times) = try received("two-dashes", seconds: 20)
    var adapter = Adapter(model)
    var packets: [AdapterPacket] = []
    for (byte, time) in zip(bytes, times) {
      adapter.push(byte, start: time.start.middle, fault: time.fault)
      packets += adapter.takePackets()
    }
    adapter.finish()
    packets += adapter.takePackets()
    #expect(packets.flatMap(\.bytes) == bytes)
    #expect(packets.allSatisfy { $0.bytes.count <= model.packetBytes && !$0.bytes.isEmpty })
    #expect(packets.allSatisfy { $0.faults.isEmpty || $0.faults.count == $0.bytes.count })
    #expect(zip(packets, packets.dropFirst()).allSatisfy { $0.arrival <= $1.arrival })
    var index = 0
    var longest: Int64 = 0
    for packet in packets {
      index += packet.bytes.count
      let complete = times[index - 1].start.middle + 82_000
      #expect(packet.arrival >= complete)
      longest = max(longest, packet.arrival - times[index - packet.bytes.count].start.middle)
    }
    let bound: Int64 =
      switch model.flush {
      case .latencyTimer(let latency): latency + 2_200_000
      case .usbFrame: 6_500_000
      case .idle: 2_500_000
      }
    #expect(longest < bound, "\(longest)")
    #expect(packets.contains { !$0.faults.isEmpty } == (model.faults != .none))
  }

  @Test func longLatencyMixesFrames() throws {
    let (bytes, times) = try received("augisbud", seconds: 10)
    var adapter = Adapter(.ftdi16ms)
    for (byte, time) in zip(bytes, times) { adapter.push(byte, start: time.start.middle) }
    adapter.finish()
    let packets = adapter.takePackets()
    // A frame is cut and the next one is in the same packet: what makes coarse times hard.
    #expect(packets.contains { $0.bytes.count > 30 })
    #expect(packets.contains { $0.bytes.prefix(2) != [0x55, 0xAA] })
  }

  @Test func ftdiFlagsTheWholePacket() {
    var adapter = Adapter(.ftdi16ms)
    adapter.push(0x55, start: 1_000_000)
    adapter.push(0x00, start: 1_100_000, fault: .framing)
    adapter.push(0xAA, start: 1_200_000)
    adapter.finish()
    #expect(adapter.packets.map(\.faults) == [[.framing, .framing, .framing]])
  }

  @Test func fullPacketGoesAtTheNextFrame() {
    var adapter = Adapter(.ftdi16ms)
    for index in 0..<62 { adapter.push(UInt8(index), start: 40_000_000 + Int64(index) * 86_806) }
    adapter.finish()
    let full = adapter.packets.first { $0.bytes.count > 1 }
    #expect(adapter.packets.flatMap(\.bytes).count == 62 && full != nil)
  }

  @Test func idlePL011WaitsThirtyTwoBits() {
    var adapter = Adapter(.pl011)
    for index in 0..<5 { adapter.push(UInt8(index), start: Int64(index) * 86_806) }
    adapter.finish()
    let last = 4 * 86_806 + 82_465
    #expect(adapter.packets.count == 1)
    #expect((282_000...340_000).contains((adapter.packets.first?.arrival ?? 0) - Int64(last)))
  }
}
