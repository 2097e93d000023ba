import CaptureFiles
import NinebotBus
import ScooterSim
import Testing

@testable import UartSniffer

/// A format under test: how its recorder is made and its source opened.
enum RoundTripFormat: CaseIterable {
  case pcapngBare
  case pcapngRTAC
  case textMicroseconds
  case textNanoseconds

  func recorder(origin: Int64?) -> any MemoryRecorder {
    switch self {
    case .pcapngBare: PcapngRecorder(MemorySink(), origin: origin)
    case .pcapngRTAC: PcapngRecorder(MemorySink(), origin: origin, wrapping: .rtac)
    case .textMicroseconds: TextLogRecorder(MemorySink(), origin: origin)
    case .textNanoseconds: TextLogRecorder(MemorySink(), origin: origin, digits: 9)
    }
  }

  var detected: RecordingFormat {
    switch self {
    case .pcapngBare, .pcapngRTAC: .pcapng
    case .textMicroseconds, .textNanoseconds: .textLog
    }
  }
}

/// A recorder into memory, whatever its format.
protocol MemoryRecorder: Recorder {
  var sink: MemorySink { get }
}
extension PcapngRecorder: MemoryRecorder where Sink == MemorySink {}
extension TextLogRecorder: MemoryRecorder where Sink == MemorySink {}
extension RawRecorder: MemoryRecorder where Sink == MemorySink {}

/// Every format must give back what was recorded: events, times, shapes, faults, taps and origin.
@Suite struct RoundTripTests {
  private static let wire = Tap(
    name: "bus0", detail: "/dev/ttyUSB0", baud: .standard, quality: .bytes(error: 1000))

  private func roundTrip(
    _ format: RoundTripFormat, origin: Int64?, _ chunks: [(Tap, ByteChunk)]
  ) throws -> (written: [[DecodedEvent]], read: ReadRecording) {
    var recorder = format.recorder(origin: origin)
    var written: [[DecodedEvent]] = []
    for (tap, chunk) in chunks {
      let index = try recorder.add(tap)
      let events = FrameDecoder.decode([chunk])
      for event in events { try recorder.record(event.event, event.bytes.span, tap: index) }
      written.append(events)
    }
    try recorder.flush()
    let opened = try RecordingFormat.open(MemoryStream(recorder.sink.bytes, name: "test", piece: 777))
    #expect(opened.format == format.detected)
    return (written, ReadRecording(opened.source))
  }

  @Test(arguments: RoundTripFormat.allCases, RandomWire.Quality.allCases)
  func decodesToTheSameEvents(format: RoundTripFormat, quality: RandomWire.Quality) throws {
    for seed in 0..<UInt64(40) {
      let origin: Int64? = seed % 3 == 0 ? nil : 1_700_000_000_123_456_789
      var wire = RandomWire(seed: seed, start: seed % 2 == 0 ? 0 : 987_654_321)
      let chunk = wire.chunk(events: 30, quality: quality, faults: seed % 4 != 0)
      let (written, read) = try roundTrip(format, origin: origin, [(Self.wire, chunk)])
      #expect(read.error == nil && read.warnings.isEmpty)
      #expect(read.origin == origin)
      #expect(read.taps.map(\.name) == ["bus0"])
      #expect(read.taps.map(\.baud) == [.standard])
      #expect(read.taps.map(\.quality) == [.frames])
      #expect(read.bytes() == chunk.bytes)
      let events = read.events()
      for (before, after) in zip(written[0], events) where before != after {
        Issue.record("\(format) \(quality) \(seed): \(before) became \(after)")
        return
      }
      #expect(written[0].count == events.count)
    }
  }

