/// What a packet of a Bluetooth log is, whichever file it came from.
public struct HciPacket: Hashable, Sendable {
  public enum Kind: UInt8, Hashable, Sendable {
    case command
    case event
    /// Asynchronous data between host and controller: handle, length, L2CAP.
    case acl
    /// A link-layer packet from the air: access address, header, payload, CRC.
    case air
    /// Anything else, which tells nothing here.
    case other
  }

  public var kind: Kind
  /// Unix nanoseconds.
  public var time: Int64
  /// Whether the host sent it; nil where the file does not tell. On the air: whether the central did.
  public var isSent: Bool?
  /// Number of the adapter on a machine with several.
  public var adapter: UInt16

  public init(_ kind: Kind, time: Int64, isSent: Bool?, adapter: UInt16 = 0) {
    self.kind = kind
    self.time = time
    self.isSent = isSent
    self.adapter = adapter
  }

  /// The kind of an H4 packet by its first byte (Bluetooth Core, vol. 4 part A).
  static func h4(_ type: UInt8) -> Kind {
    switch type {
    case 0x01: .command
    case 0x02: .acl
    case 0x04: .event
    default: .other
    }
  }

  /// The kind and direction of a packet of Linux' monitor channel by its opcode (BlueZ doc/btsnoop-protocol.rst).
  static func monitor(_ opcode: UInt16) -> (Kind, isSent: Bool?) {
    switch opcode {
    case 2: (.command, true)
    case 3: (.event, false)
    case 4: (.acl, true)
    case 5: (.acl, false)
    default: (.other, nil)
    }
  }
}

extension Span<UInt8> {
  /// Two bytes, low first. The caller checked the bounds.
  @inline(__always)
  func u16(_ index: Int) -> UInt16 { UInt16(self[index]) | UInt16(self[index + 1]) << 8 }

  /// Four bytes, low first.
  @inline(__always)
  func u32(_ index: Int) -> UInt32 { UInt32(u16(index)) | UInt32(u16(index + 2)) << 16 }

  /// Four bytes, high first.
  @inline(__always)
  func u32BE(_ index: Int) -> UInt32 { u32(index).byteSwapped }

  /// Eight bytes, high first.
  @inline(__always)
  func u64BE(_ index: Int) -> UInt64 { UInt64(u32BE(index)) << 32 | UInt64(u32BE(index + 4)) }
}
