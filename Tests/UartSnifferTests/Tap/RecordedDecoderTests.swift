import NinebotBus
import ScooterSim
import Testing

@testable import UartSniffer

/// What a file kept as whole events is decoded as its bytes would be, each with its own time.
@Suite struct RecordedDecoderTests {
  private struct Events: BusEventSink {
    var list: [DecodedEvent] = []

    mutating func take(_ event: BusEvent, tap: Int, bytes: Span<UInt8>) {
      var event = event
      event.offset = 0
      list.append(DecodedEvent(event, bytes.withUnsafeBufferPointer { Array($0) }))
    }
  }

  /// Pieces of a recording of a damaged wire, as no writer would have to cut them.
  private struct Pieces {
    var random: SplitMix64
    var time: Int64 = 1_000_000_000
    let sound: [UInt8] = [0x55, 0xAA, 0x03, 0x22, 0x01, 0x10, 0x0E, 0xBB, 0xFF]

    /// Sound frames, damaged and cut ones, and bytes of which some begin a header.
    mutating func bytes() -> [UInt8] {
      switch Int.random(in: 0..<9, using: &random) {
      case 0...2: return sound
      case 3:
        var bytes = sound
        bytes[Int.random(in: 3..<8, using: &random)] ^= 0x10
        return bytes
      case 4: return Array(sound.prefix(.random(in: 1...8, using: &random)))
      case 5: return Array(sound.suffix(.random(in: 1...8, using: &random)))
      // Another frame inside one that fails.
      case 6: return [0x55, 0xAA, 0x09, 0x22] + sound + [0x00, 0x00]
      case 7: return sound + sound.prefix(.random(in: 0...4, using: &random))
      default:
        let values: [UInt8] = [0x00, 0x11, 0xFE, 0xAA, 0x55, 0x5A, 0x02]
        let count = Int.random(in: 1...7, using: &random)
        return (0..<count).map { _ in values[min(.random(in: 0..<40, using: &random), 6)] }
      }
    }

    mutating func event(_ count: Int) -> RecordedEvent {
      time += Bool.random(using: &random) ? .random(in: 0...200_000, using: &random) : 6_000_000
      var event = RecordedEvent(count: count, time: time, error: .random(in: 0...100_000, using: &random))
      if Int.random(in: 0..<4, using: &random) == 0 { event.fault = .framing }
      if Int.random(in: 0..<3, using: &random) > 0 {
        var note = EventNote()
        note.startWidth = .random(in: 0...100_000, using: &random)
        note.endWidth = .random(in: 0...100_000, using: &random)
        note.duration = Int64(count) * .random(in: 80_000...95_000, using: &random)
        if Int.random(in: 0..<9, using: &random) == 0 { note.duration += 4_000_000 }
        note.shape.leastPitch = count > 1 ? .random(in: 80_000...87_000, using: &random) : 0
        note.fault = event.fault
        event.note = note
      }
      time += event.note?.duration ?? Int64(count) * 86_805
      return event
    }

    mutating func chunk(_ count: Int) -> ByteChunk {
      var chunk = ByteChunk(bytes: [])
      for _ in 0..<count {
        let bytes = bytes()
        chunk.recorded.append(event(bytes.count))
        chunk.bytes += bytes
      }
      return chunk
    }
  }

  private func decode(_ chunks: [ByteChunk]) -> [DecodedEvent] {
    var stream = EventStream()
    var events = Events()
    stream.add(
      taps: [Tap(name: "bus0", detail: "", baud: .standard, quality: .frames)], pause: FrameDecoder.Settings().pause)
    for chunk in chunks { stream.push(chunk, into: &events) }
    stream.finish(into: &events)
    return events.list
  }

  @Test func piecesAreWhatTheirBytesSay() {
    var found: [BusEvent.Kind: Int] = [:]
    for seed in 0..<2000 {
      var pieces = Pieces(random: SplitMix64(seed: UInt64(seed)))
      var chunks = (0..<3).map { _ in pieces.chunk(8) }
      // Something else than a file's events may come in between, and silence.
      if seed % 3 == 0 { chunks[1] = chunks[1].withByteTimes(at: .standard) }
      if seed % 5 == 0 { chunks[0].silentUntil = pieces.time }
      let bytewise = decode(chunks.map { $0.withByteTimes(at: .standard) })
      let kept = decode(chunks)
      guard kept == bytewise else {
        let index = zip(kept, bytewise).enumerated().first { $1.0 != $1.1 }?.offset ?? min(kept.count, bytewise.count)
        Issue.record("\(seed): \(kept[index...].first as Any), by its bytes \(bytewise[index...].first as Any)")
        return
      }
      #expect(kept.flatMap(\.bytes) == chunks.flatMap(\.bytes))
      for event in kept { found[event.event.kind, default: 0] += 1 }
    }
    for kind in [BusEvent.Kind.frame, .garbage, .lineError] { #expect(found[kind, default: 0] > 2000) }
  }
}
