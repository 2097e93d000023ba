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
    return try stream.read(upTo: count, into: &bytes)
  }
}
