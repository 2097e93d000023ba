import CaptureFiles
import Foundation
import NinebotBus
import Testing
import UartSniffer

/// What the kernel sees of a sniffing process, by strace. The process is this test program once more, running only
/// the probe below.
@Suite struct NothingIsSentTests {
  /// strace, where it is there and may trace.
  private static let strace = ["/usr/bin/strace", "/usr/local/bin/strace"].first { path in
    guard FileManager.default.isExecutableFile(atPath: path) else { return false }
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = ["-o", "/dev/null", "true"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
  private static let portVariable = "MI_BUS_PROBE_PORT"
  private static let sendsVariable = "MI_BUS_PROBE_SENDS"
  private static let probed = [UInt8](0...255)

  /// Whatever could put a signal on the line: calls that write, and ioctls for breaks, modem lines and injected input.
  private static let sending = [
    "write(", "pwrite64(", "writev(", "pwritev(", "pwritev2(", "sendto(", "sendmsg(", "sendfile(", "splice(",
    "vmsplice(",
    "copy_file_range(", "TIOCSTI", "TCSBRK", "TCSBRKP", "TIOCSBRK", "TIOCMSET", "TIOCMBIS", "TCXONC", "TIOCSETD",
  ]

  @Test("nothing is ever written to a port that is sniffed", .enabled(if: strace != nil, "needs strace that may trace"))
  func sniffing() throws {
    let trace = try trace(sends: false)
    let opened = trace.filter { $0.contains("openat(") || $0.contains("open(") }
    #expect(!opened.isEmpty, "the probe did not open the port: \(trace)")
    #expect(opened.allSatisfy { $0.contains("O_RDONLY") && $0.contains("O_NOCTTY") }, "\(opened)")
    #expect(trace.contains { $0.contains("read(") && $0.contains("\\0\\1\\2") }, "the probe read nothing: \(trace)")
    let sent = trace.filter { line in Self.sending.contains { line.contains($0) } }
    #expect(sent.isEmpty, "\(sent)")
  }

  @Test("strace would show a byte that is sent", .enabled(if: strace != nil, "needs strace that may trace"))
  func control() throws {
    let trace = try trace(sends: true)
    #expect(trace.contains { $0.contains("write(") }, "\(trace)")
  }

  @Test(
    "probe: sniff one port", .enabled(if: ProcessInfo.processInfo.environment[portVariable] != nil, "only under strace")
  )
  func probe() throws {
    let environment = ProcessInfo.processInfo.environment
    let path = try #require(environment[Self.portVariable])
    let system = KernelSerial()
    let deadline = system.now() + 20_000_000_000
    if environment[Self.sendsVariable] != nil {
      let port = try SerialPort.open(path, mode: .exchange, system: system)
      try port.write([0x55], deadline: deadline)
      return port.close()
    }
    let live = try LiveSerial(path, system: system)
    var count = 0
    while count < Self.probed.count, system.now() < deadline {
      var entries = live.descriptor.map { [PollEntry($0)] } ?? []
      let window = PollWindow.wait(for: &entries, until: min(deadline, live.deadline ?? .max), system: system)
      count += live.receive(after: window).chunk.bytes.count
    }
    #expect(count == Self.probed.count)
  }

  /// Runs the probe under strace on a new pseudo terminal; the calls that touched the port.
  private func trace(sends: Bool) throws -> [String] {
    let pair = try PseudoTerminal()
    let log = FileManager.default.temporaryDirectory.appending(path: "mi-bus-strace-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: log) }
    let process = Process()
    process.executableURL = URL(filePath: try #require(Self.strace))
    process.arguments =
      [
        "-f", "-P", pair.path, "-o", log.path,
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
      ]
      + Self.testArguments + ["--filter", "NothingIsSentTests/probe"]
    process.environment = ProcessInfo.processInfo.environment.merging(
      [Self.portVariable: pair.path].merging(sends ? [Self.sendsVariable: "1"] : [:]) { $1 }
    ) { $1 }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let system = KernelSerial()
    let deadline = system.now() + 60_000_000_000
    var fed = sends
    while process.isRunning, system.now() < deadline {
      // Sent once the probe reads; what comes before it opens the port would be dropped there.
      let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
      if !fed, text.contains("poll(") {
        try pair.write(Self.probed, deadline: deadline)
        fed = true
      }
      Thread.sleep(forTimeInterval: 0.02)
    }
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "the probe failed")
    return try String(contentsOf: log, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  /// What makes the test program run tests of this library; SwiftPM starts it so as well.
  private static let testArguments = ["--testing-library", "swift-testing"]
}
