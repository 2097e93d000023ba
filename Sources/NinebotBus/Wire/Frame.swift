/// A plain frame, taken apart.
///
/// The address fields say what the frame *claims*; who sent it is a finding and lives in BusTimeline.
public struct Frame: Hashable, Sendable {
  /// Who the frame names: one byte for 55AA, source and destination for 5AA5.
  public enum Address: Hashable, Sendable {
    /// 55AA: names direction and peer in one byte (protocol.md 2.1, 2.2).
    case single(UInt8)
    /// 5AA5 (protocol.md 2.3).
    case pair(source: UInt8, destination: UInt8)
  }

  public var address: Address
  /// The command (protocol.md 3).
  public var command: UInt8
  /// Register, page or 0.
  public var argument: UInt8
  /// At most 253 bytes for 55AA, 255 for 5AA5.
  public var payload: [UInt8]

  public init(address: Address, command: UInt8, argument: UInt8, payload: [UInt8] = []) {
    self.address = address
    self.command = command
    self.argument = argument
    self.payload = payload
  }

  /// A 55AA frame.
  public init(to address: UInt8, _ command: UInt8, _ argument: UInt8, _ payload: [UInt8] = []) {
    self.init(address: .single(address), command: command, argument: argument, payload: payload)
  }

  /// Why a frame cannot be put on the wire.
  public enum EncodingError: Error, Hashable {
    /// L is one byte; the payload does not fit.
    case payloadTooLong(count: Int, most: Int)
  }

  /// The whole frame as it goes over the wire, header to checksum.
  public func encoded() throws(EncodingError) -> [UInt8] {
    var bytes: [UInt8]
    switch address {
    case .single(let peer):
      guard payload.count <= 0xFD else { throw .payloadTooLong(count: payload.count, most: 0xFD) }
      bytes = [0x55, 0xAA, UInt8(payload.count + 2), peer]
    case .pair(let source, let destination):
      guard payload.count <= 0xFF else { throw .payloadTooLong(count: payload.count, most: 0xFF) }
      bytes = [0x5A, 0xA5, UInt8(payload.count), source, destination]
    }
    bytes.append(command)
    bytes.append(argument)
    bytes.append(contentsOf: payload)
    let sum = Checksum.of(bytes.span, from: 2, to: bytes.count)
    bytes.append(UInt8(truncatingIfNeeded: sum))
    bytes.append(UInt8(truncatingIfNeeded: sum >> 8))
    return bytes
  }

  /// Takes a whole 55AA or 5AA5 frame apart; nil for anything else, and for a length that L does not explain.
  ///
  /// The checksum is not looked at: a frame that failed it is still worth reading.
  public init?(_ bytes: Span<UInt8>) {
    guard let layout = FrameLayout(bytes) else { return nil }
    address =
      switch layout.format {
      case .ninebot: .pair(source: bytes[3], destination: bytes[4])
      default: .single(bytes[3])
      }
    command = bytes[layout.command]
    argument = bytes[layout.command + 1]
    payload = layout.payload.map { bytes[$0] }
  }
}

/// Where the parts of a plain frame lie; costs nothing to make, so hot paths use it instead of `Frame`.
public struct FrameLayout: Hashable, Sendable {
  public let format: WireFormat
  /// Offset of the command byte; the argument follows it.
  public let command: Int
  /// Offsets of the payload bytes.
  public let payload: Range<Int>

  /// Nil unless `bytes` is one whole 55AA or 5AA5 frame by its header and L.
  @inlinable
  public init?(_ bytes: Span<UInt8>) {
    guard bytes.count >= 8 else { return nil }
    switch (bytes[0], bytes[1]) {
    case (0x55, 0xAA):
      format = .xiaomi
      command = 4
    case (0x5A, 0xA5):
      format = .ninebot
      command = 5
    default: return nil
    }
    guard bytes[2] >= format.smallestL, bytes.count == Int(bytes[2]) + format.overhead else { return nil }
    payload = (command + 2)..<(bytes.count - 2)
  }
}
