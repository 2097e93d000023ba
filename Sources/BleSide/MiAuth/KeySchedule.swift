/// What a registration agrees on (protocol.md 6.5).
public struct RegistrationKeys: ~Copyable, Sendable {
  /// The 12 bytes that every later login needs; the only secret that is kept.
  public let token: SecretBytes
  /// 16 bytes; nothing in these sessions uses it.
  public let bindKey: SecretBytes
  /// Encrypts the device id once.
  let didKey: SecretBytes

  /// Derives the keys from the X coordinate of the ECDH point.
  public init(sharedSecret: borrowing SecretBytes) throws(CryptoError) {
    let output = try KeyDerivation.hkdf(sharedSecret, salt: [], info: "mible-setup-info", count: 64)
    token = output.part(0..<12)
    bindKey = output.part(12..<28)
    didKey = output.part(28..<44)
  }

  /// The device id (20 bytes) as the app sends it to prove that it has the key: 24 bytes.
  public func encrypted(did: [UInt8]) throws(CryptoError) -> [UInt8] { try Self.encrypt(did: did, key: didKey) }

  /// The device id in the app's proof, or nil when it was made with another key.
  func decrypted(did cipher: [UInt8]) throws(CryptoError) -> [UInt8]? {
    guard cipher.count > 4 else { return nil }
    var context = try CCMContext(key: didKey, nonceLength: Self.didNonce.count, .opening)
    var plain = [UInt8](repeating: 0, count: cipher.count - 4)
    let opened = plain.withUnsafeMutableBufferPointer { plain in
      cipher.withUnsafeBufferPointer { cipher in
        Self.didNonce.withUnsafeBufferPointer { nonce in
          guard let source = cipher.baseAddress, let target = plain.baseAddress, let nonce = nonce.baseAddress else {
            return false
          }
          return context.open(
            nonce: nonce, aad: Self.didContext, cipher: UnsafeBufferPointer(start: source, count: plain.count),
            tag: source + plain.count, plain: target)
        }
      }
    }
    return opened ? plain : nil
  }

  private static let didNonce: [UInt8] = Array(0x10...0x1B)
  private static let didContext: [UInt8] = Array("devID".utf8)

  static func encrypt(did: [UInt8], key: borrowing SecretBytes) throws(CryptoError) -> [UInt8] {
    let context = try CCMContext(key: key, nonceLength: didNonce.count, .sealing)
    var output = [UInt8](repeating: 0, count: did.count + 4)
    let done = output.withUnsafeMutableBufferPointer { output in
      did.withUnsafeBufferPointer { did in
        didNonce.withUnsafeBufferPointer { nonce in
          guard let target = output.baseAddress, let nonce = nonce.baseAddress else { return false }
          return context.seal(
            nonce: nonce, plain: did, aad: didContext, cipher: target, tag: target + did.count)
        }
      }
    }
    guard done else { throw CryptoError(.aesCCM, .unavailable) }
    return output
  }
}

/// The keys of one login (protocol.md 6.5), shared by both directions' ciphers.
public final class LoginKeys: Sendable {
  private let devKey: SecretBytes
  private let appKey: SecretBytes
  private let appRandom: [UInt8]
  private let deviceRandom: [UInt8]
  /// Opens what the phone sends, seals for the phone.
  public let toScooter: CommCipher
  /// Opens what the scooter sends, seals for the scooter.
  public let toPhone: CommCipher

  /// Derives the keys from the token and both sides' randoms (16 bytes each).
  public init(token: borrowing SecretBytes, appRandom: [UInt8], deviceRandom: [UInt8]) throws(CryptoError) {
    guard token.count == 12 else { throw CryptoError(.hkdf, .invalidInput) }
    let output = try KeyDerivation.hkdf(token, salt: appRandom + deviceRandom, info: "mible-login-info", count: 64)
    devKey = output.part(0..<16)
    appKey = output.part(16..<32)
    toPhone = try CommCipher(key: devKey, iv: output.part(32..<36))
    toScooter = try CommCipher(key: appKey, iv: output.part(36..<40))
    self.appRandom = appRandom
    self.deviceRandom = deviceRandom
  }

  /// What the scooter shows to prove that it has the token: 32 bytes.
  public func deviceProof() throws(CryptoError) -> [UInt8] {
    try KeyDerivation.hmac(key: devKey, deviceRandom + appRandom)
  }

  /// What the app shows in turn: 32 bytes.
  public func appProof() throws(CryptoError) -> [UInt8] {
    try KeyDerivation.hmac(key: appKey, appRandom + deviceRandom)
  }
}
