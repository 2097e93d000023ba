import NinebotBus
import ScooterSim
import TestSupport
import Testing

@Suite("Frame decoder")
struct FrameDecoderTests {
  /// Everything that a decoder says of a stream, with the bytes of each event.
  private func decode(_ bytes: [UInt8], chunk: Int = .max) -> [(event: BusEvent, bytes: [UInt8])] {
    var decoder = FrameDecoder()
    var found: [(BusEvent, [UInt8])] = []
    func collect() {
      for event in decoder.events {
        found.append((event, Array(decoder.buffer[event.range])))
      }
    }
    var index = 0
    while index < bytes.count {
      let next = min(bytes.count, chunk == .max ? bytes.count : index + chunk)
      decoder.push(bytes.span.extracting(index..<next))
      collect()
      index = next
    }
    decoder.finish()
    collect()
    return found
  }

  @Test(
    "published frames are found whole, with their format",
    arguments: [
      ("55aa04200370010067ff", WireFormat.xiaomi), ("55aa022101 00dbff", .xiaomi),
      ("55aa0720650004262700 0022ff", .xiaomi), ("5aa50020225a0063ff", .ninebot),
      ("5aa5052120650004251200 0019ff", .ninebot), ("55ab03000003dbfd07465635dcbd3b2d7acefa", .xiaomiCCM),
      ("55ab03fe19994fa3375d3a8cfc", .xiaomiXOR),
    ])
  func publishedFrames(hex: String, format: WireFormat) {
    let bytes = hexBytes(hex)
    let found = decode(bytes)
    #expect(found.count == 1)
    #expect(found.first?.event.kind == .frame)
    #expect(found.first?.event.checksumHolds == true)
    #expect(found.first?.event.format == format)
    #expect(found.first?.bytes == bytes)
  }

  @Test("a failed header costs one byte, and a frame inside its claimed length is found")
  func rescan() {
    let frame = hexBytes("55aa022101 00dbff")
    let found = decode([0x55, 0xAA, 0x20, 0x01] + frame + [0x00])
    #expect(found.map(\.event.kind) == [.garbage, .frame, .garbage])
    #expect(found.map(\.bytes) == [[0x55, 0xAA, 0x20, 0x01], frame, [0x00]])
  }

  @Test("a frame with a bad checksum is shown whole when nothing sound starts inside it")
  func badChecksum() {
    let found = decode(hexBytes("00 55aa022101 00dcff 01"))
    #expect(found.map(\.event.kind) == [.garbage, .frame, .garbage])
    #expect(found.map(\.event.checksumHolds) == [false, false, false])
    #expect(found[1].bytes == hexBytes("55aa02210100dcff"))
  }

  @Test("any mix of frames and noise: what the reference finds is found, nothing is lost, chunks do not matter")
  func property() throws {
    var random = SplitMix64(seed: 7)
    for _ in 0..<300 {
      let stream = try randomStream(&random)
      let reference = ReferenceDecoder.frames(in: stream)
      for chunk in [Int.max, 1, 7, 64] {
        let found = decode(stream, chunk: chunk)
        #expect(found.filter(\.event.checksumHolds).map(\.bytes) == reference)
        #expect(found.flatMap(\.bytes) == stream)
        var position: Int64 = 0
        for (event, bytes) in found {
          #expect(event.position == position)
          position += Int64(bytes.count)
        }
      }
    }
  }

  @Test("a decoded frame encodes to the same bytes")
  func roundTrip() throws {
    var random = SplitMix64(seed: 11)
    for _ in 0..<2000 {
      let frame = randomFrame(&random)
      let bytes = try frame.encoded()
      #expect(Frame(bytes.span) == frame)
    }
  }

  @Test("L is one byte: a longer payload is refused with both numbers")
  func tooLong() {
    #expect(throws: Frame.EncodingError.payloadTooLong(count: 254, most: 253)) {
      try Frame(to: 0x20, 0x08, 0, [UInt8](repeating: 0, count: 254)).encoded()
    }
  }

  // MARK: - Times

  /// Bytes that start each `pitch` nanoseconds, with a longer step before the given indices.
  private func times(_ count: Int, pitch: Int64, error: Int64 = 0, pauses: [Int: Int64] = [:]) -> [ByteTime] {
    var time: Int64 = 0
    return (0..<count).map { index in
      if index > 0 { time += pitch }
      time += pauses[index, default: 0]
      return ByteTime(start: TimeBounds(time, error: error))
    }
  }

  @Test(
    "a pause ends a frame only when it is certainly too long",
    arguments: [(1_900_000, 0, true), (2_200_000, 0, false), (2_200_000, 2_000_000, true)] as [(Int64, Int64, Bool)])
  func pause(pause: Int64, error: Int64, whole: Bool) {
    let bytes = hexBytes("55aa022101 00dbff")
    var decoder = FrameDecoder()
    decoder.push(bytes.span, times: times(bytes.count, pitch: 86_800, error: error, pauses: [4: pause]).span)
    let soon = decoder.events.map(\.kind)
    decoder.finish()
    #expect(soon + decoder.events.map(\.kind) == (whole ? [.frame] : [.garbage, .garbage]))
  }

  @Test("silence ends a frame that never came to its end")
  func silence() {
    let bytes = hexBytes("55aa0221")
    var decoder = FrameDecoder()
    decoder.push(bytes.span, times: times(bytes.count, pitch: 86_800).span)
    #expect(decoder.events.isEmpty)
    decoder.advance(to: 1_000_000)
    #expect(decoder.events.isEmpty)
    decoder.advance(to: 3_000_000)
    #expect(decoder.events.map(\.kind) == [.garbage])
  }

  @Test("start, end, pitch and bit clock come from the bytes' own times")
  func shape() {
    let bytes = hexBytes("55aa022101 00dbff")
    let measured = times(bytes.count, pitch: 94_300).map {
      ByteTime(start: $0.start.shifted(by: 5_000), edgeSpan: 68_608, edgeBits: 8)
    }
    var decoder = FrameDecoder()
    decoder.push(bytes.span, times: measured.span)
    let event = decoder.events[0]
    #expect(event.start == TimeBounds(5_000))
    #expect(event.end == TimeBounds(5_000 + 7 * 94_300 + 86_805))
    #expect(event.shape.leastPitch == 94_300)
    let clock = event.shape.bitClock(against: .standard) ?? 0
    #expect(abs(clock - -12_044.8) < 1)
  }

  @Test("bytes that the receiver marked are events of their own outside frames, and a mark inside one")
  func faults() {
    let bytes = [0x00] + hexBytes("55aa022101 00dbff")
    var marked = times(bytes.count, pitch: 86_800)
    marked[0].fault = .lineBreak
    marked[4].fault = .framing
    var decoder = FrameDecoder()
    decoder.push(bytes.span, times: marked.span)
    #expect(decoder.events.map(\.kind) == [.lineError, .frame])
    #expect(decoder.events.map(\.fault) == [.lineBreak, .framing])
    #expect(decoder.events[1].checksumHolds)
  }
}
