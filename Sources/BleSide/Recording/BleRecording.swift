public import CaptureFiles

/// The kinds of BLE recordings that can be read.
public enum BleLogFormat: String, Hashable, Sendable, CaseIterable {
  case btsnoop
  /// pcapng or pcap with Bluetooth link types.
  case pcap
  /// Apple's PacketLogger.
  case packetLogger
  /// A zip archive, such as an Android bug report, with such a log in it.
  case bugReport
  /// A client's debug log.
  case text

  /// Bytes from the start of a file that are enough to tell.
  public static let prefixLength = 1 << 16

  /// The format by the first bytes of a file; nil when it is none of these.
  ///
  /// pcapng and zip are taken by their outer form alone: they can hold other things.
  public init?(prefix: [UInt8]) {
    if BtsnoopReader.recognises(prefix) {
      self = .btsnoop
    } else if PcapReader.recognises(prefix) {
      self = .pcap
    } else if ZipArchive.recognises(prefix) {
      self = .bugReport
    } else if PacketLoggerReader.recognises(prefix) {
      self = .packetLogger
    } else if TextLogParser.recognises(prefix) {
      self = .text
    } else {
      return nil
    }
  }
}

/// A recording of the phone's side: messages and notes, pulled one by one.
///
/// A reader holds a bounded window of the file. What is readable before a defect is returned; the defect is thrown
/// after it.
public struct BleRecording: Sendable {
  /// The path or stream.
  public let name: String
  public let format: BleLogFormat
  /// False for text logs: the times of their messages are all 0, and order is all there is.
  public var hasTimes: Bool { format != .text }

  /// Link types of pcapng and pcap interfaces that are read; others are passed over.
  public static let linkTypes: [LinkType] = [
    .bluetoothH4, .bluetoothH4WithDirection, .bluetoothMonitor, .bluetoothLE, .bluetoothLEWithHeader,
  ]

  private var decoder: BleDecoder
  private var textDecoder: BleTextDecoder
  private var btsnoop: BtsnoopReader?
  private var pcap: PcapReader?
  private var packetLogger: PacketLoggerReader?
  private var text: InputWindow?
  /// Logs of an archive that come after the one being read.
  private var waiting: [any ByteStream] = []
  /// Events that were completed and not returned, from this index on.
  private var queue: [BleEvent] = []
  private var index = 0
  private var isOver = false
  private var defect: InputError?

  /// Opens a file, or the logs in an Android bug report.
  public init(path: String, keys: KeyRing = KeyRing()) throws(InputError) {
    var file: any ByteStream = try FileStream(path: path)
    let prefix = try Self.prefix(of: &file)
    if BleLogFormat(prefix: prefix) == .bugReport {
      var logs = try Self.logs(in: ZipArchive(path: path), path)
      var first = logs.removeFirst()
      let start = try Self.prefix(of: &first)
      try self.init(prefix: start, rest: first, keys: keys, name: path, outer: .bugReport)
      waiting = logs
    } else {
      try self.init(prefix: prefix, rest: file, keys: keys, name: path, outer: nil)
    }
  }

  /// Reads a stream, for instance standard input. Archives must be files.
  public init(_ stream: any ByteStream, keys: KeyRing = KeyRing()) throws(InputError) {
    var stream = stream
    let prefix = try Self.prefix(of: &stream)
    try self.init(prefix: prefix, rest: stream, keys: keys, name: stream.name, outer: nil)
  }

  private init(
    prefix: [UInt8], rest: any ByteStream, keys: KeyRing, name: String, outer: BleLogFormat?
  ) throws(InputError) {
    self.name = name
    guard let inner = BleLogFormat(prefix: prefix), inner != .bugReport else {
      throw Self.unknown(name, prefix)
    }
    format = outer ?? inner
    decoder = BleDecoder(keys: keys)
    textDecoder = BleTextDecoder(keys: keys)
    open(inner, prefix: prefix, rest: rest)
  }

  private mutating func open(_ format: BleLogFormat, prefix: [UInt8], rest: any ByteStream) {
    let stream = ReplayedStream(prefix: prefix, rest: rest)
    switch format {
    case .btsnoop: btsnoop = BtsnoopReader(InputWindow(stream))
    case .pcap: pcap = PcapReader(stream)
    case .packetLogger: packetLogger = PacketLoggerReader(InputWindow(stream), prefix: prefix)
    case .text: text = InputWindow(stream, step: 1 << 14)
    case .bugReport: break
    }
  }

