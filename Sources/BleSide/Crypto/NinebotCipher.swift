internal import COpenSSL
internal import Synchronization

/// AES-128 on whole blocks with a kept key schedule; the piece that NinebotCrypto is made of.
struct AESBlocks: ~Copyable, Sendable {
  /// Where libcrypto's context is. A number, since the one owner may move between threads.
  private let address: UInt

  init(key: borrowing SecretBytes) throws(CryptoError) {
    guard key.count == 16 else { throw CryptoError(.aesECB, .invalidInput) }
    address = try Self.prepared(key: key)
  }

  private static func prepared(key: borrowing SecretBytes) throws(CryptoError) -> UInt {
    guard let context = EVP_CIPHER_CTX_new() else { throw CryptoError(.aesECB, .unavailable) }
    let ready = key.withBytes { bytes in
      EVP_EncryptInit_ex(context, EVP_aes_128_ecb(), nil, bytes.bindMemory(to: UInt8.self).baseAddress, nil) == 1
        && EVP_CIPHER_CTX_set_padding(context, 0) == 1
    }
    guard ready else {
      EVP_CIPHER_CTX_free(context)
      throw CryptoError(.aesECB, .unavailable)
    }
    return UInt(bitPattern: context)
  }

  deinit { EVP_CIPHER_CTX_free(context) }

  private var context: OpaquePointer? { OpaquePointer(bitPattern: address) }

  /// Encrypts each 16 bytes of `blocks` in place.
  func encrypt(_ blocks: inout [UInt8]) -> Bool {
    var written: Int32 = 0
    return blocks.withUnsafeMutableBufferPointer { bytes in
      EVP_EncryptUpdate(
        context, bytes.baseAddress, &written, bytes.baseAddress, Int32(truncatingIfNeeded: bytes.count)) == 1
    }
  }
}

/// NinebotCrypto with one key (protocol.md 1.6): close to CCM, but its header enters the MAC without a length and the
/// tag is cut to four bytes, so no library offers it.
public final class NinebotCipher: Sendable {
  /// Mixed into the first key, and encrypted to get the keystream of messages with counter 0.
  static let firmwareConstant: [UInt8] = [
    0x97, 0xCF, 0xB8, 0x02, 0x84, 0x41, 0x43, 0xDE, 0x56, 0x00, 0x2B, 0x3B, 0x34, 0x78, 0x0A, 0x5D,
  ]
  /// MIC and counter.
  static let trailer = 6

  private let blocks: Mutex<AESBlocks>
  /// The first 8 bytes of the ble key, or zeros before it is known.
  private let nonce: [UInt8]

  /// The key is the start of SHA-1 over two 16-byte halves. `nonce` is the ble key, empty before it is known.
  init(_ first: borrowing SecretBytes, _ second: borrowing SecretBytes, nonce: [UInt8]) throws(CryptoError) {
    guard first.count <= 16, second.count == 16 else { throw CryptoError(.sha1, .invalidInput) }
    let halves = try SecretBytes(count: 32) { output throws(CryptoError) in
      first.withBytes { bytes in output.copyBytes(from: bytes) }
      second.withBytes { bytes in
        UnsafeMutableRawBufferPointer(rebasing: output[16...]).copyBytes(from: bytes)
      }
    }
    blocks = Mutex(try AESBlocks(key: try KeyDerivation.shortSHA1(halves)))
    self.nonce = (nonce + [UInt8](repeating: 0, count: 8)).prefix(8).map { $0 }
  }

  /// The key before the handshake: BLE name (at most 16 bytes) and the firmware constant.
  public static func stage0(name: [UInt8]) throws(CryptoError) -> NinebotCipher {
    try NinebotCipher(SecretBytes(name.prefix(16)), SecretBytes(firmwareConstant), nonce: [])
  }

  /// The key after the 5B reply: BLE name and the 16 bytes of that reply.
  public static func stage1(name: [UInt8], bleKey: [UInt8]) throws(CryptoError) -> NinebotCipher {
    try NinebotCipher(SecretBytes(name.prefix(16)), SecretBytes(bleKey), nonce: bleKey)
  }

  /// The key after the positive 5C reply: the phone's 16 bytes and those of the 5B reply.
  public static func stage2(appKey: [UInt8], bleKey: [UInt8]) throws(CryptoError) -> NinebotCipher {
    try NinebotCipher(SecretBytes(appKey), SecretBytes(bleKey), nonce: bleKey)
  }

