import CSerial
public import CaptureFiles
import Glibc
public import NinebotBus
public import SystemPackage

/// A pair of ttys without a line in between: what is written here is read from `path`, as from an adapter.
///
/// Closed when the value goes away; whoever has `path` open then sees a hang-up.
public struct PseudoTerminal: ~Copyable, Sendable {
  /// The slave side, for `SerialPort`: `/dev/pts/3`.
  public let path: String
  /// The master side.
  public let descriptor: FileDescriptor

  /// Makes a pair, raw from the start, so that a plain reader gets the bytes as they are too.
  public init(baud: Baud = .standard) throws(InputError) {
    var master: Int32 = -1
    var name = [CChar](repeating: 0, count: 128)
    let failure = cserial_open_pseudo_terminal(&master, &name, name.count)
    guard failure == 0 else {
      throw InputError(
        "pseudo terminal", "cannot be made: \(Errno(rawValue: failure))",
        remedy: "check that /dev/ptmx and /dev/pts are there")
    }
    path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    descriptor = FileDescriptor(rawValue: master)
    let system = KernelSerial()
    if let line = try? system.line(descriptor) {
      try? system.setLine(descriptor, line.raw(at: baud, markingFaults: false))
    }
  }

  deinit { Glibc.close(descriptor.rawValue) }

  /// Closes the master side: a hang-up for the reader.
  public consuming func close() {}

  /// Sends all bytes, at latest at `deadline` (nanoseconds, CLOCK_MONOTONIC). The kernel holds some kilobytes for a
  /// reader that is slow; then the deadline counts.
  public func write(_ bytes: [UInt8], deadline: Int64) throws(InputError) {
    try BoundedWrite.all(bytes, to: descriptor, name: path, deadline: deadline, system: KernelSerial())
  }

  /// What the other side sent, at most `count` bytes, without waiting.
  public func read(upTo count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let got = Glibc.read(descriptor.rawValue, &bytes, count)
    return got > 0 ? Array(bytes[..<got]) : []
  }
}
