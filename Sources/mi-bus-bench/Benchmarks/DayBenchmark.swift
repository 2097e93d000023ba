import CaptureFiles
import NinebotBus
import UartSniffer

/// A diagnosis of a bus that a dash fills, with its phone's log: an hour of it, from which a day of a full bus follows.
enum DayBenchmark: Benchmark {
  static let name = "day"

  /// Frames of a full bus in 24 hours.
  private static let day = 73_000_000.0

  private static let scenario = """
    about: a dash that fills the bus
    phone: {}
    dashes:
      - transmitter: { clock-ppm: -20800, jitter-ppm: 60, drift-ppm: 20, idle-us: 0.4, idle-jitter-ns: 200 }
        trigger: timer
        period-ms: [5, 5.2]
        quiet-ms: 0.3
        polls: [bms 31 02, esc 3a 04, esc 7b 02]

    """

  static func run(_ bench: Bench) throws {
    let names = ["full.yaml", "full.pcapng", "full.btsnoop", "full.token"]
    let scenario = try bench.folder.write(Array(Self.scenario.utf8), to: names[0])
    let paths = names.map { bench.folder.path($0) }
    defer { for name in names { bench.folder.remove(name) } }
    let made = try ChildProcess.run(
      bench.program,
      [
        "simulate", scenario, "--adapter", "ftdi-1ms", "--for", "1h", "--write", paths[1], "--ble", paths[2], "--token",
        paths[3], "--clock-offset", "37.2", "--clock-drift", "25",
      ])
    guard made.exitCode == 0 else { throw InputError(scenario, "cannot be simulated") }
    let frames = Double(try soundFrames(paths[1]))
    let arguments = ["diagnose", paths[1], paths[2], "--token", paths[3]]
    var costs: [Cost] = []
    var memory = 0
    for number in 0...bench.stopwatch.runs {
      let usage = try ChildProcess.run(bench.program, arguments, watchMemory: true)
      // 1: something injects, and that is so.
      guard usage.exitCode == 1 else { throw InputError(paths[1], "diagnose ends with \(usage.exitCode)") }
      memory = max(memory, usage.memory)
      if number > 0 { costs.append(usage.cost) }
    }
    Report.print(
      Figure(name: "mi-bus diagnose BUS BLE, by the clock", value: frames / costs.median.wall, unit: "frames/s"))
    Report.print(
      Figure(
        name: "  a day of a full bus (73 M frames) at that rate", value: day / frames * costs.median.wall, unit: "s",
        target: .atMost(60)))
    Report.print(
      Figure(name: "  resident memory", value: Double(memory) / 1_048_576, unit: "MiB", target: .atMost(256)))
  }

  private static func soundFrames(_ path: String) throws -> Int {
    var source = try RecordingFormat.open(path: path).source
    var stream = EventStream()
    var counter = Counter()
    while let chunk = try source.next() {
      stream.add(taps: source.taps, pause: 2_000_000)
      stream.push(chunk, into: &counter)
    }
    stream.finish(into: &counter)
    return counter.frames
  }

  private struct Counter: BusEventSink {
    private(set) var frames = 0
    mutating func take(_ event: BusEvent, tap: Int, bytes: Span<UInt8>) {
      if event.kind == .frame, event.checksumHolds { frames += 1 }
    }
  }
}