  /// The first 16 bytes of this cipher's keystream for counter 0, for tests of the key schedule.
  func keystream0() -> [UInt8]? {
    var block = Self.firmwareConstant
    return blocks.withLock { $0.encrypt(&block) } ? block : nil
  }

  /// Encrypts `5A A5 L src dst cmd arg payload` (without checksum).
  public func seal(_ clear: [UInt8], counter: UInt32) throws(CryptoError) -> [UInt8] {
    guard clear.count >= 7, clear.count == Int(clear[2]) + 7 else { throw CryptoError(.aesECB, .invalidInput) }
    let body = Array(clear[3...])
    guard let stream = keystream(counter: counter, count: body.count),
      let mic = counter == 0 ? Self.weakTrailer(body) : mic(of: body, length: clear[2], counter: counter)
    else { throw CryptoError(.aesECB, .unavailable) }
    var air = Array(clear[..<3])
    for index in body.indices { air.append(body[index] ^ stream[index]) }
    air.append(contentsOf: mic)
    air.append(UInt8(truncatingIfNeeded: counter >> 8))
    air.append(UInt8(truncatingIfNeeded: counter))
    return air
  }

  /// The body (source on) of a whole encrypted frame of `L + 13` bytes, or nil when MIC or checksum do not fit.
  public func open(_ frame: [UInt8], counter: UInt32) -> [UInt8]? {
    guard frame.count >= 13, frame.count == Int(frame[2]) + 13 else { return nil }
    let cipher = frame[3..<(frame.count - Self.trailer)]
    guard let stream = keystream(counter: counter, count: cipher.count) else { return nil }
    let body = zip(cipher, stream).map { $0 ^ $1 }
    let expected = counter == 0 ? Self.weakTrailer(body) : mic(of: body, length: frame[2], counter: counter)
    guard let expected, frame[(frame.count - Self.trailer)...].starts(with: expected) else { return nil }
    return body
  }

  /// Counter 0 has no MIC but two zero bytes and a checksum over source to payload, without L.
  private static func weakTrailer(_ body: [UInt8]) -> [UInt8] {
    var trailer = body
    trailer.appendChecksum(from: 0)
    return [0, 0] + trailer.suffix(2)
  }

  private func keystream(counter: UInt32, count: Int) -> [UInt8]? {
    let blockCount = (count + 15) / 16
    var stream: [UInt8] = []
    stream.reserveCapacity(blockCount * 16)
    for index in 0..<blockCount {
      stream.append(
        contentsOf: counter == 0 ? Self.firmwareConstant : block(1, counter: counter, UInt16(index + 1)))
    }
    return blocks.withLock { $0.encrypt(&stream) } ? stream : nil
  }

  /// One input block: flags, counter, nonce, a zero byte, and an index or length.
  private func block(_ flags: UInt8, counter: UInt32, _ number: UInt16) -> [UInt8] {
    var block: [UInt8] = [flags]
    block.reserveCapacity(16)
    for shift in stride(from: 24, through: 0, by: -8) {
      block.append(UInt8(truncatingIfNeeded: counter >> UInt32(shift)))
    }
    block.append(contentsOf: nonce)
    block.append(0)
    block.append(UInt8(truncatingIfNeeded: number >> 8))
    block.append(UInt8(truncatingIfNeeded: number))
    return block
  }

  private func mic(of body: [UInt8], length: UInt8, counter: UInt32) -> [UInt8]? {
    var padded: [UInt8] = [0x5A, 0xA5, length] + [UInt8](repeating: 0, count: 13) + body
    padded.append(contentsOf: repeatElement(0, count: (16 - padded.count % 16) % 16))
    var state = block(0x59, counter: counter, UInt16(body.count))
    var mask = block(1, counter: counter, 0)
    let done = blocks.withLock { blocks in
      guard blocks.encrypt(&state), blocks.encrypt(&mask) else { return false }
      for start in stride(from: 0, to: padded.count, by: 16) {
        for index in 0..<16 { state[index] ^= padded[start + index] }
        guard blocks.encrypt(&state) else { return false }
      }
      return true
    }
    return done ? (0..<4).map { state[$0] ^ mask[$0] } : nil
  }
}
