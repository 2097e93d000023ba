import CaptureFiles
import Glibc

/// A program that was started to be measured, with its output thrown away.
struct ChildProcess: ~Copyable {
  private let id: pid_t

  /// What a program used from its start to its end.
  struct Usage: Sendable {
    var cost: Cost
    /// Most resident memory in bytes.
    var memory: Int
    var exitCode: Int32
  }

  /// Starts the program at `path`.
  init(_ path: String, _ arguments: [String]) throws(InputError) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    for output in [STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_addopen(&actions, output, "/dev/null", O_WRONLY, 0)
    }
    var strings = ([path] + arguments).map { strdup($0) } + [nil]
    defer { for string in strings { free(string) } }
    var id: pid_t = 0
    let failure = posix_spawn(&id, path, &actions, nil, &strings, environ)
    guard failure == 0 else {
      throw InputError(path, "cannot be started: \(String(cString: strerror(failure)))", remedy: "build it: make build")
    }
    self.id = id
  }

  /// Runs a program to its end.
  ///
  /// - Parameter watchMemory: looks at the memory every few milliseconds. What the kernel tells at the end is no use:
  ///   it counts this process's own memory, which the new one shares until it runs its program.
  static func run(_ path: String, _ arguments: [String], watchMemory: Bool = false) throws(InputError) -> Usage {
    let start = now
    let child = try ChildProcess(path, arguments)
    return child.wait(since: start, watchMemory: watchMemory)
  }

  /// Waits for the end.
  ///
  /// - Parameter start: seconds of the monotonic clock.
  consuming func wait(since start: Double, watchMemory: Bool) -> Usage {
    var status: Int32 = 0
    var usage = rusage()
    var memory = 0
    while wait4(id, &status, watchMemory ? WNOHANG : 0, &usage) != id {
      memory = max(memory, peakMemory)
      // Looks again until the deadline; the child is timed by the kernel, not by this loop.
      usleep(5000)
    }
    let processor = Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime)
    return Usage(
      cost: Cost(wall: Self.now - start, processor: processor), memory: memory, exitCode: status >> 8 & 0xFF)
  }

  /// Bytes, from the kernel's own high-water mark; 0 when the program is gone.
  private var peakMemory: Int {
    guard let file = fopen("/proc/\(id)/status", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      guard text.hasPrefix("VmHWM:") else { continue }
      return (Int(text.filter(\.isNumber)) ?? 0) * 1024
    }
    return 0
  }

  /// Seconds of the monotonic clock.
  static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
}
