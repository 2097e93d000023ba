import CaptureFiles
import NinebotBus
import SystemPackage
import UartSniffer

/// The file of `--write`: everything that was decoded, whatever the view shows.
struct CaptureStore: ~Copyable {
  private var recorder: any Recorder
  private let descriptor: FileDescriptor
  private let make: (Int64?) -> any Recorder
  /// The recorder's index for each tap.
  private var taps: [Int] = []

  /// Creates the file. Its name's ending tells the format; a file that exists is not overwritten.
  init(path: String) throws(InputError) {
    let opened: FileDescriptor
    do {
      opened = try .open(
        FilePath(path), .writeOnly, options: [.create, .exclusiveCreate], permissions: [.ownerReadWrite, .groupRead, .otherRead])
    } catch {
      let cause = "\(error as? Errno ?? .ioError)"
      throw InputError(path, "cannot be created: \(cause)", remedy: "choose another name or folder")
    }
    descriptor = opened
    let sink = DescriptorSink(opened, name: path)
    if path.hasSuffix(".pcapng") {
      make = { PcapngRecorder(sink, origin: $0) }
    } else if path.hasSuffix(".txt") || path.hasSuffix(".log") {
      make = { TextLogRecorder(sink, origin: $0) }
    } else if path.hasSuffix(".bin") {
      make = { _ in RawRecorder(sink) }
    } else {
      try? opened.close()
      unlink(path)
      throw InputError(path, "its ending names no format", remedy: "use .pcapng, .txt, .log or .bin")
    }
    recorder = make(nil)
  }

  deinit { try? descriptor.close() }

  /// Names the taps; the list only grows.
  mutating func name(taps new: [Tap], origin: Int64?) throws(OutputError) {
    if taps.isEmpty { recorder = make(origin) }
    for tap in new.dropFirst(taps.count) { taps.append(try recorder.add(tap)) }
  }

  mutating func write(_ event: BusEvent, tap: Int, bytes: Span<UInt8>) throws(OutputError) {
    try recorder.record(event, bytes, tap: taps[tap])
  }

  mutating func flush() throws(OutputError) { try recorder.flush() }
}
