import CaptureFiles
import Glibc
import SystemPackage

/// Standard input that a signal ends: whoever pipes a live capture in stops it with Ctrl-C, and that is a normal end.
struct StandardInput: ByteStream {
  let name = "standard input"
  /// Readable once a signal came.
  private let signals: FileDescriptor
  private var stream = DescriptorStream(.standardInput, name: "standard input")

  init(signals: FileDescriptor) { self.signals = signals }

  /// Whether there is one to read: the caller may have closed it.
  private static var isOpen: Bool {
    let flags = fcntl(STDIN_FILENO, F_GETFL)
    return flags != -1 && flags & O_ACCMODE != O_WRONLY
  }

  /// Whether a read would wait: then what was decoded so far should be seen.
  static var isQuiet: Bool {
    var entry = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    return poll(&entry, 1, 0) == 0
  }

  mutating func read(upTo count: Int, into bytes: inout [UInt8]) throws(InputError) -> Int {
    var entries = [
      pollfd(fd: signals.rawValue, events: Int16(POLLIN), revents: 0),
      pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
    ]
    while poll(&entries, 2, -1) < 0, errno == EINTR {}
    if entries[0].revents != 0 { return 0 }
    guard Self.isOpen else { throw InputError(name, "is closed", remedy: "pipe a recording in, or name a file") }
    return try stream.read(upTo: count, into: &bytes)
  }
}
