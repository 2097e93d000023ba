public import CaptureFiles

/// Writes btsnoop with H4 packets (data link 1002), as a phone's HCI log is.
public struct BtsnoopWriter<Sink: ByteSink>: Sendable {
  /// Where the log goes.
  public private(set) var sink: Sink
  private var record: [UInt8] = []

  /// Writes the header.
  public init(_ sink: Sink) throws(OutputError) {
    self.sink = sink
    let header = BtsnoopReader.magic + [0, 0, 0, 1, 0, 0, 0x03, 0xEA]
    try self.sink.write(header.span)
  }

  /// Appends one packet: its H4 type and what follows it. `time` is in Unix nanoseconds; the format keeps
  /// microseconds.
  public mutating func write(
    type: UInt8, _ content: [UInt8], isSent: Bool, at time: Int64
  ) throws(OutputError) {
    let count = UInt32(clamping: content.count + 1)
    let isControl = type == 0x01 || type == 0x04
    let stamp = UInt64(bitPattern: time / 1000 &+ BtsnoopReader.epoch)
    record.removeAll(keepingCapacity: true)
    append(count)
    append(count)
    append((isSent ? 0 : 1) | (isControl ? 2 : 0))
    append(0)
    append(UInt32(truncatingIfNeeded: stamp >> 32))
    append(UInt32(truncatingIfNeeded: stamp))
    record.append(type)
    record.append(contentsOf: content)
    let bytes = record
    try sink.write(bytes.span)
  }

  private mutating func append(_ value: UInt32) {
    for shift in [24, 16, 8, 0] as [UInt32] { record.append(UInt8(truncatingIfNeeded: value >> shift)) }
  }
}

/// The scooter's characteristics, with the value handles that this writer gives them.
public enum ScooterCharacteristic: UInt16, Hashable, Sendable, CaseIterable {
  case deviceName = 0x0003
  case control = 0x0010
  case beaconKey = 0x0013
  case parcels = 0x0015
  case uartWrite = 0x0022
  case uartNotify = 0x0024
}

/// How the phone's controller cuts things.
public struct PhoneLogSettings: Hashable, Sendable {
  /// Bytes of an ATT payload: 20 unless a larger MTU was agreed on.
  public var valueSize: Int
  /// Bytes of an ACL packet's content; 27 on old controllers, 251 on newer ones.
  public var aclSize: Int
  /// Handle of the first connection.
  public var firstHandle: UInt16

  public init(valueSize: Int = 20, aclSize: Int = 251, firstHandle: UInt16 = 0x0040) {
    self.valueSize = max(1, valueSize)
    self.aclSize = max(4, aclSize)
    self.firstHandle = firstHandle
  }
}

/// A phone's HCI log of connections to a scooter, made of what its app writes and receives.
///
/// For the simulator, and for tests of everything that reads such logs. Times are Unix nanoseconds and must not go
/// back.
public struct PhoneLogWriter<Sink: ByteSink>: Sendable {
  private let settings: PhoneLogSettings
  private var writer: BtsnoopWriter<Sink>
  private var handle: UInt16

  public init(_ sink: Sink, settings: PhoneLogSettings = PhoneLogSettings()) throws(OutputError) {
    self.settings = settings
    handle = settings.firstHandle
    writer = try BtsnoopWriter(sink)
  }

  /// Where the log goes.
  public var sink: Sink { writer.sink }

  /// The phone hears the scooter advertise.
  public mutating func advertise(name: String, peer: PeerAddress, at time: Int64) throws(OutputError) {
    let bytes = Array(name.utf8.prefix(20))
    let data = [UInt8(bytes.count + 1), 0x09] + bytes + [5, 0xFF, 0x4E, 0x42, 0x21, 0x00]
    let report: [UInt8] = [0x02, 1, 0, 0] + Self.address(peer) + [UInt8(data.count)] + data + [0xC5]
    try event(0x3E, report, at: time)
  }

  /// A connection is up, with its interval in nanoseconds.
  public mutating func connect(
    peer: PeerAddress, interval: Int64 = 30_000_000, at time: Int64
  ) throws(OutputError) {
    var content: [UInt8] = [0x01, 0x00]
    content.append(contentsOf: Self.low(handle))
    content.append(contentsOf: [0x00, 0x00])
    content.append(contentsOf: Self.address(peer))
    // Interval in units of 1.25 ms, latency 0, timeout 5 s, accuracy.
    content.append(contentsOf: Self.low(UInt16(clamping: interval / 1_250_000)))
    content.append(contentsOf: [0x00, 0x00, 0xF4, 0x01, 0x00])
    try event(0x3E, content, at: time)
  }

