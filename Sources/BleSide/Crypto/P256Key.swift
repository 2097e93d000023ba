internal import COpenSSL

/// A private key on NIST P-256 (protocol.md 6.5): 32 bytes, cleared when it is gone.
public struct P256Key: ~Copyable, Sendable {
  private let scalar: SecretBytes
  /// The public point as X and Y, 32 bytes each.
  public let publicKey: [UInt8]

  /// A key from its 32 bytes, high byte first; refused when it is 0 or not below the group's order.
  public init(_ scalar: consuming SecretBytes) throws(CryptoError) {
    guard scalar.count == 32 else { throw CryptoError(.ecdh, .invalidInput) }
    publicKey = try Self.point(of: scalar)
    self.scalar = scalar
  }

  /// A new random key.
  public static func random() throws(CryptoError) -> P256Key {
    while true {
      // One in 2^32 scalars lies outside the group.
      if let key = try? P256Key(try KeyDerivation.random(count: 32)) { return key }
    }
  }

  /// The X coordinate shared with the owner of `peer` (64 bytes, X and Y); refused when that is not on the curve.
  public func sharedSecret(with peer: [UInt8]) throws(CryptoError) -> SecretBytes {
    guard peer.count == 64 else { throw CryptoError(.ecdh, .invalidInput) }
    let mine = try Self.load(publicKey: publicKey, scalar: scalar)
    defer { EVP_PKEY_free(mine) }
    let theirs = try Self.load(publicKey: peer)
    defer { EVP_PKEY_free(theirs) }
    guard let context = EVP_PKEY_CTX_new_from_pkey(nil, mine, nil) else { throw CryptoError(.ecdh, .unavailable) }
    defer { EVP_PKEY_CTX_free(context) }
    guard EVP_PKEY_derive_init(context) == 1, EVP_PKEY_derive_set_peer(context, theirs) == 1 else {
      throw CryptoError(.ecdh, .invalidInput)
    }
    return try SecretBytes(count: 32) { output throws(CryptoError) in
      var count = output.count
      guard EVP_PKEY_derive(context, output.bindMemory(to: UInt8.self).baseAddress, &count) == 1, count == 32 else {
        throw CryptoError(.ecdh, .unavailable)
      }
    }
  }

  // MARK: - libcrypto

  /// The generator times the scalar.
  private static func point(of scalar: borrowing SecretBytes) throws(CryptoError) -> [UInt8] {
    guard let group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1), let point = EC_POINT_new(group),
      let number = scalar.withBytes({ BN_bin2bn($0.bindMemory(to: UInt8.self).baseAddress, 32, nil) })
    else { throw CryptoError(.ecdh, .unavailable) }
    defer {
      BN_clear_free(number)
      EC_POINT_free(point)
      EC_GROUP_free(group)
    }
    guard BN_is_zero(number) == 0, BN_cmp(number, EC_GROUP_get0_order(group)) < 0 else {
      throw CryptoError(.ecdh, .invalidInput)
    }
    var octets = [UInt8](repeating: 0, count: 65)
    guard EC_POINT_mul(group, point, number, nil, nil, nil) == 1,
      EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, &octets, octets.count, nil) == octets.count
    else { throw CryptoError(.ecdh, .unavailable) }
    return Array(octets.dropFirst())
  }

  private static func load(publicKey: [UInt8]) throws(CryptoError) -> OpaquePointer {
    try load(publicKey: publicKey, scalar: SecretBytes([]))
  }

  /// A key of libcrypto's own; with an empty scalar only the public half. The caller frees it.
  private static func load(publicKey: [UInt8], scalar: borrowing SecretBytes) throws(CryptoError) -> OpaquePointer {
    guard let context = EVP_PKEY_CTX_new_from_name(nil, "EC", nil) else { throw CryptoError(.ecdh, .unavailable) }
    defer { EVP_PKEY_CTX_free(context) }
    guard EVP_PKEY_fromdata_init(context) == 1 else { throw CryptoError(.ecdh, .unavailable) }
    var group = Array("prime256v1".utf8CString)
    var octets: [UInt8] = [4] + publicKey
    // OSSL_PARAM wants big numbers in the machine's own byte order.
    var native = scalar.withBytes { bytes in 1.littleEndian == 1 ? Array(bytes.reversed()) : Array(bytes) }
    defer { native.clear() }
    var key: OpaquePointer?
    let loaded = group.withUnsafeMutableBufferPointer { group in
      octets.withUnsafeMutableBytes { octets in
        native.withUnsafeMutableBytes { native in
          var parameters = [
            OSSL_PARAM_construct_utf8_string(ParameterName.group.pointer, group.baseAddress, 0),
            OSSL_PARAM_construct_octet_string(ParameterName.publicKey.pointer, octets.baseAddress, octets.count),
          ]
          if !native.isEmpty {
            parameters.append(
              OSSL_PARAM_construct_BN(
                ParameterName.privateKey.pointer, native.bindMemory(to: UInt8.self).baseAddress, native.count))
          }
          parameters.append(OSSL_PARAM_construct_end())
          let selection = native.isEmpty ? publicHalf : bothHalves
          return EVP_PKEY_fromdata(context, &key, selection, &parameters) == 1
        }
      }
    }
    guard loaded, let key else { throw CryptoError(.ecdh, .invalidInput) }
    return key
  }

  /// EVP_PKEY_PUBLIC_KEY, a macro that the importer cannot read.
  private static let publicHalf =
    OSSL_KEYMGMT_SELECT_DOMAIN_PARAMETERS | OSSL_KEYMGMT_SELECT_OTHER_PARAMETERS | OSSL_KEYMGMT_SELECT_PUBLIC_KEY
  /// EVP_PKEY_KEYPAIR, likewise.
  private static let bothHalves = publicHalf | OSSL_KEYMGMT_SELECT_PRIVATE_KEY
}
