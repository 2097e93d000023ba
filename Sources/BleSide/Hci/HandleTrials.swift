/// Learns what a handle is for from what goes over it, where discovery is not in the recording (protocol.md 6.2: handles
/// are published nowhere). Values are kept until it is clear, so nothing is lost.
struct HandleTrials: Sendable {
  struct Value: Sendable {
    var handle: UInt16
    var direction: BleDirection
    var bytes: [UInt8]
    var time: Int64
  }

  /// What became clear: roles, and the values that were waiting for them.
  struct Learnt: Sendable {
    var roles: [(UInt16, GattRole)]
    var values: [Value]
  }

  private struct Trial: Sendable {
    var handle: UInt16
    var values: [Value] = []
    var reassembler = CommReassembler()
    var seen = 0
  }

  private static let mostTrials = 32
  /// Values of one handle that are kept: the longest frame in pieces of 20 bytes, and some to spare.
  private static let mostValues = 24
  /// A handle with so many values and no sign of a scooter belongs to something else.
  private static let patience = 400

  private var trials: [Trial] = []
  /// A code that may be the beginning of authentication: it counts once parcels follow.
  private var code: Value?
  private var pieces: [CommPiece] = []

  /// Whether a code makes sense in that direction.
  static func fits(_ code: AuthCode, _ direction: BleDirection) -> Bool {
    switch code {
    case .getDeviceInfo, .greeting, .restoreKey, .deleteKey, .registerStart, .registerStartWithoutPKI, .verifySuccess,
      .verifyFailed, .loginStart, .loginStartWithRandom:
      direction == .toScooter
    default: direction == .toPhone
    }
  }

  /// Takes a value of a handle with no role.
  mutating func push(
    _ value: Span<UInt8>, of handle: UInt16, _ direction: BleDirection, at time: Int64
  ) -> Learnt? {
    let bytes = value.array
    if let code = AuthCode(bytes), Self.fits(code, direction) {
      self.code = Value(handle: handle, direction: direction, bytes: bytes, time: time)
      return nil
    }
    if case .announce(_, let count)? = ParcelControl(bytes), bytes.count == 6, (1...64).contains(count) {
      return parcels(Value(handle: handle, direction: direction, bytes: bytes, time: time))
    }
    return uart(Value(handle: handle, direction: direction, bytes: bytes, time: time))
  }

  private mutating func parcels(_ announcement: Value) -> Learnt? {
    guard let code, code.handle != announcement.handle else { return nil }
    defer { self.code = nil }
    return Learnt(
      roles: [(code.handle, .control), (announcement.handle, .parcels)], values: [code, announcement])
  }

  private mutating func uart(_ value: Value) -> Learnt? {
    let index: Int
    if let found = trials.firstIndex(where: { $0.handle == value.handle }) {
      index = found
    } else {
      if trials.count >= Self.mostTrials { trials.removeFirst() }
      trials.append(Trial(handle: value.handle))
      index = trials.count - 1
    }
    trials[index].seen += 1
    if trials[index].seen > Self.patience {
      trials.remove(at: index)
      return Learnt(roles: [(value.handle, .other)], values: [])
    }
    trials[index].values.append(value)
    if trials[index].values.count > Self.mostValues { trials[index].values.removeFirst() }
    pieces.removeAll(keepingCapacity: true)
    trials[index].reassembler.push(value.bytes.span, at: value.time, into: &pieces)
    guard pieces.contains(where: Self.isSign) else {
      // Nothing waits: what came before was no frame, and is not kept as one.
      if !pieces.isEmpty, !trials[index].reassembler.isOpen { trials[index].values.removeAll() }
      return nil
    }
    return Learnt(roles: [(value.handle, .uart)], values: trials.remove(at: index).values)
  }

  /// Whether a piece is certainly of a scooter. A 5AA5 frame without a checksum is not.
  private static func isSign(_ piece: CommPiece) -> Bool {
    guard case .frame(let format) = piece.kind else { return false }
    return format != .ninebotCrypto || isHandshake(piece.bytes)
  }

  /// NinebotCrypto begins with counter 0 and a zero half of its trailer.
  private static func isHandshake(_ frame: [UInt8]) -> Bool {
    guard frame.count >= 13 else { return false }
    let trailer = frame.suffix(6)
    return trailer.prefix(2).allSatisfy { $0 == 0 } && trailer.suffix(2).allSatisfy { $0 == 0 }
  }
}
