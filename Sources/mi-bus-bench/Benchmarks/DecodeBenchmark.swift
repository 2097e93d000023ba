import NinebotBus

/// Bytes to frame events.
enum DecodeBenchmark: Benchmark {
  static let name = "decode"

  static func run(_ bench: Bench) throws {
    let bytes = bench.traffic.bytes
    var frames = 0
    let cost = bench.stopwatch.median {
      frames = 0
      var decoder = FrameDecoder()
      for start in stride(from: 0, to: bytes.count, by: 1 << 16) {
        decoder.push(bytes.span.extracting(start..<min(bytes.count, start + 1 << 16)))
        frames += decoder.events.count
      }
      decoder.finish()
      frames += decoder.events.count
    }
    precondition(frames == bench.traffic.frames, "every frame is found")
    bench.report(
      "decode to frame events", cost, frames: frames, bytes: bytes.count, atLeast: 20e6, share: 0.25)
  }
}