  /// The connection is gone; the next one has another handle.
  public mutating func disconnect(at time: Int64) throws(OutputError) {
    try event(0x05, [0x00] + Self.low(handle) + [0x13], at: time)
    handle = (handle + 1) & 0x0EFF
  }

  /// The app asks for all characteristics.
  public mutating func discover(at time: Int64) throws(OutputError) {
    var start: UInt16 = 1
    for characteristic in ScooterCharacteristic.allCases {
      try att([0x08] + Self.low(start) + [0xFF, 0xFF, 0x03, 0x28], isSent: true, at: time)
      let uuid = Self.uuid(characteristic)
      let value = characteristic.rawValue
      let entry = Self.low(value - 1) + [0x1A] + Self.low(value) + uuid
      try att([0x09, UInt8(entry.count)] + entry, isSent: false, at: time)
      start = value + 1
    }
    try att([0x08] + Self.low(start) + [0xFF, 0xFF, 0x03, 0x28], isSent: true, at: time)
    try att([0x01, 0x08] + Self.low(start) + [0x0A], isSent: false, at: time)
  }

  /// The app reads a characteristic.
  public mutating func read(_ characteristic: ScooterCharacteristic, value: [UInt8], at time: Int64) throws(OutputError)
  {
    try att([0x0A] + Self.low(characteristic.rawValue), isSent: true, at: time)
    try att([0x0B] + value, isSent: false, at: time)
  }

  /// The app writes one value, uncut.
  public mutating func write(_ characteristic: ScooterCharacteristic, _ value: [UInt8], at time: Int64)
    throws(OutputError)
  {
    try att([0x52] + Self.low(characteristic.rawValue) + value, isSent: true, at: time)
  }

  /// The scooter notifies one value, uncut.
  public mutating func notify(_ characteristic: ScooterCharacteristic, _ value: [UInt8], at time: Int64)
    throws(OutputError)
  {
    try att([0x1B] + Self.low(characteristic.rawValue) + value, isSent: false, at: time)
  }

  /// The values that a UART frame is cut into.
  public func values(of frame: [UInt8]) -> [[UInt8]] {
    stride(from: 0, to: frame.count, by: settings.valueSize).map {
      Array(frame[$0..<min($0 + settings.valueSize, frame.count)])
    }
  }

  // MARK: - Packets

  private mutating func att(_ pdu: [UInt8], isSent: Bool, at time: Int64) throws(OutputError) {
    let packet = Self.low(UInt16(clamping: pdu.count)) + [0x04, 0x00] + pdu
    var start = 0
    while start < packet.count {
      let piece = packet[start..<min(start + settings.aclSize, packet.count)]
      let boundary: UInt16 = start > 0 ? 0x1000 : isSent ? 0x0000 : 0x2000
      let content = Self.low(handle | boundary) + Self.low(UInt16(clamping: piece.count)) + piece
      try writer.write(type: 0x02, content, isSent: isSent, at: time)
      start += piece.count
    }
  }

  private mutating func event(_ code: UInt8, _ content: [UInt8], at time: Int64) throws(OutputError) {
    try writer.write(type: 0x04, [code, UInt8(clamping: content.count)] + content, isSent: false, at: time)
  }

  private static func low(_ value: UInt16) -> [UInt8] {
    [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
  }

  private static func address(_ peer: PeerAddress) -> [UInt8] {
    (0..<6).map { UInt8(truncatingIfNeeded: peer.value >> (8 * UInt64($0))) }
  }

  private static func uuid(_ characteristic: ScooterCharacteristic) -> [UInt8] {
    let nordic: [UInt8] = [0x9E, 0xCA, 0xDC, 0x24, 0x0E, 0xE5, 0xA9, 0xE0, 0x93, 0xF3, 0xA3, 0xB5]
    return switch characteristic {
    case .deviceName: [0x00, 0x2A]
    case .control: [0x10, 0x00]
    case .beaconKey: [0x14, 0x00]
    case .parcels: [0x19, 0x00]
    case .uartWrite: nordic + [0x02, 0x00, 0x40, 0x6E]
    case .uartNotify: nordic + [0x03, 0x00, 0x40, 0x6E]
    }
  }
}
