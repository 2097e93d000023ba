import BleSide
import CaptureFiles
import Glibc
import SystemPackage
import UartSniffer

/// Which side of the scooter a recording shows.
enum Side: Hashable, Sendable {
  case bus
  case ble

  /// Told by the content of a file.
  init(ofFile path: String) throws(InputError) {
    // A named pipe gives its bytes once, and to the sniffer.
    guard Self.canBeReadTwice(path) else {
      self = .bus
      return
    }
    self = Self.told(by: try Self.prefix(ofFile: path), path: path)
  }

  private static func prefix(ofFile path: String) throws(InputError) -> [UInt8] {
    var stream = try FileStream(path: path)
    var prefix: [UInt8] = []
    while prefix.count < BleLogFormat.prefixLength {
      if try stream.read(upTo: BleLogFormat.prefixLength - prefix.count, into: &prefix) == 0 { break }
    }
    return prefix
  }

  /// Whether a recording of the bus holds the phone's side as well: a pcapng has room for both.
  static func isBoth(file path: String) throws(InputError) -> Bool {
    guard canBeReadTwice(path) else { return false }
    let prefix = try prefix(ofFile: path)
    guard RecordingFormat.detect(Array(prefix.prefix(RecordingFormat.prefixLength))) == .pcapng else { return false }
    let types = linkTypes(MemoryStream(prefix))
    return types.contains { buses.contains($0) } && types.contains { BleRecording.linkTypes.contains($0) }
  }

  /// Whether a path is that of a plain file.
  static func canBeReadTwice(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
  }

  /// - Parameter path: for formats that can hold either side, which are looked into; nil for a stream.
  static func told(by prefix: [UInt8], path: String?) -> Side {
    switch RecordingFormat.detect(Array(prefix.prefix(RecordingFormat.prefixLength))) {
    case .btsnoop: return .ble
    case .zip: return path.map { archive($0) } ?? .bus
    case .pcapng, .pcap: return packets(MemoryStream(prefix))
    case .logicdata, .vcd, .saleaeCSV, .timedBytes, .textLog: return .bus
    case .rawBytes, nil:
      switch BleLogFormat(prefix: prefix) {
      case .packetLogger, .text: return .ble
      default: return .bus
      }
    }
  }

  /// A session of sigrok has a member `metadata`; a bug report has a Bluetooth log somewhere.
  private static func archive(_ path: String) -> Side {
    guard let archive = try? ZipArchive(path: path) else { return .bus }
    return archive.member(named: "metadata") == nil ? .ble : .bus
  }

  /// A file with a tap of the bus is the bus's, whatever else it holds.
  private static func packets(_ stream: MemoryStream) -> Side {
    let types = linkTypes(stream)
    return types.isEmpty || types.contains { buses.contains($0) } ? .bus : .ble
  }

  private static let buses: Set<LinkType> = [.user0, .rtacSerial]

  private static func linkTypes(_ stream: MemoryStream) -> [LinkType] {
    var reader = PacketReader(stream)
    var packets = 0
    // The first packets are enough: interfaces are described before their packets.
    while packets < 1000, (try? reader.next()) != nil { packets += 1 }
    return reader.interfaces.map(\.linkType)
  }
}
