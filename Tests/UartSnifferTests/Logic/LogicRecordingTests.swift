import CaptureFiles
import NinebotBus
import ScooterSim
import Synchronization
import Testing
import UartSniffer

@Suite("Logic recording")
struct LogicRecordingTests {
  private func frame(_ random: inout SplitMix64) throws -> [UInt8] {
    try Frame(to: 0x20, 0x64, 0, randomBytes(5, &random)).encoded()
  }

  @Test("finds each channel's own speed")
  func speeds() throws {
    var random = SplitMix64(seed: 1)
    var lines = [Waveform(), Waveform(), Waveform()]
    for (index, baud) in [76_800.0, 115_200 * 1.0214, 9_600].enumerated() {
      for _ in 0..<12 {
        lines[index].send(try frame(&random), .init(baud: baud))
        lines[index].idle(3_000_000)
      }
    }
    let decoded = DecodedRecording(LogicRecording(try EdgeList(lines)))
    #expect(decoded.taps.map { $0.baud?.rate } == [76_800, 115_200, 9_600])
    #expect((0..<3).map { decoded.frames($0).count } == [12, 12, 12])
  }

  @Test("uses the speed it is told")
  func toldSpeed() throws {
    var line = Waveform()
    line.send([0x55, 0xAA, 0x01, 0x02], .init(baud: 38_400))
    let decoded = DecodedRecording(LogicRecording(try EdgeList([line]), settings: .init(baud: Baud(38_400))))
    #expect(decoded.bytes == [[0x55, 0xAA, 0x01, 0x02]])
    #expect(decoded.taps[0].detail == "edges, channel 0")
    #expect(decoded.taps[0].baud == Baud(38_400))
  }

  @Test("shows the stray bytes of a line without traffic, after the lines with traffic")
  func strayBytes() throws {
    var random = SplitMix64(seed: 2)
    var (supply, bus) = (Waveform(), Waveform())
    supply.low(supply.end, 3_000_000)
    for _ in 0..<10 { bus.send(try frame(&random)) }
    let decoded = DecodedRecording(LogicRecording(try EdgeList([supply, bus, Waveform()])))
    #expect(decoded.taps.map(\.detail) == ["edges, channel 1", "edges, channel 0, no byte stream"])
    #expect(decoded.bytes[1] == [0])
    #expect(decoded.times[1].map(\.fault) == [.lineBreak])
    #expect(decoded.events.allSatisfy { $0.tap == 0 || $0.event.kind == .lineError })
  }

  @Test("settles a live stream soon, and lines that start later in their turn")
  func live() throws {
    var random = SplitMix64(seed: 3)
    var (first, late) = (Waveform(), Waveform())
    for _ in 0..<100 {
      first.send(try frame(&random))
      first.idle(18_000_000)
    }
    late.idle(1_200_000_000)
    for _ in 0..<20 {
      late.send(try frame(&random), .init(baud: 76_800))
      late.idle(18_000_000)
    }
    let files = LogicFiles([first, late], rate: 2_000_000)
    var recording = LogicRecording(
      try RawSamples(MemoryStream(files.raw(), piece: 20_000), rate: 2_000_000, channels: 2), settings: .live)
    let chunk = try #require(try recording.next())
    #expect(recording.taps.map(\.name) == ["bus0"])
    #expect((chunk.silentUntil ?? .max) < 700_000_000)
    let decoded = DecodedRecording(recording)
    #expect(decoded.taps.map { $0.baud?.rate } == [115_200, 76_800])
    #expect(decoded.frames(1).count == 20)
    #expect(decoded.taps[1].detail.hasSuffix("channel 1"))
  }

  /// Whoever shows lines must see that a pipe is quiet before it is waited for.
  @Test("comes back from a live stream after each piece of it, whatever was in it")
  func comesBack() throws {
    final class Counter: Sendable { let reads = Mutex(0) }
    struct CountedStream: ByteStream {
      var stream: MemoryStream
      let counter: Counter
      var name: String { stream.name }
      mutating func read(upTo count: Int, into bytes: inout [UInt8]) throws(InputError) -> Int {
        counter.reads.withLock { $0 += 1 }
        return stream.read(upTo: count, into: &bytes)
      }
    }
    var random = SplitMix64(seed: 8)
    var bus = Waveform()
    for _ in 0..<60 {
      bus.send(try frame(&random))
      bus.idle(18_000_000)
    }
    let length = try frame(&random).count
    let files = LogicFiles([bus], rate: 2_000_000)
    let counter = Counter()
    // A piece is shorter than a byte on the wire.
    let stream = CountedStream(stream: MemoryStream(files.raw(), piece: 100), counter: counter)
    var recording = LogicRecording(try RawSamples(stream, rate: 2_000_000, channels: 1), settings: .live)
    var bytes = try #require(try recording.next()).bytes.count
    var before = counter.reads.withLock { $0 }
    var most = 0
    while let chunk = try recording.next() {
      bytes += chunk.bytes.count
      let reads = counter.reads.withLock { $0 }
      most = max(most, reads - before)
      before = reads
    }
    #expect(bytes == 60 * length)
    #expect(most <= 2)
  }

  @Test("shows a stray byte on a live stream without waiting for the end")
  func liveStrayByte() throws {
    var random = SplitMix64(seed: 6)
    var (bus, supply) = (Waveform(), Waveform())
    for _ in 0..<100 {
      bus.send(try frame(&random))
      bus.idle(18_000_000)
    }
    supply.low(1_000_000_000, 2_000_000)
    var recording = LogicRecording(try EdgeList([bus, supply], rate: 2_000_000), settings: .live)
    var bytesAfter = 0
    while let chunk = try recording.next() {
      if recording.taps.count == 2, chunk.tap == 0 { bytesAfter += chunk.bytes.count }
    }
    #expect(bytesAfter > 500)
  }

  @Test("gives the chunks of all taps merged in time, and says how far each is silent")
  func merging() throws {
    var random = SplitMix64(seed: 4)
    var lines = [Waveform(), Waveform()]
    for _ in 0..<400 {
      for index in 0...1 {
        lines[index].send(try frame(&random))
        lines[index].idle(.random(in: 100_000...30_000_000, using: &random))
      }
    }
    var recording = LogicRecording(try EdgeList(lines))
    var last: [Int64] = [0, 0]
    var silent: [Int64] = [.min, .min]
    while let chunk = try recording.next() {
      for time in chunk.times {
        #expect(time.start.middle >= silent[chunk.tap])
        last[chunk.tap] = time.start.middle
      }
      silent[chunk.tap] = chunk.silentUntil ?? silent[chunk.tap]
      // A slice of edges is some forty frames.
      if silent.allSatisfy({ $0 > .min }) { #expect(abs(silent[0] - silent[1]) < 200_000_000) }
    }
    #expect(last.allSatisfy { $0 > 0 })
  }
}
