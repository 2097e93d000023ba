import BusTimeline
import NinebotBus
import ScooterSim
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
    let cost = bench.stopwatch.median { attribute(chunks, of: tap, bench.profile) }
    bench.report(
      "attributed and counted, from recorded bytes", cost, frames: bench.traffic.frames, bytes: bytes.count,
      atLeast: 5e6)
    try runTimed(bench, .edges, "attributed and counted, each bit timed, a dash on the bus")
    try runTimed(bench, .packets(.ftdi1ms), "the same, packets timed (1 ms)")
  }

  /// What times cost: there is more to weigh then.
  private static func runTimed(_ bench: Bench, _ quality: SimulatedSource.Quality, _ name: String) throws {
    var source = SimulatedSource(try .named("displaydash"), quality: quality, duration: timed)
    var chunks: [ByteChunk] = []
    while let chunk = try source.next() { chunks.append(chunk) }
    var frames = 0
    let cost = bench.stopwatch.median { frames = attribute(chunks, of: source.taps[0], bench.profile) }
    bench.report(name, cost, frames: frames, bytes: chunks.reduce(0) { $0 + $1.bytes.count })
  }

  /// Nanoseconds of a bus.
  private static let timed: Int64 = 3_600_000_000_000

  /// Returns how many sound frames there were.
  @discardableResult
  private static func attribute(_ chunks: [ByteChunk], of tap: Tap, _ profile: Profile) -> Int {
    var stream = AttributedStream(
      attributor: Attributor(profile: profile, patience: .recorded), pause: 2_000_000, sink: Counts())
    stream.name(taps: [tap])
    for chunk in chunks { stream.push(chunk) }
    stream.finish()
    return stream.sink.frames
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
    private(set) var frames = 0

    mutating func take(_ event: AttributedEvent, bytes: Span<UInt8>) {
      if event.event.checksumHolds { frames += 1 }
      traffic.push(event.event, reading: event.reading, tap: event.tap, airTime: event.airTime)
    }
  }
}
