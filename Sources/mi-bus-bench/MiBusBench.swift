import ArgumentParser
import Foundation

/// Measures what mi-bus does in a second and sets it beside what is asked for and what the bare machine does.
@main
struct MiBusBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mi-bus-bench", abstract: "Measure the speed of mi-bus; docs/performance.md explains the table.")

  @Option(name: .customLong("mi-bus"), help: "The program under test.")
  var program = ".build/release/mi-bus"

  @Option(help: "Frames of the workload.")
  var frames = 2_000_000

  @Option(help: "Runs of which the median is taken, at least 5.")
  var runs = 5

  @Option(
    help: ArgumentHelp("Only these: \(MiBusBench.all.map { $0.name }.joined(separator: ", ")).", valueName: "name"))
  var only: [String] = []

  static let all: [any Benchmark.Type] = [
    DecodeBenchmark.self, PrintBenchmark.self, AttributionBenchmark.self, LogicBenchmark.self,
    CaptureFileBenchmark.self, BleBenchmark.self, ProgramBenchmark.self, LiveLineBenchmark.self,
    DayBenchmark.self,
  ]

  func validate() throws {
    guard frames >= 10_000, runs >= 5 else { throw ValidationError("at least 10000 frames and 5 runs are needed") }
    for name in only where !Self.all.contains(where: { $0.name == name }) {
      throw ValidationError("--only \(name): not known")
    }
  }

  /// Prints the table. What misses its target is marked; the exit code stays 0, since a busy machine is no defect.
  func run() throws {
    print("\(frames) frames of made M365 traffic; rates are per second of processor time, medians of \(runs) runs\n")
    Report.printHeader()
    let bench = try Bench(program: program, frames: frames, runs: runs)
    for benchmark in Self.all where only.isEmpty || only.contains(benchmark.name) {
      do {
        try benchmark.run(bench)
      } catch {
        Report.printSkipped(benchmark.name, "\(error)")
      }
    }
  }
}
