public import CaptureFiles
internal import SystemPackage

extension RecordingFormat {
  /// A recording that was opened, and what it was recognised as.
  public struct Opened: Sendable {
    public var format: RecordingFormat
    public var source: any RecordedSource
  }

  /// Opens a recording by its path, or `-` for standard input; the format is told by the content.
  public static func open(path: String) throws(InputError) -> Opened {
    if path == "-" { return try open(DescriptorStream(.standardInput, name: "standard input")) }
    return try open(try FileStream(path: path), path: path)
  }

  /// Opens a recording from a stream, of which the beginning is read to tell the format.
  ///
  /// - Parameter path: where the stream comes from, for formats that need a file to seek in.
  public static func open(_ stream: any ByteStream, path: String? = nil) throws(InputError) -> Opened {
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
    return Opened(format: format, source: try source(of: format, whole, path: path))
  }

  private static func source(
    of format: RecordingFormat, _ stream: ReplayedStream, path: String?
  ) throws(InputError) -> any RecordedSource {
    switch format {
    case .pcapng, .pcap: return PcapngSource(stream)
    case .textLog: return TextLogSource(stream)
    case .rawBytes: return RawBytesSource(stream)
    case .btsnoop:
      throw InputError(
        stream.name, "is a Bluetooth log, not a recording of the bus", remedy: "give it as the BLE side")
    case .zip, .logicdata, .vcd, .saleaeCSV, .timedBytes:
      return try logicSource(of: format, stream, path: path)
    }
  }

  /// Where the formats of logic analysers are plugged in.
  private static func logicSource(
    of format: RecordingFormat, _ stream: ReplayedStream, path: String?
  ) throws(InputError) -> any RecordedSource {
    throw InputError(stream.name, "is \(format.name), which cannot be read yet")
  }
}
