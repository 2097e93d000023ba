import CaptureFiles
import NinebotBus
import Synchronization
import TestSupport
import Testing

@testable import UartSniffer

@Suite struct PcapngSourceTests {
  private static let frame = hexBytes("55AA03206500007DFF")

  private func bytes(_ build: (inout PcapngWriter) -> Void) -> [UInt8] {
    var writer = PcapngWriter()
    build(&writer)
    return writer.pending
  }

  private func read(_ bytes: [UInt8], piece: Int = .max) -> ReadRecording {
    ReadRecording(PcapngSource(MemoryStream(bytes, name: "capture", piece: piece)))
  }

  /// A file with a bus and a BLE side is a bus recording; the rest is skipped and said.
  @Test func otherLinkTypesAreSkippedAndCounted() {
    let read = read(
      bytes { writer in
        let ble = writer.addInterface(CaptureInterface(linkType: .bluetoothH4WithDirection, name: "ble0"))
        let bus = writer.addInterface(CaptureInterface(linkType: .user0))
        for index in 0..<10 {
          let time = 1_700_000_000_000_000_000 + Int64(index) * 10_000_000
          writer.addPacket(interface: ble, time: time, [1, 2, 3].span)
          writer.addPacket(interface: bus, time: time + 5_000_000, Self.frame.span)
        }
      })
    #expect(read.taps.map(\.name) == ["bus0"])
    #expect(read.origin == 1_700_000_000_005_000_000)
    #expect(read.warnings.map(\.cause) == ["10 packets of link type 201 are no bus traffic"])
    #expect(read.events().map(\.bytes) == Array(repeating: Self.frame, count: 10))
    #expect(read.events().map(\.event.start.middle) == (0..<10).map { $0 * 10_000_000 })
  }

  /// Other programs stamp what the system gave them: nothing fine is claimed.
  @Test func foreignFilesHaveWideTimes() throws {
    let read = read(
      bytes { writer in
        let bus = writer.addInterface(CaptureInterface(linkType: .user0))
        writer.addPacket(interface: bus, time: 1_700_000_000_000_000_000, Self.frame.span)
      })
    let event = try #require(read.events().first?.event)
    #expect(event.start.error >= 1_000_000)
    #expect(event.shape == FrameShape())
  }

  @Test func symbolErrorsOfForeignFilesAreFaults() throws {
    let read = read(
      bytes { writer in
        let bus = writer.addInterface(CaptureInterface(linkType: .user0))
        writer.addPacket(interface: bus, time: 0, [0, 0].span, flags: [.inbound, .symbolError])
      })
    #expect(read.events().map(\.event.kind) == [.lineError])
    #expect(read.events().map(\.event.fault) == [.framing])
  }

  @Test(arguments: [(UInt8(2), LineFault.none), (5, .overrun), (7, .framing), (8, .parity), (9, .lineBreak)])
  func rtacHeadersTellFaults(event: UInt8, fault: LineFault) {
    let read = read(
      bytes { writer in
        let bus = writer.addInterface(CaptureInterface(linkType: .rtacSerial))
        writer.addPacket(
          interface: bus, time: 0, header: [0, 0, 0, 0, 0, 0, 0, 0, event, 0, 0, 0].span, [0x77].span)
        writer.addPacket(interface: bus, time: 0, [1, 2].span)
      })
    #expect(read.bytes() == [0x77])
    #expect(read.events().map(\.event.fault) == [fault])
  }

  /// The parts of a rotated capture, put behind each other, are one recording of the same taps.
  @Test func sectionsOfTheSameTapsContinueThem() {
    let part = { (time: Int64) in
      self.bytes { writer in
        for name in ["bus0", "bus1"] {
          _ = writer.addInterface(CaptureInterface(linkType: .user0, name: name))
        }
        writer.addPacket(interface: 1, time: time, Self.frame.span)
      }
    }
    let read = read(part(1_700_000_000_000_000_000) + part(1_700_000_000_020_000_000))
    #expect(read.taps.map(\.name) == ["bus0", "bus1"])
    #expect(read.events(tap: 1).map(\.event.start.middle) == [0, 20_000_000])
  }

