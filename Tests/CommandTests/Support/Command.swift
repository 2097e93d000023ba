import Foundation
import Testing

/// The built program, run as a person runs it.
enum Command {
  /// `mi-bus` lies beside the test program that this is.
  static let path: String = {
    let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(filePath: program).deletingLastPathComponent().appending(path: "mi-bus").path
  }()

  /// What a run left behind.
  struct Outcome {
    var ending: Child.Ending
    var output: String
    var errors: String

    /// The lines on standard output.
    var lines: [Substring] { output.split(separator: "\n") }
  }

  /// Long enough for a busy machine; a program that takes longer hangs.
  static let patience = Duration.seconds(120)

  /// Nothing of the person's own settings reaches the program.
  static func environment(_ home: Scratch, _ more: [String: String] = [:]) -> [String: String] {
    [
      "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": home.path, "LC_ALL": "C", "TZ": "UTC",
      "MI_BUS": path,
    ].merging(more) { $1 }
  }

  /// Runs `mi-bus` to its end, in the folder of `scratch`.
  static func run(
    _ arguments: [String], in scratch: Scratch? = nil, input: [UInt8] = [], environment: [String: String] = [:],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Outcome {
    try finish(path, arguments, scratch, input: input, environment: environment, sourceLocation)
  }

  /// Runs a shell script, in which `$MI_BUS` is the program and `$1`… are `arguments`.
  static func shell(
    _ script: String, _ arguments: [String] = [], in scratch: Scratch? = nil, input: [UInt8] = [],
    environment: [String: String] = [:], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Outcome {
    try finish(
      "/bin/sh", ["-c", script, "sh"] + arguments, scratch, input: input, environment: environment, sourceLocation)
  }

  private static func finish(
    _ executable: String, _ arguments: [String], _ scratch: Scratch?, input: [UInt8],
    environment: [String: String], _ sourceLocation: SourceLocation
  ) throws -> Outcome {
    let scratch = try scratch ?? Scratch()
    let running = try Running(executable, arguments, input: input, environment: environment, in: scratch)
    guard let ending = running.wait() else {
      Issue.record(
        "\(([executable] + arguments).joined(separator: " ")) hangs; so far: \(running.output) \(running.errors)",
        sourceLocation: sourceLocation)
      throw Child.SpawnError(description: "hangs")
    }
    return Outcome(ending: ending, output: running.output, errors: running.errors)
  }

  /// A run that goes on while the test does something.
  final class Running {
    private var child: Child
    private let scratch: Scratch

    init(
      _ executable: String, _ arguments: [String], input: [UInt8] = [],
      environment: [String: String] = [:], in scratch: Scratch
    ) throws {
      self.scratch = scratch
      try scratch.write(input, as: "stdin")
      let input = open(scratch.file("stdin"), O_RDONLY | O_CLOEXEC)
      let create = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC
      let output = open(scratch.file("stdout"), create, 0o600)
      let errors = open(scratch.file("stderr"), create, 0o600)
      defer { for descriptor in [input, output, errors] { close(descriptor) } }
      child = try Child(
        executable, arguments, in: scratch.path, environment: Command.environment(scratch, environment), input: input,
        output: output, errors: errors)
    }

    var process: pid_t { child.process }
    /// What it has written so far.
    var output: String { scratch.text("stdout") }
    var errors: String { scratch.text("stderr") }

    func send(_ signal: Int32) { child.send(signal) }

    /// Its end, or nil if that does not come.
    func wait() -> Child.Ending? { child.wait(until: .now + Command.patience) }

    /// Waits until the output holds so many lines; false if that does not come.
    func waitForLines(_ count: Int) -> Bool {
      Command.wait { output.utf8.count(where: { $0 == 0x0A }) >= count }
    }
  }

  /// Waits for something to become true; false if it does not.
  static func wait(_ condition: () -> Bool) -> Bool {
    let deadline = ContinuousClock.now + patience
    while !condition() {
      guard ContinuousClock.now < deadline else { return false }
      usleep(5000)
    }
    return true
  }
}
