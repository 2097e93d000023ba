import CaptureFiles
import NinebotBus
import UartSniffer

/// Captures written and read back.
enum CaptureFileBenchmark: Benchmark {
  static let name = "files"

  static func run(_ bench: Bench) throws {
    let traffic = try BusTraffic(frames: 1_000_000)
    var decoder = FrameDecoder()
    decoder.push(traffic.bytes.span)
    // Times of their own, as in a live capture: notes of times are a good part of the file.
    let tap = Tap(name: "bus0", detail: "made", baud: .standard, quality: .packets(latency: 1_000_000))
    var file: [UInt8] = []
    let written = try bench.stopwatch.median {
      var recorder = PcapngRecorder(PieceSink(), origin: 1_700_000_000_000_000_000)
      let lane = try recorder.add(tap)
      for event in decoder.events {
        try recorder.record(event, decoder.buffer.span.extracting(event.range), tap: lane)
      }
      try recorder.flush()
      precondition(recorder.sink.count > traffic.bytes.count, "everything is written")
    }
    bench.report(
      "pcapng written", written, frames: traffic.frames, bytes: traffic.bytes.count, atLeast: 2e6)

    var recorder = PcapngRecorder(MemorySink(), origin: 1_700_000_000_000_000_000)
    let lane = try recorder.add(tap)
    for event in decoder.events { try recorder.record(event, decoder.buffer.span.extracting(event.range), tap: lane) }
    try recorder.flush()
    file = recorder.sink.bytes
    let read = try bench.stopwatch.median {
      var source = PcapngSource(MemoryStream(file, piece: 1 << 18))
      var stream = EventStream()
      var sink = Counter()
      while let chunk = try source.next() {
        stream.add(taps: source.taps, pause: 2_000_000)
        stream.push(chunk, into: &sink)
      }
      stream.finish(into: &sink)
      precondition(sink.frames == traffic.frames, "every frame is read back")
    }
    bench.report(
      "pcapng read back to frame events", read, frames: traffic.frames, bytes: traffic.bytes.count, atLeast: 2e6)
  }

  /// Counts bytes and lets them go.
  private struct PieceSink: ByteSink {
    let name = "nowhere"
    var count = 0
    mutating func write(_ bytes: Span<UInt8>) { count += bytes.count }
  }

  private struct Counter: BusEventSink {
    var frames = 0
    mutating func take(_ event: BusEvent, tap: Int, bytes: Span<UInt8>) { frames += 1 }
  }
}
