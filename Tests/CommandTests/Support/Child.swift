import Foundation

/// A process that a test started. It is killed when the value goes away, so no test leaves one behind.
struct Child: ~Copyable {
  /// How a process ended.
  enum Ending: Hashable {
    case exit(Int32)
    case signal(Int32)
  }

  struct SpawnError: Error, CustomStringConvertible {
    let description: String
  }

  let process: pid_t
  private var ending: Ending?

  /// Starts `executable` in `folder`; the descriptors become its standard streams and stay open here.
  init(
    _ executable: String, _ arguments: [String], in folder: String, environment: [String: String], input: Int32,
    output: Int32, errors: Int32
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, descriptor) in [input, output, errors].enumerated() {
      posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
    }
    // A test program may have signals ignored or blocked, and children inherit that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var defaults = sigset_t()
    sigemptyset(&defaults)
    for number in [SIGINT, SIGTERM, SIGPIPE] { sigaddset(&defaults, number) }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    var mask = sigset_t()
    sigemptyset(&mask)
    posix_spawnattr_setsigmask(&attributes, &mask)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

    // env(1) changes the folder and becomes the program.
    let env = "/usr/bin/env"
    var words: [UnsafeMutablePointer<CChar>?] =
      ([env, "-C", folder, executable] + arguments).map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer {
      for word in words { free(word) }
      for variable in variables { free(variable) }
    }
    var started: pid_t = 0
    let failure = posix_spawn(&started, env, &actions, &attributes, &words, &variables)
    guard failure == 0 else { throw SpawnError(description: "\(executable): \(String(cString: strerror(failure)))") }
    process = started
  }

  deinit {
    guard ending == nil else { return }
    kill(process, SIGKILL)
    var status: Int32 = 0
    waitpid(process, &status, 0)
  }

  /// Waits for the end; nil when `deadline` comes first.
  mutating func wait(until deadline: ContinuousClock.Instant) -> Ending? {
    while ending == nil {
      var status: Int32 = 0
      if waitpid(process, &status, WNOHANG) == process {
        let number = status & 0x7F
        ending = number == 0 ? .exit(status >> 8 & 0xFF) : .signal(number)
      } else if ContinuousClock.now >= deadline {
        return nil
      } else {
        usleep(2000)
      }
    }
    return ending
  }

  func send(_ signal: Int32) { kill(process, signal) }
}
