public import CaptureFiles

/// The recordings that a logic analyser's program writes, recognised by their content.
public enum LogicFormat: Hashable, Sendable, CaseIterable {
  case saleaeLogic1, sigrok, valueChangeDump, saleaeCSV, timedBytes

  /// Bytes of a file that are enough to recognise it.
  public static let prefix = 4096

  /// The format of a file that starts with these bytes; nil if it is none of these.
  public init?(_ prefix: [UInt8]) {
    guard let format = Self.allCases.first(where: { $0.recognises(prefix) }) else { return nil }
    self = format
  }

  private func recognises(_ prefix: [UInt8]) -> Bool {
    switch self {
    case .saleaeLogic1: SaleaeLogic1.recognises(prefix)
    case .sigrok: SigrokSession.recognises(prefix)
    case .valueChangeDump: ValueChangeDump.recognises(prefix)
    case .saleaeCSV: SaleaeCSV.recognises(prefix)
    case .timedBytes: TimedBytes.recognises(prefix)
    }
  }

  /// Whether the format can be read from a pipe.
  public var isStreamable: Bool { self != .saleaeLogic1 && self != .sigrok }

  /// Opens the file at `path`.
  public func open(
    path: String, settings: LogicSettings = LogicSettings()
  ) throws(InputError) -> any RecordedSource {
    switch self {
    case .saleaeLogic1: LogicRecording(try SaleaeLogic1(path: path), settings: settings)
    case .sigrok: LogicRecording(try SigrokSession(path: path), settings: settings)
    case .valueChangeDump: LogicRecording(try ValueChangeDump(path: path), settings: settings)
    case .saleaeCSV: LogicRecording(try SaleaeCSV(path: path), settings: settings)
    case .timedBytes: try TimedBytes(path: path, baud: settings.baud ?? settings.fallback)
    }
  }

  /// Reads the format from a stream, or says why that cannot be.
  public func open(
    _ stream: any ByteStream, settings: LogicSettings = LogicSettings()
  ) throws(InputError) -> any RecordedSource {
    switch self {
    case .saleaeLogic1, .sigrok:
      throw InputError(
        stream.name, "is a recording that cannot be read from a pipe", remedy: "save it to a file and give its path")
    case .valueChangeDump: return LogicRecording(ValueChangeDump(stream), settings: settings)
    case .saleaeCSV: return LogicRecording(SaleaeCSV(stream), settings: settings)
    case .timedBytes: return TimedBytes(stream, baud: settings.baud ?? settings.fallback)
    }
  }
}
