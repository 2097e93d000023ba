internal import CaptureFiles

/// What a recording is, told by its first bytes.
public enum RecordingFormat: Hashable, Sendable, CaseIterable {
  case pcapng
  case pcap
  /// A Bluetooth HCI log: no bus recording, but told apart so that errors can say so.
  case btsnoop
  /// sigrok's `.sr`, or any other zip archive.
  case zip
  /// Saleae Logic 1.x.
  case logicdata
  /// Value change dump (IEEE 1364).
  case vcd
  /// Saleae Logic 2, digital edges.
  case saleaeCSV
  /// `t_us,byte,framing_ok`.
  case timedBytes
  case textLog
  /// Bytes as they came over the wire.
  case rawBytes

  /// The name for people.
  public var name: String {
    switch self {
    case .pcapng: "pcapng"
    case .pcap: "pcap"
    case .btsnoop: "btsnoop (Bluetooth HCI log)"
    case .zip: "sigrok session (.sr)"
    case .logicdata: "Saleae .logicdata"
    case .vcd: "VCD"
    case .saleaeCSV: "Saleae CSV"
    case .timedBytes: "timed bytes as CSV"
    case .textLog: "text log"
    case .rawBytes: "raw bytes"
    }
  }

  /// How many first bytes are enough for `detect`.
  public static let prefixLength = 4096

  /// Each format's mark, the sure ones first. Raw bytes have none and are what is left.
  private static let recognisers: [(RecordingFormat, @Sendable ([UInt8]) -> Bool)] = [
    (.pcapng, PacketReader.recognisesPcapng),
    (.pcap, PacketReader.recognisesPcap),
    (.btsnoop, { $0.starts(with: Array("btsnoop\0".utf8)) }),
    (.zip, ZipArchive.recognises),
    (.logicdata, recognisesLogicdata),
    (.textLog, recognisesTextLog),
    (.vcd, recognisesVCD),
    (.saleaeCSV, SaleaeCSV.recognises),
    (.timedBytes, TimedBytes.recognises),
    (.rawBytes, recognisesRawBytes),
  ]

  /// Tells the format of a recording by its first bytes; nil for nothing at all and for text in no known format.
  public static func detect(_ prefix: [UInt8]) -> RecordingFormat? {
    let content = Array(prefix.dropFirst(textMark(prefix)))
    let format = recognisers.first { $0.1(content) }?.0
    // Bytes of a bus may begin like a text does: the mark is theirs then.
    return format == .rawBytes ? recognisers.first { $0.1(prefix) }?.0 : format
  }

  /// How many bytes of a byte order mark come before a text in UTF-8, as some editors put it there.
  static func textMark(_ prefix: [UInt8]) -> Int { prefix.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }

  /// `7f`, the version as a scalar, then the title as a string with its length as a scalar.
  private static func recognisesLogicdata(_ prefix: [UInt8]) -> Bool {
    guard prefix.first == 0x7F else { return false }
    let title = Array("Data save".utf8)
    return prefix.prefix(32).indices.contains { prefix[$0...].starts(with: title) }
  }

  /// A line that follows the grammar of the log, before the end of the prefix cuts one off.
  private static func recognisesTextLog(_ prefix: [UInt8]) -> Bool {
    var lines = prefix.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.count > 1 { lines.removeLast() }
    guard let line = lines.first(where: { $0.first == UInt8(ascii: "(") }) else {
      return lines.contains { $0.starts(with: "# mi-bus:".utf8) }
    }
    // Binary data may have the bracket too, so the line as a whole decides, however long it is.
    return TextLogLine(Array(line).span) != nil || isTimeField(line)
  }

  /// `(1.5)`: enough where the prefix ends inside the first line.
  private static func isTimeField(_ line: ArraySlice<UInt8>) -> Bool {
    guard let end = line.firstIndex(of: UInt8(ascii: ")")) else { return false }
    let field = line[(line.startIndex + 1)..<end]
    return !field.isEmpty && field.allSatisfy { $0 &- 0x30 <= 9 || $0 == UInt8(ascii: ".") }
  }

  private static func recognisesVCD(_ prefix: [UInt8]) -> Bool {
    let words = ["$date", "$version", "$comment", "$timescale", "$scope", "$var"]
    let start = prefix.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
    return words.contains { start.starts(with: $0.utf8) }
  }

  /// A header of a frame, or anything that is no text.
  private static func recognisesRawBytes(_ prefix: [UInt8]) -> Bool {
    let headers = Swift.zip(prefix, prefix.dropFirst()).contains { $0 == (0x55, 0xAA) || $0 == (0x5A, 0xA5) }
    return headers || prefix.contains { ($0 < 0x20 && !(0x09...0x0D).contains($0)) || $0 == 0x7F }
      || String(validating: prefix.dropLast(prefix.count >= prefixLength ? 3 : 0), as: UTF8.self) == nil
  }

}
