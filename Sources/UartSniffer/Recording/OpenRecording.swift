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
    let beginning = try Beginning(stream, path: path)
    guard let format = beginning.format else {
      let known = allCases.filter { $0 != .btsnoop }.map(\.name).joined(separator: ", ")
      throw InputError(stream.name, "is text in no known format", remedy: "known are \(known)")
    }
    let whole = beginning.stream(isText: format.isText)
    return Opened(format: format, source: try source(of: format, whole, path: path, baud: baud))
  }

  /// Opens samples of a logic analyser, of which only the person knows that they are some: 1 to 8 bytes a sample,
  /// channel n in bit n, as `sigrok-cli -O binary` writes them. A recording in a known format is refused.
  ///
  /// - Parameters:
  ///   - stream: from the first sample.
  ///   - path: where the stream comes from; nil for one that may be live.
  ///   - rate: samples a second.
  ///   - unit: bytes a sample.
  ///   - baud: the speed of the lines; nil to find it.
  public static func openSamples(
    _ stream: any ByteStream, path: String? = nil, rate: Int64, unit: Int, baud: Baud? = nil
  ) throws(InputError) -> any RecordedSource {
    let beginning = try Beginning(stream, path: path)
    if let format = beginning.format, format != .rawBytes {
      throw InputError(
        stream.name, "is no samples but a recording: \(format.name)", remedy: "leave out --logic to read it")
    }
    let samples = try RawSamples(beginning.stream(isText: false), rate: rate, unit: unit, channels: unit * 8)
    let probe = path == nil ? LogicSettings.live.probe : .max
    return LogicRecording(samples, settings: LogicSettings(baud: baud, probe: probe))
  }

  /// Whether a byte order mark before it is no part of it.
  private var isText: Bool {
    switch self {
    case .vcd, .saleaeCSV, .timedBytes, .textLog: true
    case .pcapng, .pcap, .btsnoop, .zip, .logicdata, .rawBytes: false
    }
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

/// What was read of an input to see what it is.
private struct Beginning {
  private let prefix: [UInt8]
  private let rest: any ByteStream
  let format: RecordingFormat?

  /// Reads as little as tells the format. Nothing at all, and what is packed, are errors.
  init(_ stream: any ByteStream, path: String?) throws(InputError) {
    var stream = stream
    var prefix: [UInt8] = []
    var format: RecordingFormat?
    // A live pipe gives little at first: stop as soon as the format is sure.
    while prefix.count < RecordingFormat.prefixLength {
      let ended = try stream.read(upTo: RecordingFormat.prefixLength - prefix.count, into: &prefix) == 0
      if ended || prefix.count >= Wrapping.prefixLength {
        if let wrapping = Wrapping(prefix: prefix) { throw wrapping.error(stream.name, path: path) }
        format = RecordingFormat.detect(prefix)
      }
      if ended || format != nil { break }
    }
    guard !prefix.isEmpty else { throw InputError(stream.name, "is empty") }
    (self.prefix, rest, self.format) = (prefix, stream, format)
  }

  /// The input from its beginning.
  func stream(isText: Bool) -> ReplayedStream {
    ReplayedStream(prefix: Array(prefix.dropFirst(isText ? RecordingFormat.textMark(prefix) : 0)), rest: rest)
  }
}
