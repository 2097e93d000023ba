import CaptureFiles
import UartSniffer

/// Samples of a logic analyser to bytes.
enum LogicBenchmark: Benchmark {
  static let name = "logic"
  private static let target = 20.0

  static func run(_ bench: Bench) throws {
    let load = LogicSamples(of: bench.traffic.bytes.prefix(23_040))
    let bare = bench.stopwatch.median { precondition(bareSampleScan(load.samples) > 0, "the line is in use") }
    var received = 0
    let cost = try bench.stopwatch.median {
      received = 0
      var recording = LogicRecording(
        try RawSamples(MemoryStream(load.samples, piece: 1 << 18), rate: LogicSamples.rate))
      while let chunk = try recording.next() { received += chunk.bytes.count }
    }
    precondition(received == load.bytes, "every byte is received")
    report("24 MHz samples of a full line to bytes", cost, load, bare: bare)

    let path = try bench.folder.write(load.samples, to: "samples.bin")
    let whole = try bench.stopwatch.median(ofProgram: bench.program, ["sniff", "--logic", "24MHz", path])
    report("mi-bus sniff --logic 24MHz FILE", whole, load, bare: bare)
    bench.folder.remove("samples.bin")
  }

  private static func report(_ name: String, _ cost: Cost, _ load: LogicSamples, bare: Cost) {
    let size = Double(load.samples.count)
    Report.print(
      Figure(
        name: name, value: load.seconds / cost.processor, unit: "x real time", target: .atLeast(target),
        bytesPerSecond: size / cost.processor, bareBytesPerSecond: size / bare.processor))
  }
}
