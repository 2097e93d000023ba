import NinebotBus

/// Things without a sound frame that follow each other closely on one tap.
struct Damage: Sendable {
  /// A frame's header inside.
  struct Head: Sendable {
    var offset: Int
    var address: UInt8
    var command: UInt8
    var argument: UInt8
    /// Bytes that the frame claims to have.
    var length: Int
    var isNinebot: Bool

    /// Whose address it is: the side of the ESC or that of the BLE module (protocol.md 2.1, 2.3).
    var isEscs: Bool {
      isNinebot ? address == 0x20 : address == 0x21 || address == 0x23 || address == 0x25
    }

    /// Whether only the BLE module's schedule brings it forth.
    var isHeartbeat: Bool { !isEscs && (command == 0x64 || command == 0x65) }

    /// Requests of the phone or of a dash.
    var isRequest: Bool { !isEscs && !isHeartbeat && address != 0x24 }
  }

  private(set) var start: TimeBounds
  private(set) var end: TimeBounds
  private(set) var bytes: [UInt8] = []
  /// Offset of the first faulty byte.
  private(set) var firstFault: Int?
  private static let mostBytes = 512

  init(_ event: BusEvent, _ span: Span<UInt8>) {
    start = event.start
    end = event.end
    add(event, span)
  }

  mutating func add(_ event: BusEvent, _ span: Span<UInt8>) {
    if event.fault != .none, firstFault == nil { firstFault = bytes.count }
    for index in 0..<min(span.count, Self.mostBytes - bytes.count) { bytes.append(span[index]) }
    if event.end.latest > end.latest { end = event.end }
  }

  /// The headers whose address can be one; what noise makes of a header is seldom one.
  var heads: [Head] {
    var heads: [Head] = []
    guard bytes.count >= 6 else { return heads }
    for offset in 0..<(bytes.count - 5) {
      let isNinebot = bytes[offset] == 0x5A && bytes[offset + 1] == 0xA5
      guard isNinebot || (bytes[offset] == 0x55 && bytes[offset + 1] == 0xAA) else { continue }
      let address = bytes[offset + 3]
      guard (0x20...0x25).contains(address) || (isNinebot && (0x3D...0x3F).contains(address)) else { continue }
      // 5AA5 has the destination between.
      let command = isNinebot ? 5 : 4
      guard offset + command + 1 < bytes.count else { continue }
      heads.append(
        Head(
          offset: offset, address: address, command: bytes[offset + command], argument: bytes[offset + command + 1],
          length: Int(bytes[offset + 2]) + (isNinebot ? 9 : 6), isNinebot: isNinebot))
    }
    return heads
  }
}
