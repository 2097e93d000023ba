/// The fixed keystream of the old 55AB scheme (protocol.md 1.4): 12 bytes from characteristic 0x0014, more where a
/// reply of known content showed them, zero beyond.
public struct XorKeystream: Hashable, Sendable {
  /// Bytes of keystream known; not a secret, any client may read it before it logs in.
  public private(set) var bytes: [UInt8]

  public init(_ bytes: [UInt8]) { self.bytes = Array(bytes.prefix(264)) }

  /// What characteristic 0x0014 holds.
  public static let initialCount = 12

  /// Whether a body of so many bytes can be read: with the first 12 bytes alone nobody knows what follows them.
  public func covers(_ count: Int) -> Bool { count <= bytes.count || bytes.count > Self.initialCount }

  /// Encrypts or decrypts what stands between L and the checksum.
  public func apply(_ body: some Sequence<UInt8>) -> [UInt8] {
    body.enumerated().map { index, byte in index < bytes.count ? byte ^ bytes[index] : byte }
  }

  /// Learns more keystream from the cipher of a reply whose payload is known to be zero (BMS 0x50).
  ///
  /// `cipher` starts at the address byte; the payload follows address, command and argument and ends four bytes
  /// before the end.
  public mutating func extend(zeroReply cipher: [UInt8]) {
    guard bytes.count >= 3, cipher.count > 4 + bytes.count else { return }
    bytes.append(contentsOf: cipher[bytes.count..<(cipher.count - 4)])
  }

  /// A whole 55AB frame of `L + 10` bytes from a body (address, command, argument, payload).
  public func seal(_ body: [UInt8]) throws(CryptoError) -> [UInt8] {
    guard (3...256).contains(body.count) else { throw CryptoError(.aesCCM, .invalidInput) }
    var frame: [UInt8] = [0x55, 0xAB, UInt8(body.count - 1)] + apply(body + [0, 0, 0, 0])
    frame.appendChecksum(from: 2)
    return frame
  }
}
