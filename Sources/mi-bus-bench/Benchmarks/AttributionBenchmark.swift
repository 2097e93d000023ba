import BusTimeline
import NinebotBus
import UartSniffer

/// Bytes to attributed, counted events: all that `sniff` does but printing.
enum AttributionBenchmark: Benchmark {
  static let name = "attribution"

  static func run(_ bench: Bench) throws {
    let bytes = bench.traffic.bytes
    let chunks = stride(from: 0, to: bytes.count, by: 1 << 16).map {
      ByteChunk(bytes: Array(bytes[$0..<min(bytes.count, $0 + 1 << 16)]))
    }
    let tap = Tap(name: "bus0", detail: "", baud: .standard, quality: .none)
    let counting = bench.stopwatch.median {
      var stream = EventStream()
      var stage = Counting(readings: RecentReadings(bench.profile))
      stream.add(taps: [tap], pause: 2_000_000)
      for chunk in chunks { stream.push(chunk, into: &stage) }
      stream.finish(into: &stage)
    }
    bench.report(
      "read by profile and counted", counting, frames: bench.traffic.frames, bytes: bytes.count)
    let cost = bench.stopwatch.median {
      var stream = AttributedStream(
        attributor: Attributor(profile: bench.profile, patience: .recorded), pause: 2_000_000, sink: Counts())
      stream.name(taps: [tap])
      for chunk in chunks { stream.push(chunk) }
      stream.finish()
    }
    bench.report(
      "attributed and counted, from recorded bytes", cost, frames: bench.traffic.frames, bytes: bytes.count,
      atLeast: 5e6)
  }

  private struct Counting: BusEventSink {
    var readings: RecentReadings
    var traffic = TrafficTable()

    mutating func take(_ event: BusEvent, tap: Int, bytes: Span<UInt8>) {
      traffic.push(event, reading: event.kind == .frame ? readings.read(bytes, on: .escBle) : nil, tap: tap)
    }
  }

  private struct Counts: AttributedEventSink {
    var traffic = TrafficTable()

    mutating func take(_ event: AttributedEvent, bytes: Span<UInt8>) {
      traffic.push(event.event, reading: event.reading, tap: event.tap, airTime: event.airTime)
    }
  }
}
