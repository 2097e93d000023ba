import CaptureFiles
import NinebotBus
import ScooterSim
import Testing
import UartSniffer

/// Everything that is written is read back by the readers of real recordings.
@Suite struct WriterTests {
  let seconds: Int64 = 2

  /// The bytes that a probe on each line gets, for comparison.
  private func expected() throws -> [[UInt8]] {
    try Line.allCases.map { line in
      var scooter = Scooter(try .named("phone"))
      var probe = LineProbe(line)
      while let occurrence = scooter.next(until: seconds * 1_000_000_000) { probe.push(occurrence) }
      probe.finish(at: seconds * 1_000_000_000)
      return probe.bytes
    }
  }

  private func record(_ body: ([ChannelEdge]) -> Void) throws {
    var scooter = Scooter(try .named("phone"))
    var recorder = EdgeRecorder()
    while let occurrence = scooter.next(until: seconds * 1_000_000_000) {
      recorder.push(occurrence)
      body(recorder.takeEdges())
    }
    body(recorder.finish())
  }

  private func bytes(of source: any EdgeSource) throws -> [[UInt8]] {
    var recording = LogicRecording(source)
    var bytes: [String: [UInt8]] = [:]
    while let chunk = try recording.next() { bytes[recording.taps[chunk.tap].detail, default: []] += chunk.bytes }
    return bytes.sorted { $0.key < $1.key }.map(\.value)
  }

  @Test func valueChangeDumpReadsBack() throws {
    var writer = ValueChangeDumpWriter(Line.allCases)
    var last: Int64 = 0
    try record { edges in
      for edge in edges {
        #expect(edge.edge.time >= last)
        last = edge.edge.time
      }
      writer.push(edges)
    }
    writer.finish(at: seconds * 1_000_000_000)
    let read = try bytes(of: ValueChangeDump(MemoryStream(writer.takeText())))
    // Sorted by name: bms_to_esc, esc_ble, esc_to_bms.
    let expected = try expected()
    #expect(read == [expected[2], expected[0], expected[1]])
  }

  @Test func rawSamplesReadBack() throws {
    var writer = RawSampleWriter(rate: 4_000_000, channels: 3)
    var samples: [UInt8] = []
    try record { edges in
      writer.push(edges)
      samples += writer.takeSamples()
    }
    writer.advance(to: seconds * 1_000_000_000)
    samples += writer.takeSamples()
    #expect(samples.count == Int(seconds) * 4_000_000)
    let read = try bytes(of: RawSamples(MemoryStream(samples), rate: 4_000_000, channels: 3))
    #expect(read == (try expected()))
  }

  @Test func timedBytesReadBack() throws {
    var scooter = Scooter(try .named("phone"))
    var probe = LineProbe()
    while let occurrence = scooter.next(until: 60_000_000_000) { probe.push(occurrence) }
    let (bytes, times) = probe.take()
    var writer = TimedBytesWriter()
    for (byte, time) in zip(bytes, times) { writer.push(byte, time) }
    var reader = TimedBytes(MemoryStream(writer.takeText()))
    var readBytes: [UInt8] = []
    var readTimes: [ByteTime] = []
    while let chunk = try reader.next() {
      readBytes += chunk.bytes
      readTimes += chunk.times
    }
    #expect(readBytes == bytes)
    #expect(readTimes.map(\.start.middle) == times.map(\.start.middle))
    #expect(readTimes.map { $0.fault == .none } == times.map { $0.fault == .none })
  }
}
