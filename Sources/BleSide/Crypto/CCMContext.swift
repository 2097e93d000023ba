internal import COpenSSL

/// AES-128-CCM with one key, in one direction; its context is kept, so a message costs a nonce and a tag only.
///
/// OpenSSL's EVP: the key schedule, the nonce's length and the tag's length are set once.
struct CCMContext: ~Copyable, Sendable {
  enum Direction: Int32 {
    case opening = 0
    case sealing = 1
  }

  /// Where libcrypto's context is. A number, since the one owner may move between threads.
  private let address: UInt
  let nonceLength: Int
  let tagLength: Int
  /// OpenSSL takes nonce and length over with the first data of a message, but after a message whose tag did not
  /// fit it keeps the old ones until the length is told explicitly.
  private var tellsLength = false

  init(key: borrowing SecretBytes, nonceLength: Int, tagLength: Int = 4, _ direction: Direction) throws(CryptoError) {
    guard key.count == 16, (7...13).contains(nonceLength), (4...16).contains(tagLength) else {
      throw CryptoError(.aesCCM, .invalidInput)
    }
    address = try Self.prepared(key: key, nonceLength: nonceLength, tagLength: tagLength, direction)
    self.nonceLength = nonceLength
    self.tagLength = tagLength
  }

  private static func prepared(
    key: borrowing SecretBytes, nonceLength: Int, tagLength: Int, _ direction: Direction
  ) throws(CryptoError) -> UInt {
    guard let context = EVP_CIPHER_CTX_new() else { throw CryptoError(.aesCCM, .unavailable) }
    let ready = key.withBytes { bytes in
      EVP_CipherInit_ex(context, EVP_aes_128_ccm(), nil, nil, nil, direction.rawValue) == 1
        && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, Int32(nonceLength), nil) == 1
        && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagLength), nil) == 1
        && EVP_CipherInit_ex(context, nil, nil, bytes.bindMemory(to: UInt8.self).baseAddress, nil, -1) == 1
    }
    guard ready else {
      EVP_CIPHER_CTX_free(context)
      throw CryptoError(.aesCCM, .unavailable)
    }
    return UInt(bitPattern: context)
  }

  deinit { EVP_CIPHER_CTX_free(context) }

  private var context: OpaquePointer? { OpaquePointer(bitPattern: address) }

  /// Decrypts `cipher` (without the tag) to `plain`, which has room for it; false when the tag does not fit.
  @inline(__always)
  mutating func open(
    nonce: UnsafePointer<UInt8>, aad: [UInt8]? = nil, cipher: UnsafeBufferPointer<UInt8>, tag: UnsafePointer<UInt8>,
    plain: UnsafeMutablePointer<UInt8>
  ) -> Bool {
    let context = context
    let count = Int32(truncatingIfNeeded: cipher.count)
    var written: Int32 = 0
    // EVP takes the tag through a mutable pointer and does not write to it when opening.
    let opened =
      EVP_CipherInit_ex(context, nil, nil, nil, nonce, -1) == 1
      && EVP_CIPHER_CTX_ctrl(
        context, EVP_CTRL_AEAD_SET_TAG, Int32(tagLength), UnsafeMutableRawPointer(mutating: tag)) == 1
      && (!(tellsLength || aad != nil) || EVP_DecryptUpdate(context, nil, &written, nil, count) == 1)
      && (aad.map { EVP_DecryptUpdate(context, nil, &written, $0, Int32(truncatingIfNeeded: $0.count)) == 1 } ?? true)
      && EVP_DecryptUpdate(context, plain, &written, cipher.baseAddress, count) == 1
    tellsLength = !opened
    return opened
  }

  /// Encrypts `plain` to `cipher` and `tag`, both with room for it.
  func seal(
    nonce: UnsafePointer<UInt8>, plain: UnsafeBufferPointer<UInt8>, aad: [UInt8] = [],
    cipher: UnsafeMutablePointer<UInt8>, tag: UnsafeMutablePointer<UInt8>
  ) -> Bool {
    var written: Int32 = 0
    guard EVP_CipherInit_ex(context, nil, nil, nil, nonce, -1) == 1 else { return false }
    if !aad.isEmpty {
      guard EVP_EncryptUpdate(context, nil, &written, nil, Int32(truncatingIfNeeded: plain.count)) == 1,
        EVP_EncryptUpdate(context, nil, &written, aad, Int32(truncatingIfNeeded: aad.count)) == 1
      else { return false }
    }
    return EVP_EncryptUpdate(context, cipher, &written, plain.baseAddress, Int32(truncatingIfNeeded: plain.count)) == 1
      && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagLength), tag) == 1
  }
}
