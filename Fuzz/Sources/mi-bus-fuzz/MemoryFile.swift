import CFuzzer
import Glibc

/// A file that is in memory only, for parsers that need a path to seek in.
struct MemoryFile: ~Copyable {
  private let descriptor: Int32
  let path: String

  init(_ content: [UInt8]) {
    descriptor = cfuzzer_memory_file()
    require(descriptor >= 0, "a file in memory can be made")
    path = "/proc/self/fd/\(descriptor)"
    require(write(descriptor, content, content.count) == content.count, "all of it is written")
  }

  deinit { close(descriptor) }
}
