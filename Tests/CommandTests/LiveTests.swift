import Foundation
import TestSupport
import Testing
import UartSniffer

/// Sniffing of a port, which is a pseudo terminal here, and of the built-in scooter.
@Suite(.serialized) struct LiveTests {
  let scratch: Scratch
  let script: WireScript

  init() throws {
    scratch = try Scratch()
    script = try .stockSecond()
  }

  /// Starts `sniff` on a port and waits until it has it open.
  private func sniff(_ port: borrowing PseudoTerminal, _ options: [String]) throws -> Command.Running {
    let running = try Command.Running(Command.path, ["sniff", port.path] + options, in: scratch)
    let path = port.path
    let process = running.process
    let isOpen = Command.wait { Self.hasOpen(process, path) }
    try #require(isOpen, "the port is not opened")
    // The port is set up a moment after it is opened; what comes before that is dropped there.
    usleep(200_000)
    return running
  }

  private static func hasOpen(_ process: pid_t, _ path: String) -> Bool {
    let folder = "/proc/\(process)/fd"
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return entries.contains { (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")) == path }
  }

  @Test(
    "a signal ends a live capture normally: all is flushed, the summary on standard error",
    arguments: [SIGINT, SIGTERM])
  func interrupted(_ signal: Int32) throws {
    let port = try PseudoTerminal()
    let running = try sniff(port, ["--json", "--write", "x.pcapng"])
    try PortPlayer.play(script.bytes.filter { $0.framing }, into: port)
    #expect(Command.wait { running.output.contains(script.frames.last ?? "none") }, "the last frame is not seen")
    running.send(signal)
    #expect(running.wait() == .exit(0), "\(running.errors)")
    let lines = try JsonLines(running.output)
    #expect(lines.soundFrames == script.frames)
    #expect(lines.objects.last?["kind"] as? String == "summary")
    #expect(running.errors.contains("frames in"))
    let stored = try JsonLines(try Command.run(["sniff", "x.pcapng", "--json"], in: scratch).output)
    #expect(stored.soundFrames == script.frames)
  }

  @Test("the built-in scooter is shown by its name, and takes a seed", arguments: ["stock", "stock,seed=2"])
  func simulated(_ scenario: String) throws {
    let run = try Command.run(["sniff", "sim:\(scenario)", "--for", "1s", "--summary"], in: scratch)
    #expect(run.ending == .exit(0), "\(run.errors)")
    #expect(
      run.output.contains("bus0  sim:\(scenario), 115200 baud, times: packets, as soon as the host hands them on"))
  }

  @Test("a capture without any traffic ends normally too")
  func silence() throws {
    let port = try PseudoTerminal()
    let running = try sniff(port, [])
    running.send(SIGINT)
    #expect(running.wait() == .exit(0))
    #expect(running.output.isEmpty)
    #expect(running.errors.contains("0 frames"))
  }

  @Test("what was sniffed is on disk while the capture goes on")
  func stored() throws {
    let port = try PseudoTerminal()
    let running = try sniff(port, ["--write", "x.txt"])
    try PortPlayer.play(script.bytes, into: port)
    #expect(running.waitForLines(40))
    #expect(scratch.text("x.txt").split(separator: "\n").count > 40)
    // Killed without a chance to do anything.
    running.send(SIGKILL)
    _ = running.wait()
    let stored = try JsonLines(try Command.run(["sniff", "x.txt", "--json"], in: scratch).output)
    #expect(stored.soundFrames.count > 40)
  }

  @Test("--for and --count end a live capture")
  func bounded() throws {
    let start = ContinuousClock.now
    let timed = try Command.run(["sniff", "sim:", "--for", "700ms", "--json"])
    #expect(timed.ending == .exit(0))
    #expect(ContinuousClock.now - start >= .milliseconds(700))
    let frames = try JsonLines(timed.output).of(kind: "frame")
    #expect(frames.count > 15 && frames.allSatisfy { ($0["t"] as? Double ?? 9) < 0.8 })
    let counted = try Command.run(["sniff", "sim:", "--count", "5"])
    #expect(counted.ending == .exit(0) && counted.lines.count == 5)
  }

  @Test("two live sources are taps of one capture")
  func two() throws {
    let outcome = try Command.run(["sniff", "stock=sim:", "dash=sim:displaydash", "--for", "1s", "--json"])
    let frames = try JsonLines(outcome.output).of(kind: "frame")
    for tap in ["stock", "dash"] {
      let times = frames.filter { $0["tap"] as? String == tap }.compactMap { $0["t"] as? Double }
      #expect(times.count > 20 && times == times.sorted(), "\(tap)")
    }
    // What two ports deliver while the machine is busy is known in time only as well as it was read.
    let times = frames.compactMap { $0["t"] as? Double }
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 - $1 < 0.025 })
  }

  @Test("a port that is gone is waited for")
  func gone() throws {
    let port = try PseudoTerminal()
    let running = try sniff(port, [])
    port.close()
    #expect(Command.wait { running.errors.contains("is gone") }, "\(running.errors)")
    running.send(SIGINT)
    #expect(running.wait() == .exit(0))
  }

  @Test("a connection that breaks is a failure, and what came is shown", arguments: ["sniff", "diagnose"])
  func brokenConnection(_ verb: String) throws {
    let server = try LoopbackServer()
    let running = try Command.Running(Command.path, [verb, "tcp:127.0.0.1:\(server.port)"], in: scratch)
    try server.reset(after: Array(script.raw.prefix(13)))
    #expect(running.wait() == .exit(2))
    #expect(running.errors.contains("the connection broke: Connection reset by peer"), "\(running.errors)")
    #expect(running.output.contains(verb == "sniff" ? "ble>esc" : "Cannot tell"), "\(running.output)")
  }

  @Test("a port that somebody else has is refused")
  func busy() throws {
    let port = try PseudoTerminal()
    let first = try sniff(port, [])
    let second = try Command.shell(
      // Root passes over exclusive use, so an ordinary user is needed; nobody is one.
      #"chmod 666 "$1"; if [ "$(id -u)" = 0 ]; then exec setpriv --reuid 65534 --regid 65534 --clear-groups "$MI_BUS" sniff "$1" --for 1s; fi; exec "$MI_BUS" sniff "$1" --for 1s"#,
      [port.path], in: scratch)
    #expect(second.ending == .exit(2), "\(second.errors)")
    #expect(second.errors.contains(port.path) && second.errors.contains("use"), "\(second.errors)")
    first.send(SIGINT)
    #expect(first.wait() == .exit(0))
  }

  @Test("a port that may not be opened: the group is named")
  func forbidden() throws {
    let port = try PseudoTerminal()
    let outcome = try Command.shell(
      #"chmod 660 "$1"; if [ "$(id -u)" = 0 ]; then exec setpriv --reuid 65534 --regid 65534 --clear-groups "$MI_BUS" sniff "$1"; fi; chmod 000 "$1"; exec "$MI_BUS" sniff "$1""#,
      [port.path], in: scratch)
    #expect(outcome.ending == .exit(2))
    #expect(outcome.errors.contains("group") && outcome.errors.contains(port.path), "\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1)
  }

  // MARK: - Real traffic

  /// The bytes of a `t_us,byte,framing_ok` file.
  private static func timedBytes(_ name: String) throws -> [WireScript.TimedByte] {
    try String(contentsOfFile: SharedCaptures.path(name), encoding: .utf8).split(separator: "\n").compactMap { line in
      let words = line.split(separator: ",")
      guard words.count == 3, let time = Double(words[0]), let byte = hexBytes(String(words[1])).first else {
        return nil
      }
      return WireScript.TimedByte(start: Int64(time * 1000), byte: byte, framing: words[2] == "1")
    }
  }

  /// The sound frames of a `.frames.txt` reference.
  private static func reference(_ name: String, channel: String) throws -> [String] {
    let text = try String(contentsOfFile: SharedCaptures.path(name), encoding: .utf8)
    var frames: [String] = []
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let words = line.split(separator: " ")
      guard words.count > 5, words[2] == channel, words[4] == "ok" else { continue }
      frames.append(words[5...].filter { !$0.contains("=") }.joined())
    }
    return frames
  }

  @Test(
    "a real recording played in real time into a port gives the frames of its reference",
    .enabled(if: SharedCaptures.present, "needs ../shared/captures"))
  func recordingThroughThePort() throws {
    let bytes = try Self.timedBytes("m365-esc-ble-eco-flashlight.ch4.bytes.csv")
    let reference = try Self.reference("m365-esc-ble-eco-flashlight.frames.txt", channel: "ch4")
    #expect(reference.count == 522)
    let port = try PseudoTerminal()
    let running = try sniff(port, ["--json"])
    try PortPlayer.play(bytes, into: port)
    #expect(Command.wait { running.output.contains(reference.last ?? "none") })
    usleep(400_000)
    running.send(SIGINT)
    #expect(running.wait() == .exit(0))
    #expect(try JsonLines(running.output).soundFrames == reference)
  }

  // MARK: - Nothing is sent

  private static let straceWorks = (try? Command.shell("strace -o /dev/null true").ending) == .exit(0)

  @Test(
    "strace sees no write to the port", .enabled(if: straceWorks, "needs strace that may trace"))
  func nothingIsSent() throws {
    let port = try PseudoTerminal()
    let path = port.path
    let running = try Command.Running(
      "/bin/sh",
      ["-c", #"exec strace -f -P "$1" -o trace "$MI_BUS" sniff "$1" --count 20"#, "sh", path],
      in: scratch)
    #expect(Command.wait { scratch.text("trace").contains("poll") }, "\(running.errors)")
    try PortPlayer.play(script.bytes, into: port)
    #expect(running.wait() == .exit(0), "\(running.errors)")
    let calls = scratch.text("trace").split(separator: "\n")
    #expect(calls.contains { $0.contains("read(") }, "it did listen")
    let opened = calls.filter { $0.contains("open") && $0.contains(path) }
    #expect(!opened.isEmpty && opened.allSatisfy { $0.contains("O_RDONLY") }, "\(opened)")
    for word in ["write", "send", "splice", "TIOCSTI", "TCSBRK", "TIOCSBRK", "TIOCMSET", "TIOCMBIS", "TCXONC"] {
      #expect(!calls.contains { $0.contains(word) }, "\(word)")
    }
    #expect(port.read(upTo: 100).isEmpty)
  }
}