  @Test func twoInterfacesWithoutNamesAreTwoTaps() {
    let read = read(
      bytes { writer in
        for _ in 0..<2 { _ = writer.addInterface(CaptureInterface(linkType: .user0, name: "", description: "x")) }
        writer.addPacket(interface: 0, time: 0, [1].span)
        writer.addPacket(interface: 1, time: 0, [2].span)
      })
    #expect(read.taps.map(\.name) == ["bus0", "bus1"])
    #expect(read.bytes(tap: 1) == [2])
  }

  /// Cut anywhere, the whole packets come first and then one error.
  @Test func aBrokenTailIsReadBeforeTheError() {
    let whole = bytes { writer in
      let bus = writer.addInterface(CaptureInterface(linkType: .user0))
      for index in 0..<3 { writer.addPacket(interface: bus, time: Int64(index), Self.frame.span) }
    }
    for cut in 1..<whole.count {
      let read = read(Array(whole.prefix(cut)), piece: 100)
      #expect(read.bytes().count % Self.frame.count == 0)
      #expect(read.bytes().count <= cut)
    }
    let last = read(Array(whole.dropLast()))
    #expect(last.bytes() == Self.frame + Self.frame)
    #expect(last.error?.cause.contains("breaks off") == true)
  }

  @Test(arguments: [(UInt64(0), nil), (1, nil), (49, nil), (50, 50), (115_200, 115_200), (.max, nil)])
  func impossibleSpeedsAreNoSpeeds(speed: UInt64, rate: Int?) {
    let pcapng = read(
      bytes { writer in
        let bus = writer.addInterface(CaptureInterface(linkType: .user0, speed: speed))
        writer.addPacket(interface: bus, time: 0, [1].span)
      })
    #expect(pcapng.taps.map { $0.baud?.rate } == [rate])
    let log = ReadRecording(
      TextLogSource(
        MemoryStream(Array("# mi-bus: tap=bus0 baud=\(speed) origin=none\n(1.0) bus0 01 R\n".utf8))))
    #expect(log.taps.map { $0.baud?.rate } == [rate])
  }

  /// Notes are data from a file: whatever they say, nothing overflows.
  @Test(arguments: [
    "dur=-999999999999", "dur=999999999999999999", "err=99999999999999 dur=1", "dur=1 pitch=-99999999999",
    "dur=1 bits=99999999999 span=-99999999999", "dur=1 at=-1125899906842624", "dur=", "dur", "=", "err=.5 dur=.5",
    "dur=1 fault=nonsense", "dur=1125899906842624 enderr=1125899906842624.5 err=1125899906842624.5 pitch=2147483647",
  ])
  func hostileNotesDoNoHarm(note: String) {
    for origin in ["", "mi-bus: origin=9223372036854775807", "mi-bus: origin=4611686018427387904", "mi-bus: origin=-5"]
    {
      for time in [0, Int64.max] {
        for count in 1...5 {
          let read = read(
            bytes { writer in
              let bus = writer.addInterface(CaptureInterface(linkType: .user0, comments: [origin]))
              for _ in 0..<2 {
                writer.addPacket(
                  interface: bus, time: time, Array(repeating: 0x55, count: count).span,
                  comment: Array("mi-bus: \(note)".utf8).span)
              }
            })
          #expect(read.bytes().count == 2 * count)
          #expect(read.events().reduce(0) { $0 + $1.bytes.count } == 2 * count)
        }
      }
    }
  }

