/// What a characteristic of a scooter is for (protocol.md 6.2).
enum GattRole: UInt8, Hashable, Sendable {
  /// NUS: the phone writes UART bytes.
  case uartWrite
  /// NUS: the scooter notifies UART bytes.
  case uartNotify
  /// One characteristic for both directions, as some modules have it.
  case uart
  /// 0x0010: codes.
  case control
  /// 0x0019: parcels.
  case parcels
  /// 0x0014: the start of the XOR keystream.
  case beaconKey
  /// 0x2A00.
  case deviceName
  /// Looked at long enough, or declared as something else.
  case other

  init(uuid16: UInt16) {
    switch uuid16 {
    case 0x0010: self = .control
    case 0x0019: self = .parcels
    case 0x0014: self = .beaconKey
    case 0x2A00: self = .deviceName
    default: self = .other
    }
  }

  /// By the 16 bytes of a long UUID, low byte first.
  init(uuid128 bytes: Span<UInt8>) {
    let nordic: [UInt8] = [0x9E, 0xCA, 0xDC, 0x24, 0x0E, 0xE5, 0xA9, 0xE0, 0x93, 0xF3, 0xA3, 0xB5]
    let base: [UInt8] = [0xFB, 0x34, 0x9B, 0x5F, 0x80, 0x00, 0x00, 0x80, 0x00, 0x10, 0x00, 0x00]
    let start = bytes.extracting(0..<12).array
    let short = bytes.u16(12)
    switch (start, bytes.u16(14)) {
    case (nordic, 0x6E40): self = short == 2 ? .uartWrite : short == 3 ? .uartNotify : .other
    case (base, 0): self = GattRole(uuid16: short)
    default: self = .other
    }
  }
}

/// Which handle of a connection is what: declared in discovery, or learnt from what goes over it.
struct GattMap: Hashable, Sendable {
  /// A server has some tens of characteristics.
  private static let mostHandles = 128

  private var handles: [UInt16] = []
  private var roles: [GattRole] = []
  /// What the phone asked for last.
  private var readHandle: UInt16?
  private var readType: UInt16?

  /// Whether anything of a scooter is known.
  var hasScooter: Bool { roles.contains { $0 != .other && $0 != .deviceName } }

  @inline(__always)
  func role(of handle: UInt16) -> GattRole? {
    for index in handles.indices where handles[index] == handle { return roles[index] }
    return nil
  }

  /// A declaration replaces what was learnt or declared before.
  mutating func set(_ handle: UInt16, _ role: GattRole) {
    if let index = handles.firstIndex(of: handle) {
      roles[index] = role
    } else if handles.count < Self.mostHandles {
      handles.append(handle)
      roles.append(role)
    }
  }

  /// A value that was read or notified outside the data path.
  enum Finding: Hashable, Sendable {
    case beaconKey([UInt8])
    case name([UInt8])
  }

  /// Looks at a PDU that is neither write nor notification: discovery and reads.
  mutating func learn(_ pdu: Span<UInt8>) -> Finding? {
    guard pdu.count >= 2 else { return nil }
    switch pdu[0] {
    // Read by type: the type decides what the response means.
    case 0x08: readType = pdu.count == 7 ? pdu.u16(5) : 0
    case 0x09: return readByType(pdu)
    case 0x05: findInformation(pdu)
    // Read, read blob.
    case 0x0A, 0x0C: readHandle = pdu.count >= 3 ? pdu.u16(1) : nil
    case 0x0B:
      defer { readHandle = nil }
      guard let readHandle else { return nil }
      return finding(readHandle, pdu.extracting(1...))
    case 0x01: (readHandle, readType) = (nil, nil)
    default: break
    }
    return nil
  }

  private func finding(_ handle: UInt16, _ value: Span<UInt8>) -> Finding? {
    switch role(of: handle) {
    case .beaconKey: value.count >= XorKeystream.initialCount ? .beaconKey(value.array) : nil
    case .deviceName: .name(value.array)
    default: nil
    }
  }

  private mutating func readByType(_ pdu: Span<UInt8>) -> Finding? {
    defer { readType = nil }
    let size = Int(pdu[1])
    guard size >= 2, pdu.count >= 2 + size else { return nil }
    switch readType {
    // Without the request, entries of 7 or 21 bytes are declarations.
    case 0x2803, nil:
      guard size == 7 || size == 21 else { return nil }
      var index = 2
      while index + size <= pdu.count {
        let uuid = pdu.extracting((index + 5)..<(index + size))
        set(pdu.u16(index + 3), size == 7 ? GattRole(uuid16: uuid.u16(0)) : GattRole(uuid128: uuid))
        index += size
      }
      return nil
    case 0x2A00: return .name(pdu.extracting(4..<(2 + size)).array)
    case 0x0014: return size >= 14 ? .beaconKey(pdu.extracting(4..<(2 + size)).array) : nil
    default: return nil
    }
  }

  private mutating func findInformation(_ pdu: Span<UInt8>) {
    let size = pdu[1] == 1 ? 4 : pdu[1] == 2 ? 18 : 0
    guard size > 0 else { return }
    var index = 2
    while index + size <= pdu.count {
      let uuid = pdu.extracting((index + 2)..<(index + size))
      let role = size == 4 ? GattRole(uuid16: uuid.u16(0)) : GattRole(uuid128: uuid)
      // Descriptors and declarations are in this list too; they are no news.
      if role != .other { set(pdu.u16(index), role) }
      index += size
    }
  }
}
