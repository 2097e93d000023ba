import CaptureFiles
import SystemPackage
import UartSniffer

/// What takes the bytes of live sources: lines on standard output, or the monitor.
protocol LiveConsumer: ~Copyable {
  /// Whether it wants no more.
  var isFull: Bool { get }
  /// What it waits for besides the sources, such as a keyboard.
  var descriptors: [FileDescriptor] { get }
  /// Nanoseconds of CLOCK_MONOTONIC: when it wants `flush` even if nothing came.
  var deadline: Int64 { get }

  mutating func push(_ chunk: ByteChunk) throws(OutputError)
  /// Shows what waits, so that a person sees it now; called after every wait.
  mutating func flush() throws(OutputError)
  /// Something that is worth knowing about a source.
  mutating func note(_ text: String)
}

extension LiveConsumer where Self: ~Copyable {
  var descriptors: [FileDescriptor] { [] }
  var deadline: Int64 { .max }
  mutating func note(_ text: String) { Messages.note(text) }
}