  /// Simple packets have no times: each begins where the last byte before it began at the latest.
  @Test func packetsWithoutTimesFollowEachOther() {
    let file = bytes { writer in
      let bus = writer.addInterface(CaptureInterface(linkType: .user0))
      writer.addPacket(interface: bus, time: 1_700_000_000_000_000_000, Self.frame.span)
    }
    // Type, length, length of the data, the data with padding, length.
    let simple: [UInt8] = [3, 0, 0, 0, 28, 0, 0, 0, 9, 0, 0, 0] + Self.frame + [0, 0, 0] + [28, 0, 0, 0]
    let chunk = read(file + simple + simple).chunks.first
    let times = chunk?.times.map(\.start) ?? []
    #expect(times.count == 3 * Self.frame.count)
    for index in [9, 18] where index < times.count {
      #expect(times[index].middle == times[index - 1].latest)
      #expect(times[index].earliest >= times[index - 9].middle)
    }
  }

  @Test func packetsWithoutTimesFollowThoseOfTheChunkBefore() {
    let simple: [UInt8] = [3, 0, 0, 0, 28, 0, 0, 0, 9, 0, 0, 0] + Self.frame + [0, 0, 0] + [28, 0, 0, 0]
    let file = bytes { writer in
      let bus = writer.addInterface(CaptureInterface(linkType: .user0))
      writer.addPacket(interface: bus, time: 1_700_000_000_000_000_000, Self.frame.span)
    }
    let chunks = read(file + Array(repeatElement(simple, count: 2000).joined())).chunks
    #expect(chunks.count > 1)
    let starts = chunks.flatMap(\.times).map(\.start.middle)
    #expect(starts.count == 2001 * Self.frame.count)
    #expect(zip(starts, starts.dropFirst()).allSatisfy { $0 <= $1 })
  }

  /// A sample of a long file holds whole blocks of time, all that was in them, and no more than was allowed.
  @Test(arguments: [(1, 0), (4, 0), (4, 1), (4, 2), (4, 3)] as [(Int64, Int64)])
  func aSampleHoldsWholeBlocks(step: Int64, phase: Int64) throws {
    let first: Int64 = 1_700_000_000_000_000_000
    let times = (0..<8000).map { first + Int64($0) * 250_000_000 }
    let file = bytes { writer in
      let bus = writer.addInterface(CaptureInterface(linkType: .user0))
      for time in times { writer.addPacket(interface: bus, time: time, Self.frame.span) }
    }
    var source = PcapngSource(MemoryStream(file, name: "capture"))
    let all = times.count * Self.frame.count
    source.allow(Sampling(most: step == 1 ? all : all / 3, sample: BlockSample(phase: phase)))
    var seen: Set<Int64> = []
    while let chunk = try source.next() {
      let bytewise = chunk.withByteTimes(at: .standard).times
      for index in stride(from: 0, to: bytewise.count, by: Self.frame.count) {
        seen.insert(first + bytewise[index].start.middle)
      }
    }
    #expect(source.sample.stride == step)
    #expect(seen.isSuperset(of: times.filter { source.sample.keeps($0) }))
    #expect(step == 1 ? seen.count == times.count : seen.count < times.count * 7 / 10)
  }

  /// What can be read from anywhere is not read as a whole for a sample, and the sample is the same.
  @Test(arguments: [0, 3] as [Int64]) func aSampleIsReadInLeaps(phase: Int64) throws {
    let first: Int64 = 1_700_000_000_000_000_000
    let large = Array(repeatElement(Self.frame, count: 16_384 / Self.frame.count).joined())
    let times = (0..<3200).map { first + Int64($0) * 8_000_000_000 }
    let file = bytes { writer in
      let bus = writer.addInterface(CaptureInterface(linkType: .user0))
      for time in times { writer.addPacket(interface: bus, time: time, large.span) }
    }
    func sample(_ stream: any ByteStream) throws -> (starts: [Int64], BlockSample) {
      var source = PcapngSource(stream)
      source.allow(Sampling(most: file.count / 150, sample: BlockSample(phase: phase)))
      var starts: [Int64] = []
      while let chunk = try source.next() { starts += chunk.recorded.map(\.time) }
      return (starts, source.sample)
    }
    let whole = try sample(MemoryStream(file, name: "capture"))
    let read = Mutex(0)
    let leapt = try sample(SeekableStream(file) { count in read.withLock { $0 += count } })
    #expect(leapt.1 == whole.1)
    #expect(whole.1.stride >= 64)
    #expect(leapt.starts == whole.starts)
    #expect(whole.starts.count > 40)
    #expect(read.withLock { $0 } < file.count / 2)
  }

