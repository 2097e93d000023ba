import CaptureFiles
import NinebotBus
import ScooterSim
import Testing
import UartSniffer

/// What a decoder said of one tap, copied out so that it can be compared.
struct DecodedEvent: Equatable {
  var event: BusEvent
  var bytes: [UInt8]

  /// Offsets depend on how the bytes were cut into chunks.
  init(_ event: BusEvent, _ bytes: [UInt8]) {
    self.event = event
    self.event.offset = 0
    self.bytes = bytes
  }
}

extension FrameDecoder {
  /// The events of a whole stream.
  static func decode(_ chunks: [ByteChunk], settings: Settings = Settings()) -> [DecodedEvent] {
    var decoder = FrameDecoder(settings: settings)
    var events: [DecodedEvent] = []
    func collect(_ decoder: borrowing FrameDecoder) {
      events += decoder.events.map { DecodedEvent($0, Array(decoder.buffer[$0.range])) }
    }
    for chunk in chunks {
      if chunk.times.isEmpty {
        decoder.push(chunk.bytes.span)
      } else {
        decoder.push(chunk.bytes.span, times: chunk.times.span)
      }
      collect(decoder)
    }
    decoder.finish()
    collect(decoder)
    return events
  }
}

/// All that a source gives.
struct ReadRecording {
  var taps: [Tap] = []
  var origin: Int64?
  var warnings: [InputError] = []
  var error: InputError?
  /// With a time for each byte, where there are any.
  var chunks: [ByteChunk] = []
  /// As the source gave them.
  private var given: [ByteChunk] = []

  init(_ source: any RecordedSource) {
    var source = source
    do {
      while let chunk = try source.next() {
        chunks.append(chunk.withByteTimes(at: source.taps[chunk.tap].baud ?? .standard))
        given.append(chunk)
      }
    } catch {
      self.error = error
    }
    taps = source.taps
    origin = source.origin
    warnings = source.warnings
  }

  func bytes(tap: Int = 0) -> [UInt8] { chunks.filter { $0.tap == tap }.flatMap(\.bytes) }

  /// Decoded in one piece, byte by byte. What a file kept of its frames must come to the same.
  func events(tap: Int = 0) -> [DecodedEvent] {
    let own = chunks.filter { $0.tap == tap }
    let settings = FrameDecoder.Settings(baud: taps[tap].baud ?? .standard)
    let events = FrameDecoder.decode(
      [ByteChunk(bytes: own.flatMap(\.bytes), times: own.flatMap(\.times))], settings: settings)
    let streamed = streamed(tap: tap, pause: settings.pause)
    #expect(streamed.count == events.count)
    for (streamed, event) in zip(streamed, events) where streamed != event {
      Issue.record("a file's event is \(streamed), its bytes' \(event)")
      break
    }
    return events
  }

  /// The events that the source's own chunks come to.
  private func streamed(tap: Int, pause: Int64) -> [DecodedEvent] {
    struct Collector: BusEventSink {
      var events: [DecodedEvent] = []
      mutating func take(_ event: BusEvent, tap: Int, bytes: Span<UInt8>) {
        events.append(DecodedEvent(event, bytes.indices.map { bytes[$0] }))
      }
    }
    var collector = Collector()
    var stream = EventStream()
    stream.add(taps: [taps[tap]], pause: pause)
    for var chunk in given where chunk.tap == tap {
      chunk.tap = 0
      stream.push(chunk, into: &collector)
    }
    stream.finish(into: &collector)
    return collector.events
  }
}

/// A wire with everything that happens on one: frames, broken frames, noise, faults, pauses, bad clocks.
struct RandomWire {
  var random: SplitMix64
  private var bytes: [UInt8] = []
  private var times: [ByteTime] = []
  private var time: Int64

  /// How the bytes' times are known.
  enum Quality: CaseIterable {
    case exact
    case sampled
    case packets
    case mixed
  }

  init(seed: UInt64, start: Int64 = 0) {
    random = SplitMix64(seed: seed)
    time = start
  }

  mutating func chunk(events: Int, quality: Quality, faults: Bool) -> ByteChunk {
    for _ in 0..<events {
      var piece = frame()
      switch Int.random(in: 0..<6, using: &random) {
      case 0:
        piece = (0..<Int.random(in: 1...30, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      case 1: piece[Int.random(in: 0..<piece.count, using: &random)] ^= 1
      case 2: piece.removeLast(Int.random(in: 1..<piece.count, using: &random))
      default: break
      }
      append(piece, quality, faults: faults)
    }
    defer {
      bytes = []
      times = []
    }
    return ByteChunk(bytes: bytes, times: times)
  }

  private mutating func frame() -> [UInt8] {
    let payload = (0..<Int.random(in: 0...20, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    let frame =
      Bool.random(using: &random)
      ? Frame(to: 0x20, 0x65, 0, payload)
      : Frame(address: .pair(source: 0x3E, destination: 0x20), command: 1, argument: 2, payload: payload)
    return (try? frame.encoded()) ?? []
  }

  private mutating func append(_ piece: [UInt8], _ quality: Quality, faults: Bool) {
    time += Int64.random(in: 0...4_000_000, using: &random)
    let pitch = Int64.random(in: 86_000...200_000, using: &random)
    for byte in piece {
      let measured = quality == .exact || quality == .sampled
      var stamp = ByteTime(
        start: TimeBounds(earliest: time - width(quality), latest: time + width(quality)),
        edgeSpan: measured ? Int32.random(in: 17_000...80_000, using: &random) : 0,
        edgeBits: measured ? UInt8.random(in: 2...8, using: &random) : 0)
      if faults, Int.random(in: 0..<12, using: &random) == 0 {
        stamp.fault = LineFault.allCases.randomElement(using: &random) ?? .none
      }
      bytes.append(byte)
      times.append(stamp)
      time += pitch + (Int.random(in: 0..<8, using: &random) == 0 ? Int64.random(in: 0...900_000, using: &random) : 0)
    }
  }

  private mutating func width(_ quality: Quality) -> Int64 {
    switch quality {
    case .exact: 0
    case .sampled: Int64.random(in: 30...600, using: &random)
    case .packets: Int64.random(in: 100_000...900_000, using: &random)
    case .mixed: Int64.random(in: 0...120_000, using: &random)
    }
  }
}
