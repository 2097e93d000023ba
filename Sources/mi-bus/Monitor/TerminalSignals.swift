import CCurses
import CaptureFiles
import Glibc
import Synchronization
import SystemPackage

/// Turns the signals that concern a full-screen program into something to poll for.
///
/// Handlers only write the signal's number into a pipe; the loop then does what is to be done. Two exceptions, since
/// nobody would read the pipe any more: a second signal to end, and faults of the program itself, put the terminal
/// back at once.
struct TerminalSignals: ~Copyable {
  /// What happened.
  enum Event {
    /// SIGINT, SIGTERM, SIGHUP, SIGQUIT: a normal end.
    case end
    /// SIGTSTP: Ctrl-Z.
    case suspend
    /// SIGCONT: the screen is not what it was.
    case resume
    /// SIGWINCH.
    case resize
  }

  /// Readable once a signal came.
  let descriptor: FileDescriptor
  private let writeEnd: FileDescriptor

  private static let ends = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
  private static let others = [SIGTSTP, SIGCONT, SIGWINCH]
  private static let faults = [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT]

  /// The pipe's write end for the handlers; -1 while nobody watches.
  private static let handlerEnd = Atomic<Int32>(-1)
  private static let isEnding = Atomic(false)

  init() throws(InputError) {
    do {
      let pipe = try FileDescriptor.pipe()
      (descriptor, writeEnd) = (pipe.readEnd, pipe.writeEnd)
    } catch {
      throw InputError("signals", "cannot be watched: \(error)")
    }
    for end in [descriptor, writeEnd] { _ = fcntl(end.rawValue, F_SETFL, O_NONBLOCK) }
    Self.isEnding.store(false, ordering: .sequentiallyConsistent)
    Self.handlerEnd.store(writeEnd.rawValue, ordering: .sequentiallyConsistent)
    Self.handle(Self.ends + Self.others, flags: SA_RESTART) { number in
      if number == SIGINT || number == SIGTERM {
        if TerminalSignals.isEnding.exchange(true, ordering: .sequentiallyConsistent) {
          endwin()
          _exit(128 + number)
        }
      }
      var byte = UInt8(truncatingIfNeeded: number)
      _ = write(TerminalSignals.handlerEnd.load(ordering: .sequentiallyConsistent), &byte, 1)
    }
    // Raised again, they have their usual effect once the handler has returned.
    Self.handle(Self.faults, flags: Int32(bitPattern: UInt32(SA_RESETHAND))) { number in
      endwin()
      raise(number)
    }
  }

  private static func handle(_ signals: [Int32], flags: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = handler
    action.sa_flags = flags
    for number in signals { sigaction(number, &action, nil) }
  }

  deinit {
    for number in Self.ends + Self.others + Self.faults { signal(number, SIG_DFL) }
    Self.handlerEnd.store(-1, ordering: .sequentiallyConsistent)
    try? descriptor.close()
    try? writeEnd.close()
  }

  /// What came since the last time, without waiting.
  func events() -> [Event] {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor.rawValue, &bytes, bytes.count)
    guard count > 0 else { return [] }
    return bytes[..<count].map { byte in
      switch Int32(byte) {
      case SIGTSTP: .suspend
      case SIGCONT: .resume
      case SIGWINCH: .resize
      default: .end
      }
    }
  }
}