  /// Where packets cannot be told from what is in between, a sample is read without leaps.
  @Test func noiseBetweenPacketsIsNotLeaptInto() throws {
    let first: Int64 = 1_700_000_000_000_000_000
    let noise = (0..<(3 << 20)).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
    var file = bytes { writer in
      let bus = writer.addInterface(CaptureInterface(linkType: .user0))
      for second in 0..<2000 {
        writer.addPacket(interface: bus, time: first + Int64(second) * 1_000_000_000, Self.frame.span)
      }
    }
    let rest = bytes { writer in
      let bus = writer.addInterface(CaptureInterface(linkType: .user0))
      for second in 2000..<4000 {
        writer.addPacket(interface: bus, time: first + Int64(second) * 1_000_000_000, Self.frame.span)
      }
    }
    file += [0xAD, 0x0B, 0, 0] + word(noise.count + 12) + noise + word(noise.count + 12) + rest
    var source = PcapngSource(SeekableStream(file) { _ in })
    source.allow(Sampling(most: 4000 * Self.frame.count / 8))
    var last: Int64?
    while let chunk = try source.next() { last = chunk.recorded.last?.time ?? last }
    #expect(try #require(last) > 3_500_000_000_000)
  }

  private func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

  /// Bytes in memory that can be read from anywhere, as a file's can.
  private struct SeekableStream: ByteStream {
    let name = "capture"
    private let content: [UInt8]
    private let note: @Sendable (Int) -> Void
    private var position = 0

    /// - Parameter note: is told how many bytes are read.
    init(_ content: [UInt8], note: @escaping @Sendable (Int) -> Void) {
      self.content = content
      self.note = note
    }

    var length: UInt64? { UInt64(content.count) }

    mutating func seek(to offset: UInt64) { position = Int(offset) }

    mutating func read(upTo count: Int, into bytes: inout [UInt8]) -> Int {
      let end = min(content.count, position + count)
      defer { position = end }
      bytes += content[position..<end]
      note(end - position)
      return end - position
    }
  }

  /// The samples of a stride share all blocks among them, those far from the first one first.
  @Test func samplesTogetherHoldEverything() {
    var first = BlockSample()
    for _ in 0..<3 { first.thin() }
    var samples = first.others(atMost: 100)
    #expect(samples.map(\.phase) == [4, 2, 6, 1, 5, 3, 7])
    #expect(first.others(atMost: 2).map(\.phase) == [4, 2])
    #expect(BlockSample().others(atMost: 7).isEmpty)
    for index in samples.indices { for _ in 0..<3 { samples[index].thin() } }
    samples.append(first)
    let begin: Int64 = 1_700_000_000_000_000_000
    for block in 0..<40 {
      let time = begin + Int64(block) * BlockSample.block
      #expect(samples.count { $0.keeps(time) } == 1)
    }
    let range = begin...(begin + 20 * BlockSample.block)
    for sample in samples {
      for kept in sample.kept(of: range) { #expect(sample.keeps(kept.lowerBound) && sample.keeps(kept.upperBound - 1)) }
    }
    let lengths = samples.flatMap { $0.kept(of: range) }.map { $0.upperBound - $0.lowerBound }
    #expect(lengths.reduce(0, +) == 20 * BlockSample.block)
  }
}
