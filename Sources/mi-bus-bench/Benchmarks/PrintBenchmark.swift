import BusPrinter
import BusTimeline
import NinebotBus

/// Bytes to lines, without looking for senders.
enum PrintBenchmark: Benchmark {
  static let name = "print"

  static func run(_ bench: Bench) throws {
    var text = TextLineWriter(
      profile: bench.profile, taps: ["bus0"], origin: 0, layout: TextLineWriter.Layout(), style: Style(coloured: false))
    measure("text lines, decoding included", atLeast: 2.5e6, bench) { text.append($0, bytes: $1, to: &$2) }
    let json = JsonLineWriter(profile: bench.profile, taps: ["bus0"])
    measure("JSON Lines, decoding included", atLeast: 1.5e6, bench) { json.append($0, bytes: $1, to: &$2) }
  }

  private static func measure(
    _ name: String, atLeast target: Double, _ bench: Bench,
    _ write: (AttributedEvent, Span<UInt8>, inout TextBuffer) -> Void
  ) {
    let bytes = bench.traffic.bytes
    let profile = bench.profile
    let cost = bench.stopwatch.median {
      var out = TextBuffer()
      var decoder = FrameDecoder()
      for start in stride(from: 0, to: bytes.count, by: 1 << 16) {
        decoder.push(bytes.span.extracting(start..<min(bytes.count, start + 1 << 16)))
        let buffer = decoder.buffer
        for event in decoder.events {
          let frame = buffer.span.extracting(event.range)
          write(
            AttributedEvent(tap: 0, event: event, reading: profile.read(frame), airTime: event.duration), frame, &out)
          if out.count >= 1 << 16 { out.removeAll() }
        }
      }
    }
    bench.report(name, cost, frames: bench.traffic.frames, bytes: bytes.count, unit: "lines/s", atLeast: target)
  }
}
