public import CaptureFiles
public import NinebotBus
internal import SystemPackage

extension RecordingFormat {
  /// A recording that was opened, and what it was recognised as.
  public struct Opened: Sendable {
    public var format: RecordingFormat
    public var source: any RecordedSource
  }

  /// Opens a recording by its path, or `-` for standard input; the format is told by the content.
  ///
  /// - Parameters:
  ///   - path: of a file, or `-`.
  ///   - baud: the speed of lines whose recording does not tell it; nil to find it.
  public static func open(path: String, baud: Baud? = nil) throws(InputError) -> Opened {
    if path == "-" { return try open(DescriptorStream(.standardInput, name: "standard input"), baud: baud) }
    return try open(try FileStream(path: path), path: path, baud: baud)
  }

  /// Opens a recording from a stream, of which the beginning is read to tell the format.
  ///
  /// - Parameters:
  ///   - stream: from the beginning of the recording.
  ///   - path: where the stream comes from, for formats that need a file to seek in.
  ///   - baud: the speed of lines whose recording does not tell it; nil to find it.
  public static func open(
    _ stream: any ByteStream, path: String? = nil, baud: Baud? = nil
  ) throws(InputError) -> Opened {
    var stream = stream
    var prefix: [UInt8] = []
    var format: RecordingFormat?
    // A live pipe gives little at first: stop as soon as the format is sure.
    while prefix.count < prefixLength {
      let ended = try stream.read(upTo: prefixLength - prefix.count, into: &prefix) == 0
      if ended || prefix.count >= 64 { format = detect(prefix) }
      if ended || format != nil { break }
    }
    guard !prefix.isEmpty else { throw InputError(stream.name, "is empty") }
    guard let format else {
      let known = allCases.filter { $0 != .btsnoop }.map(\.name).joined(separator: ", ")
      throw InputError(stream.name, "is text in no known format", remedy: "known are \(known)")
    }
    let whole = ReplayedStream(prefix: prefix, rest: stream)
    return Opened(format: format, source: try source(of: format, whole, path: path, baud: baud))
  }

  private static func source(
    of format: RecordingFormat, _ stream: ReplayedStream, path: String?, baud: Baud?
  ) throws(InputError) -> any RecordedSource {
    switch format {
    case .pcapng, .pcap: return PcapngSource(stream)
    case .textLog: return TextLogSource(stream)
    case .rawBytes: return RawBytesSource(stream)
    case .btsnoop:
      throw InputError(
        stream.name, "is a Bluetooth log, not a recording of the bus", remedy: "give it as the BLE side")
    case .zip: return try logic(.sigrok, stream, path, baud)
    case .logicdata: return try logic(.saleaeLogic1, stream, path, baud)
    case .vcd: return try logic(.valueChangeDump, stream, path, baud)
    case .saleaeCSV: return try logic(.saleaeCSV, stream, path, baud)
    case .timedBytes: return try logic(.timedBytes, stream, path, baud)
    }
  }

  /// A logic analyser's recording: by its path where the format is read by seeking, else from the stream, which may be
  /// a pipe with a name. A file is probed for its speed in full; a stream may be live.
  private static func logic(
    _ format: LogicFormat, _ stream: ReplayedStream, _ path: String?, _ baud: Baud?
  ) throws(InputError) -> any RecordedSource {
    if let path, !format.isStreamable { return try format.open(path: path, settings: LogicSettings(baud: baud)) }
    let probe = path == nil ? LogicSettings.live.probe : .max
    return try format.open(stream, settings: LogicSettings(baud: baud, probe: probe))
  }
}
