import BusPrinter
import CaptureFiles
import Glibc
import SystemPackage

/// Text on its way to a descriptor, gathered into large writes.
struct OutputStream: ~Copyable {
  var buffer = TextBuffer()
  private var sink: DescriptorSink
  private let highWater = 1 << 16

  init(_ descriptor: FileDescriptor, name: String) {
    sink = DescriptorSink(descriptor, name: name)
  }

  static var standard: OutputStream { OutputStream(.standardOutput, name: "standard output") }

  /// Writes when enough has gathered.
  mutating func flushIfFull() throws(OutputError) {
    if buffer.count >= highWater { try flush() }
  }

  mutating func flush() throws(OutputError) {
    guard buffer.count > 0 else { return }
    defer { buffer.removeAll() }
    try buffer.withBytes { bytes throws(OutputError) in try sink.write(bytes) }
  }
}