  private static func unknown(_ name: String, _ prefix: [UInt8]) -> InputError {
    if prefix.isEmpty { return InputError(name, "is empty") }
    if ZipArchive.recognises(prefix) {
      return InputError(name, "is a zip archive that cannot be read from a stream", remedy: "give it as a file")
    }
    return InputError(
      name, "is no BLE recording that is known",
      remedy: "btsnoop, pcapng, PacketLogger, an Android bug report and miauth's debug log can be read")
  }

  private static func prefix(of stream: inout any ByteStream) throws(InputError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < BleLogFormat.prefixLength {
      // A live pipe does not wait for more than it takes to tell.
      if BtsnoopReader.recognises(bytes) || PcapReader.recognises(bytes) { break }
      if try stream.read(upTo: BleLogFormat.prefixLength - bytes.count, into: &bytes) == 0 { break }
    }
    return bytes
  }

  /// The snoop logs of a bug report, the older one first.
  private static func logs(in archive: ZipArchive, _ path: String) throws(InputError) -> [any ByteStream] {
    let members = archive.members.filter { member in
      let file = member.name.split(separator: "/").last ?? ""
      return file.hasPrefix("btsnoop_hci") || file.hasSuffix(".btsnoop") || file.hasSuffix(".pklg")
    }
    guard !members.isEmpty else {
      throw InputError(
        path, "holds no Bluetooth log",
        remedy: "turn on the Bluetooth HCI snoop log in Android's developer options, then switch Bluetooth off and on")
    }
    var logs: [any ByteStream] = []
    for member in members.filter({ $0.name.contains(".last") }) + members.filter({ !$0.name.contains(".last") }) {
      logs.append(try archive.open(member))
    }
    return logs
  }

  /// The next message or note, or nil at the end.
  public mutating func next() throws(InputError) -> BleEvent? {
    while index >= queue.count {
      if isOver {
        guard let defect else { return nil }
        self.defect = nil
        throw defect
      }
      queue.removeAll(keepingCapacity: true)
      index = 0
      step()
    }
    defer { index += 1 }
    return queue[index]
  }

  /// Reads until something comes of it.
  private mutating func step() {
    do {
      if text != nil {
        try stepText()
      } else {
        while decoder.events.isEmpty {
          guard try push() else {
            if try openNext() { continue }
            decoder.finish()
            isOver = true
            break
          }
        }
        decoder.takeEvents(into: &queue)
      }
    } catch {
      defect = error
      isOver = true
      if text != nil {
        textDecoder.finish()
        queue += textDecoder.events
      } else {
        decoder.finish()
        queue = decoder.events
      }
    }
  }

  /// Pushes one packet; false at the end of the file.
  private mutating func push() throws(InputError) -> Bool {
    if let packet = try btsnoop?.next() {
      guard let bytes = btsnoop?.bytes else { return false }
      decoder.push(packet.packet, bytes.span.extracting(packet.range))
      return true
    }
    if let packet = try pcap?.next() {
      guard let bytes = pcap?.bytes else { return false }
      decoder.push(packet.packet, bytes.span.extracting(packet.range))
      return true
    }
    if let packet = try packetLogger?.next() {
      guard let bytes = packetLogger?.bytes else { return false }
      decoder.push(packet.packet, bytes.span.extracting(packet.range))
      return true
    }
    return false
  }

  /// Goes on with the next log of an archive; false when there is none.
  private mutating func openNext() throws(InputError) -> Bool {
    (btsnoop, pcap, packetLogger) = (nil, nil, nil)
    guard !waiting.isEmpty else { return false }
    var stream = waiting.removeFirst()
    let prefix = try Self.prefix(of: &stream)
    guard let format = BleLogFormat(prefix: prefix), format != .bugReport, format != .text else {
      return try openNext()
    }
    open(format, prefix: prefix, rest: stream)
    return true
  }

  private mutating func stepText() throws(InputError) {
    guard try text?.fill(1) == true, let available = text?.available, let position = text?.position,
      let bytes = text?.bytes
    else {
      textDecoder.finish()
      isOver = true
      queue = textDecoder.events
      return
    }
    textDecoder.push(bytes.span.extracting(position..<(position + available)))
    text?.take(available)
    queue = textDecoder.events
  }
}
