import CaptureFiles
import NinebotBus
import SystemPackage
import UartSniffer

/// The file of `--write`: everything that was decoded, whatever the view shows.
struct CaptureStore: ~Copyable {
  /// What a file's ending asks for.
  enum Format {
    case pcapng, textLog, rawBytes

    init?(path: String) {
      switch path.split(separator: ".").last {
      case "pcapng": self = .pcapng
      case "txt", "log": self = .textLog
      case "bin": self = .rawBytes
      default: return nil
      }
    }
  }

  private let format: Format
  private let descriptor: FileDescriptor
  private let path: String
  /// Made when the taps are known, since a capture starts with its time 0.
  private var recorder: (any Recorder)?
  /// The recorder's index for each tap; nil for taps that the format has no room for.
  private var taps: [Int?] = []

  /// Creates the file. A file that exists is not overwritten.
  static func create(path: String) throws(InputError) -> CaptureStore {
    guard let format = Format(path: path) else {
      throw InputError(path, "its ending names no format", remedy: "use .pcapng, .txt, .log or .bin")
    }
    return CaptureStore(format: format, path: path, descriptor: try NewFile.create(path))
  }

  private init(format: Format, path: String, descriptor: FileDescriptor) {
    self.format = format
    self.path = path
    self.descriptor = descriptor
  }

  deinit { try? descriptor.close() }

  /// Names the taps; the list only grows.
  mutating func name(taps new: [Tap], origin: Int64?) throws(OutputError) {
    if recorder == nil {
      let sink = DescriptorSink(descriptor, name: path)
      recorder =
        switch format {
        case .pcapng: PcapngRecorder(sink, origin: origin)
        case .textLog: TextLogRecorder(sink, origin: origin)
        case .rawBytes: RawRecorder(sink)
        }
    }
    for tap in new.dropFirst(taps.count) {
      // A stray level change on a second channel must not end the recording of the first.
      if format == .rawBytes, !taps.isEmpty {
        Messages.note("\(path): raw bytes hold one tap, so \(tap.name) is not in it; .pcapng holds all")
        taps.append(nil)
      } else {
        taps.append(try recorder?.add(tap))
      }
    }
  }

  mutating func record(_ event: BusEvent, tap: Int, bytes: Span<UInt8>) throws(OutputError) {
    guard let index = taps[tap] else { return }
    try recorder?.record(event, bytes, tap: index)
  }

  mutating func flush() throws(OutputError) { try recorder?.flush() }
}