  @Test(arguments: RoundTripFormat.allCases)
  func severalTapsStayApart(format: RoundTripFormat) throws {
    var chunks: [(Tap, ByteChunk)] = []
    for index in 0..<3 {
      var wire = RandomWire(seed: UInt64(index) + 100)
      var tap = Self.wire
      tap.name = "bus\(index)"
      tap.baud = index == 1 ? Baud(76_800) : nil
      chunks.append((tap, wire.chunk(events: 10, quality: .exact, faults: true)))
    }
    let (_, read) = try roundTrip(format, origin: 1_700_000_000_000_000_000, chunks)
    #expect(read.taps.map(\.name) == ["bus0", "bus1", "bus2"])
    #expect(read.taps.map(\.baud) == [nil, Baud(76_800), nil])
    for index in 0..<3 { #expect(read.bytes(tap: index) == chunks[index].1.bytes) }
  }

  /// Bytes without times stay so: nothing pretends to have measured them.
  @Test(arguments: RoundTripFormat.allCases)
  func bytesWithoutTimesGetNone(format: RoundTripFormat) throws {
    var wire = RandomWire(seed: 5)
    var chunk = wire.chunk(events: 50, quality: .exact, faults: false)
    chunk.times = []
    var tap = Self.wire
    tap.quality = .none
    let (written, read) = try roundTrip(format, origin: nil, [(tap, chunk)])
    #expect(read.taps.map(\.quality) == [.none])
    #expect(read.chunks.flatMap(\.times) == [])
    #expect(read.events() == written[0])
  }

  @Test(arguments: RoundTripFormat.allCases)
  func longGarbageIsKept(format: RoundTripFormat) throws {
    let count = 100_000
    var chunk = ByteChunk(bytes: Array(repeating: 0x11, count: count))
    chunk.times = (0..<Int64(count)).map {
      ByteTime(start: TimeBounds($0 * 87_000, error: 100), edgeSpan: 30_000, edgeBits: 3)
    }
    let (written, read) = try roundTrip(format, origin: nil, [(Self.wire, chunk)])
    let events = read.events()
    #expect(read.bytes() == chunk.bytes)
    #expect(events.count == written[0].count)
    #expect(events.first?.event.start == written[0].first?.event.start)
    #expect(events.last?.event.end == written[0].last?.event.end)
    #expect(events.map(\.event.shape) == written[0].map(\.event.shape))
  }

  @Test func rawBytesKeepTheBytes() throws {
    var wire = RandomWire(seed: 9)
    let chunk = wire.chunk(events: 50, quality: .exact, faults: true)
    var recorder = RawRecorder(MemorySink())
    let tap = try recorder.add(Self.wire)
    #expect(throws: OutputError.self) { _ = try recorder.add(Self.wire) }
    for event in FrameDecoder.decode([chunk]) { try recorder.record(event.event, event.bytes.span, tap: tap) }
    try recorder.flush()
    #expect(recorder.sink.bytes == chunk.bytes)
    let opened = try RecordingFormat.open(MemoryStream(recorder.sink.bytes))
    #expect(opened.format == .rawBytes)
    #expect(ReadRecording(opened.source).bytes() == chunk.bytes)
  }

  /// A full disk is one error, and the events before it are read back.
  @Test func aFullDiskLeavesWhatWasWritten() throws {
    var wire = RandomWire(seed: 11)
    let events = FrameDecoder.decode([wire.chunk(events: 100, quality: .exact, faults: false)])
    var recorder = PcapngRecorder(MemorySink(capacity: 4000), origin: 0)
    let tap = try recorder.add(Self.wire)
    var flushed = 0
    #expect(throws: OutputError.self) {
      for event in events {
        try recorder.record(event.event, event.bytes.span, tap: tap)
        try recorder.flush()
        flushed += event.bytes.count
      }
    }
    #expect(flushed > 100)
    let read = ReadRecording(PcapngSource(MemoryStream(recorder.sink.bytes)))
    #expect(read.bytes() == Array(events.flatMap(\.bytes).prefix(flushed)))
  }

  /// The note alone: any event of any shape survives, for any count of bytes.
  @Test func notesRebuildAnyTiming() {
    var random = SplitMix64(seed: 21)
    for _ in 0..<20_000 {
      let count = Int.random(in: 1...7, using: &random)
      var times: [ByteTime] = []
      var time: Int64 = 0
      for _ in 0..<count {
        let earliest = time - Int64.random(in: 0...100_000, using: &random)
        times.append(
          ByteTime(start: TimeBounds(earliest: earliest, latest: earliest + .random(in: 0...200_000, using: &random))))
        time += Int64.random(in: -1000...250_000, using: &random)
      }
      let chunk = ByteChunk(bytes: Array(repeating: 1, count: count), times: times)
      let before = FrameDecoder.decode([chunk])[0].event
      var text: [UInt8] = []
      EventNote(before).append(to: &text)
      guard let note = EventNote(text.span) else {
        Issue.record("\(String(decoding: text, as: UTF8.self)) is not read")
        return
      }
      var rebuilt: [ByteTime] = []
      EventByteTimes(note: note, start: before.start.middle, byte: 86_805).append(count: count, to: &rebuilt)
      let after = FrameDecoder.decode([ByteChunk(bytes: chunk.bytes, times: rebuilt)])[0].event
      if before != after {
        Issue.record("\(times) gave \(before), then \(after)")
        return
      }
    }
  }

