internal import COpenSSL

/// Names of OSSL_PARAM entries. libcrypto keeps the pointers, so they must live as long as the process; the macros of
/// core_names.h reach Swift as strings that do not.
enum ParameterName {
  static let digest: StaticString = "digest"
  static let key: StaticString = "key"
  static let info: StaticString = "info"
  static let salt: StaticString = "salt"
  static let group: StaticString = "group"
  static let publicKey: StaticString = "pub"
  static let privateKey: StaticString = "priv"
}

extension StaticString {
  /// The characters with a zero byte after them, as C wants them.
  var pointer: UnsafePointer<CChar> { UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self) }
}

/// HKDF, HMAC and SHA-1 as libcrypto offers them.
enum KeyDerivation {
  /// HKDF-SHA256 (RFC 5869); an empty salt is none.
  static func hkdf(
    _ input: borrowing SecretBytes, salt: [UInt8], info: String, count: Int
  ) throws(CryptoError) -> SecretBytes {
    guard let kdf = EVP_KDF_fetch(nil, "HKDF", nil), let context = EVP_KDF_CTX_new(kdf) else {
      throw CryptoError(.hkdf, .unavailable)
    }
    defer {
      EVP_KDF_CTX_free(context)
      EVP_KDF_free(kdf)
    }
    var digest = Array("SHA256".utf8CString)
    var salt = salt
    var info = Array(info.utf8)
    return try SecretBytes(count: count) { output throws(CryptoError) in
      let done = input.withBytes { key in
        digest.withUnsafeMutableBufferPointer { digest in
          salt.withUnsafeMutableBytes { salt in
            info.withUnsafeMutableBytes { info in
              var parameters = [
                OSSL_PARAM_construct_utf8_string(ParameterName.digest.pointer, digest.baseAddress, 0),
                OSSL_PARAM_construct_octet_string(
                  ParameterName.key.pointer, UnsafeMutableRawPointer(mutating: key.baseAddress), key.count),
                OSSL_PARAM_construct_octet_string(ParameterName.info.pointer, info.baseAddress, info.count),
              ]
              if !salt.isEmpty {
                parameters.append(
                  OSSL_PARAM_construct_octet_string(ParameterName.salt.pointer, salt.baseAddress, salt.count))
              }
              parameters.append(OSSL_PARAM_construct_end())
              return EVP_KDF_derive(
                context, output.bindMemory(to: UInt8.self).baseAddress, output.count, parameters) == 1
            }
          }
        }
      }
      guard done else { throw CryptoError(.hkdf, .unavailable) }
    }
  }

  /// HMAC-SHA256, 32 bytes.
  static func hmac(key: borrowing SecretBytes, _ data: [UInt8]) throws(CryptoError) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: 32)
    var count = 0
    let done = key.withBytes { key in
      EVP_Q_mac(
        nil, "HMAC", nil, "SHA256", nil, key.baseAddress, key.count, data, data.count, &output, output.count, &count)
        != nil
    }
    guard done, count == output.count else { throw CryptoError(.hmac, .unavailable) }
    return output
  }

  /// The first 16 bytes of SHA-1.
  static func shortSHA1(_ data: borrowing SecretBytes) throws(CryptoError) -> SecretBytes {
    let digest = try SecretBytes(count: 20) { output throws(CryptoError) in
      var count = 0
      let done = data.withBytes { data in
        EVP_Q_digest(
          nil, "SHA1", nil, data.baseAddress, data.count, output.bindMemory(to: UInt8.self).baseAddress, &count) == 1
      }
      guard done, count == 20 else { throw CryptoError(.sha1, .unavailable) }
    }
    return digest.part(0..<16)
  }

  /// Random bytes from libcrypto's generator.
  static func random(count: Int) throws(CryptoError) -> SecretBytes {
    try SecretBytes(count: count) { output throws(CryptoError) in
      guard RAND_bytes(output.bindMemory(to: UInt8.self).baseAddress, Int32(clamping: output.count)) == 1 else {
        throw CryptoError(.random, .unavailable)
      }
    }
  }
}
