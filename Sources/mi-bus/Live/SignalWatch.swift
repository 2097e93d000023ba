import CaptureFiles
import Glibc
import Synchronization
import SystemPackage

/// Turns SIGINT and SIGTERM into something to poll for: they are a normal end of a live capture.
///
/// The handler only writes a byte into a pipe, which is all that one may do. A second signal has its usual effect, so
/// that a program that is slow to stop can still be ended.
struct SignalWatch: ~Copyable {
  /// Readable once a signal came.
  let descriptor: FileDescriptor
  private let writeEnd: FileDescriptor

  /// The pipe's write end for the handler; -1 while nobody watches.
  private static let handlerEnd = Atomic<Int32>(-1)

  static func start() throws(InputError) -> SignalWatch {
    do {
      return SignalWatch(try FileDescriptor.pipe())
    } catch {
      throw InputError("signals", "cannot be watched: \(error)")
    }
  }

  private init(_ pipe: (readEnd: FileDescriptor, writeEnd: FileDescriptor)) {
    descriptor = pipe.readEnd
    writeEnd = pipe.writeEnd
    Self.handlerEnd.store(writeEnd.rawValue, ordering: .sequentiallyConsistent)
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in
      var mark: UInt8 = 1
      _ = write(SignalWatch.handlerEnd.load(ordering: .sequentiallyConsistent), &mark, 1)
    }
    action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
    for number in [SIGINT, SIGTERM] { sigaction(number, &action, nil) }
  }

  /// Whether a signal came.
  static func hasCome(_ descriptor: FileDescriptor) -> Bool {
    var entry = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, 0) == 1
  }

  deinit {
    for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    Self.handlerEnd.store(-1, ordering: .sequentiallyConsistent)
    try? descriptor.close()
    try? writeEnd.close()
  }
}