  /// A frame is taken as a note tells it only where its bytes would say the same, whatever the note claims.
  @Test func aNoteSaysOfAFrameWhatItsBytesSay() throws {
    var random = SplitMix64(seed: 22)
    let frame = try Frame(to: 0x23, 0x01, 0x3A, [1, 2, 3, 4]).encoded()
    let byte: Int64 = 86_805
    var whole = 0
    for _ in 0..<20_000 {
      var note = EventNote()
      note.startWidth = Int64.random(in: 0...(.random(in: 0...3, using: &random) * 80_000), using: &random)
      note.endWidth = Int64.random(in: 0...(.random(in: 0...3, using: &random) * 80_000), using: &random)
      note.duration = Int64.random(in: 0...(.random(in: 1...25, using: &random) * 2_000_000), using: &random)
      note.shape.leastPitch = Int32.random(in: -1000...(.random(in: 0...3, using: &random) * 1_200_000), using: &random)
      note.shape.edgeBits = .random(in: 0...4000, using: &random)
      note.shape.edgeSpan = .random(in: -10...2_000_000, using: &random)
      note.fault = LineFault.allCases.randomElement(using: &random) ?? .none
      let recorded = RecordedEvent(count: frame.count, time: 5_000_000_000, error: 0, note: note)
      var decoder = FrameDecoder()
      guard let times = recorded.together(byte: byte, longestStep: decoder.longestStep),
        let event = decoder.whole(frame.span, times: times)
      else { continue }
      whole += 1
      var bytewise: [ByteTime] = []
      recorded.append(byte: byte, to: &bytewise)
      let expected = FrameDecoder.decode([ByteChunk(bytes: frame, times: bytewise)])
      if expected != [DecodedEvent(event, frame)] {
        Issue.record("\(note) gave \(event), its bytes \(expected)")
        return
      }
    }
    #expect(whole > 2000)
  }

  /// Words that are not known are skipped, and numbers that are none count as not there.
  @Test(arguments: [
    ("mi-bus: dur=5", EventNote.of(duration: 5)),
    ("mi-bus:  dur=123456789012  \r", .of(duration: 123_456_789_012)),
    ("mi-bus: somebody says averylongkey=3 x= =4 dur=7 longest=1", .of(duration: 7)),
    ("mi-bus: err=12.5 dur=7", .of(duration: 7, start: 25, end: 25)),
    ("mi-bus: err=12 dur=7 enderr=0.5", .of(duration: 7, start: 24, end: 1)),
    ("mi-bus: err=-3 dur=7 enderr=x", .of(duration: 7)),
    ("mi-bus: dur=-7 at=-12345678", .of(duration: -7, at: -12_345_678)),
    ("mi-bus: dur=7 pitch=99999999999 bits=-4 span=-4", .of(duration: 7, pitch: .max, span: -4)),
    ("mi-bus: dur=7 pitch=1234567x fault=break", .of(duration: 7, fault: .lineBreak)),
    ("mi-bus: dur=7 fault=none", .of(duration: 7)), ("mi-bus: dur=7 durx=8 du=9 dur", .of(duration: 7)),
    ("mi-bus: err=3", nil), ("mi-bus: dur=", nil), ("mi-bus: dur=7x", nil), ("mi-bus: dur=1234567890123456789", nil),
    ("mi-bus: dur=1125899906842625", nil), ("mi-bus dur=7", nil), ("mi-bus", nil), ("", nil),
  ])
  func notesAreReadAsFarAsTheyCanBe(text: String, note: EventNote?) {
    #expect(EventNote(Array(text.utf8).span) == note)
    // What stands behind a comment in a file is none of it.
    #expect(EventNote((Array(text.utf8) + Array("99999999".utf8)).span.extracting(0..<text.utf8.count)) == note)
  }
}

extension EventNote {
  fileprivate static func of(
    duration: Int64, start: Int64 = 0, end: Int64? = nil, pitch: Int32 = 0, span: Int32 = 0, fault: LineFault = .none,
    at: Int64 = 0
  ) -> EventNote {
    var note = EventNote()
    (note.startWidth, note.duration, note.endWidth) = (start, duration, end ?? start)
    note.shape = FrameShape(leastPitch: pitch, edgeSpan: span)
    (note.fault, note.at) = (fault, at)
    return note
  }
}
