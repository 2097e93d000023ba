import Glibc
import SystemPackage

/// Turns SIGINT and SIGTERM into something to poll for: they are a normal end of a live capture.
struct SignalWatch: ~Copyable {
  /// Readable once a signal came.
  let descriptor: FileDescriptor

  /// Blocks the signals for the thread (and those it starts later); nil where the kernel refuses.
  init?() {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGINT)
    sigaddset(&set, SIGTERM)
    guard pthread_sigmask(SIG_BLOCK, &set, nil) == 0 else { return nil }
    let raw = signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
    guard raw >= 0 else { return nil }
    descriptor = FileDescriptor(rawValue: raw)
  }

  deinit { try? descriptor.close() }

  /// Gives the signals back their own effect, so that a second one ends a program that is slow to stop.
  consuming func release() {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGINT)
    sigaddset(&set, SIGTERM)
    var info = signalfd_siginfo()
    _ = read(descriptor.rawValue, &info, MemoryLayout<signalfd_siginfo>.size)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }
}
