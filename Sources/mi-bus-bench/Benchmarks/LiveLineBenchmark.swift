import Glibc
import UartSniffer

/// What sniffing a line costs on which bytes follow each other without a pause.
enum LiveLineBenchmark: Benchmark {
  static let name = "live"
  /// Seconds that the line is watched.
  private static let duration = 10

  /// How an adapter hands bytes to the kernel: how many at a time.
  private static let adapters: [(name: String, packet: Int)] = [
    ("adapter with a latency timer of 16 ms", 62), ("adapter with a latency timer of 1 ms", 12),
  ]

  static func run(_ bench: Bench) throws {
    for adapter in adapters {
      let usage = try watch(bench, packet: adapter.packet)
      let share = usage.cost.processor / Double(duration) * 100
      Report.print(
        Figure(
          name: "full line at 115200 live, " + adapter.name, value: share, unit: "% of a core", target: .atMost(2)))
    }
  }

  private static func watch(_ bench: Bench, packet: Int) throws -> ChildProcess.Usage {
    let terminal = try PseudoTerminal()
    let start = ChildProcess.now
    let child = try ChildProcess(bench.program, ["sniff", terminal.path, "--for", "\(duration)s"])
    let bytes = bench.traffic.bytes
    let period = Double(packet) / 11_520
    var sent = 0
    // Until the program has surely ended: what nobody reads is lost after the deadline.
    while ChildProcess.now < start + Double(duration) + 0.3 {
      let next = start + Double(sent / packet) * period
      let wait = next - ChildProcess.now
      // Paces the line as a UART would; the time slept is not counted.
      if wait > 0 { usleep(UInt32(wait * 1e6)) }
      let place = sent % (bytes.count - packet)
      try? terminal.write(Array(bytes[place..<(place + packet)]), deadline: Int64((ChildProcess.now + 0.05) * 1e9))
      sent += packet
    }
    return child.wait(since: start, watchMemory: false)
  }
}
