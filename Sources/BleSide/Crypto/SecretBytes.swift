internal import COpenSSL

/// Bytes that nobody shall see: one owner, and the memory is cleared when that is gone.
///
/// Has no description, and is not `Copyable`, so it cannot be printed or interpolated.
public struct SecretBytes: ~Copyable, Sendable {
  /// Where the bytes are. A number, since the owner may move between threads; nothing writes there after `init`.
  private let address: UInt
  public let count: Int

  /// A secret of `count` bytes that `fill` writes; they are zero before.
  public init<Failure: Error>(
    count: Int, fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, count), alignment: 16)
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    address = UInt(bitPattern: memory.baseAddress)
    self.count = count
    try fill(UnsafeMutableRawBufferPointer(rebasing: memory[..<count]))
  }

  /// Copies `bytes`; clearing the original is the caller's part.
  public init(_ bytes: some Sequence<UInt8>) {
    var copy = Array(bytes)
    self.init(clearing: &copy)
  }

  /// Takes the bytes over: `bytes` is empty afterwards, and its memory cleared.
  public init(clearing bytes: inout [UInt8]) {
    self.init(count: bytes.count) { memory in memory.copyBytes(from: bytes) }
    bytes.clear()
  }

  deinit {
    guard let memory = UnsafeMutableRawPointer(bitPattern: address) else { return }
    OPENSSL_cleanse(memory, count)
    memory.deallocate()
  }

  /// Lends the bytes. They must not leave `body`.
  @inline(__always)
  public func withBytes<Result: ~Copyable, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address), count: count))
  }

  /// A part of the secret as a secret of its own; the range is cut to what there is.
  public func part(_ range: Range<Int>) -> SecretBytes {
    withBytes { bytes in SecretBytes(bytes[range.clamped(to: 0..<count)]) }
  }

  /// Another owner of the same bytes.
  public func copy() -> SecretBytes { part(0..<count) }

  /// Compares in a time that does not depend on where the difference is.
  public func equals(_ other: [UInt8]) -> Bool {
    withBytes { bytes in
      bytes.count == other.count
        && other.withUnsafeBytes { CRYPTO_memcmp(bytes.baseAddress, $0.baseAddress, bytes.count) == 0 }
    }
  }
}

extension [UInt8] {
  /// Overwrites the elements in a way that the compiler keeps, then removes them.
  mutating func clear() {
    withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
    removeAll()
  }
}

/// Why libcrypto could not do its part. Carries no input of the operation.
public struct CryptoError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Cause: Hashable, Sendable {
    /// The key, point or length does not fit the algorithm.
    case invalidInput
    /// libcrypto refused or has no such algorithm.
    case unavailable
  }
  /// The algorithm, in its usual name.
  public var algorithm: StaticName
  public var cause: Cause

  /// One of the algorithms in use.
  public enum StaticName: String, Hashable, Sendable {
    case aesCCM = "AES-128-CCM"
    case aesECB = "AES-128-ECB"
    case hkdf = "HKDF-SHA256"
    case hmac = "HMAC-SHA256"
    case sha1 = "SHA-1"
    case ecdh = "ECDH P-256"
    case random = "random numbers"
  }

  init(_ algorithm: StaticName, _ cause: Cause) {
    self.algorithm = algorithm
    self.cause = cause
  }

  public var description: String {
    switch cause {
    case .invalidInput: "\(algorithm.rawValue): the key or message does not fit the algorithm"
    case .unavailable: "\(algorithm.rawValue): libcrypto does not offer it"
    }
  }
}
