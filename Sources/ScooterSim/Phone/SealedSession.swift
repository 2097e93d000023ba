public import BleSide
import NinebotBus

/// A logged-in session as both its ends see it: plain messages in, 55AB frames with their counters out
/// (protocol.md 1.5, 6.8).
public struct SealedSession: Sendable {
  /// The counter of the next message. The app starts at 0, the scooter at 1 (protocol.md 6.8: a first fragment).
  public var counters: [BleDirection: UInt32] = [.toScooter: 0, .toPhone: 1]
  private let keys: LoginKeys

  public init(keys: LoginKeys) { self.keys = keys }

  /// The frame of a body (address, command, argument, payload; 3 to 256 bytes) with the next counter and a tail drawn
  /// from `random`.
  public mutating func seal(
    _ direction: BleDirection, _ body: [UInt8], random: inout SplitMix64
  ) throws(CryptoError) -> [UInt8] {
    let cipher = direction == .toScooter ? keys.toScooter : keys.toPhone
    let counter = counters[direction] ?? 0
    counters[direction] = counter &+ 1
    return try cipher.seal(body, counter: counter, tail: random.bytes(4))
  }

  /// What the BLE module forwards of a reply with so many data bytes before it has a key: L and checksum are right,
  /// everything else is zero (protocol.md 6.8).
  public static func preSession(dataBytes: Int) -> [UInt8] {
    let length = UInt8(truncatingIfNeeded: dataBytes + 2)
    var frame: [UInt8] = [0x55, 0xAB, length] + [UInt8](repeating: 0, count: Int(length) + 11)
    let sum = Checksum.of(frame.span, from: 2, to: frame.count)
    frame.append(UInt8(truncatingIfNeeded: sum))
    frame.append(UInt8(truncatingIfNeeded: sum >> 8))
    return frame
  }
}

extension SplitMix64 {
  /// So many random bytes.
  public mutating func bytes(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<count { bytes.append(UInt8(truncatingIfNeeded: next() >> 56)) }
    return bytes
  }
}
