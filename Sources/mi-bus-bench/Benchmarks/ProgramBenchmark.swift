import CaptureFiles

/// The whole program: start-up, lines to nowhere, memory.
enum ProgramBenchmark: Benchmark {
  static let name = "program"

  static func run(_ bench: Bench) throws {
    try measureStart(bench)
    let path = try bench.folder.write(bench.traffic.bytes, to: "traffic.bin")
    let lines: [(String, [String])] = [
      ("mi-bus sniff FILE > /dev/null", []), ("mi-bus sniff --json FILE > /dev/null", ["--json"]),
      ("mi-bus sniff --summary FILE", ["--summary"]),
    ]
    for (name, options) in lines {
      let cost = try bench.stopwatch.median(ofProgram: bench.program, ["sniff"] + options + [path])
      bench.report(
        name, cost, frames: bench.traffic.frames, bytes: bench.traffic.bytes.count,
        unit: options == ["--summary"] ? "frames/s" : "lines/s")
    }
    bench.folder.remove("traffic.bin")
    try measureMemory(bench)
  }

  private static func measureStart(_ bench: Bench) throws {
    let tiny = try bench.folder.write(Array(bench.traffic.bytes.prefix(200)), to: "tiny.bin")
    let patient = Stopwatch(runs: 30)
    for (name, arguments) in [("mi-bus --version", ["--version"]), ("mi-bus sniff of 200 bytes", ["sniff", tiny])] {
      let cost = try patient.median(ofProgram: bench.program, arguments)
      Report.print(Figure(name: name, value: cost.wall * 1000, unit: "ms", target: .atMost(15)))
    }
  }

  /// The memory must not depend on the length of the input.
  private static func measureMemory(_ bench: Bench) throws {
    let times = (1 << 30) / bench.traffic.bytes.count + 1
    let path = try bench.folder.write(bench.traffic.bytes, to: "large.bin", times: times)
    let usage = try ChildProcess.run(bench.program, ["sniff", path], watchMemory: true)
    bench.folder.remove("large.bin")
    Report.print(
      Figure(
        name: "resident memory, mi-bus sniff of 1 GiB", value: Double(usage.memory) / 1_048_576, unit: "MiB",
        target: .atMost(64)))
  }
}

extension Stopwatch {
  /// The median cost of runs of a program, which must succeed.
  func median(ofProgram path: String, _ arguments: [String]) throws(InputError) -> Cost {
    var costs: [Cost] = []
    for number in 0...runs {
      let usage = try ChildProcess.run(path, arguments)
      guard usage.exitCode == 0 else {
        throw InputError("\(path) \(arguments.joined(separator: " "))", "ends with exit code \(usage.exitCode)")
      }
      // The first run warms the file cache up.
      if number > 0 { costs.append(usage.cost) }
    }
    return costs.median
  }
}
