internal import NinebotBus
internal import Synchronization

/// One direction of a logged-in 55AB session: AES-CCM with its key and iv (protocol.md 1.5).
///
/// Immutable as seen from outside, so that sessions holding it stay values; the lock guards libcrypto's scratch.
public final class CommCipher: Sendable {
  /// Bytes between the header with L and the body: the counter.
  private static let bodyStart = 5
  private static let tagLength = 4
  private static let tailLength = 4

  /// iv, four zero bytes, and room for the counter.
  private let nonce: Mutex<Scratch>

  private struct Scratch: ~Copyable, Sendable {
    var nonce: [UInt8]
    var opening: CCMContext
    let sealing: CCMContext

    /// Puts the counter into the last four bytes, low byte first.
    @inline(__always)
    mutating func set(_ counter: UInt32) {
      let end = nonce.count
      nonce[end - 4] = UInt8(truncatingIfNeeded: counter)
      nonce[end - 3] = UInt8(truncatingIfNeeded: counter >> 8)
      nonce[end - 2] = UInt8(truncatingIfNeeded: counter >> 16)
      nonce[end - 1] = UInt8(truncatingIfNeeded: counter >> 24)
    }
  }

  /// A cipher from a key of 16 bytes and an iv of 4 (2 in some published vectors).
  public init(key: borrowing SecretBytes, iv: borrowing SecretBytes) throws(CryptoError) {
    guard iv.count >= 1, iv.count <= 5 else { throw CryptoError(.aesCCM, .invalidInput) }
    var bytes = iv.withBytes { Array($0) }
    bytes.append(contentsOf: repeatElement(0, count: 8))
    let opening = try CCMContext(key: key, nonceLength: bytes.count, .opening)
    let sealing = try CCMContext(key: key, nonceLength: bytes.count, .sealing)
    nonce = Mutex(Scratch(nonce: bytes, opening: opening, sealing: sealing))
  }

  /// Decrypts a whole 55AB frame of `L + 16` bytes.
  ///
  /// `plain` then holds address, command, argument, payload and the four random bytes. The two bytes on the air are
  /// the low half of `counter`. Returns false, with `plain` undefined, when the tag does not fit.
  public func open(_ frame: Span<UInt8>, counter: UInt32, into plain: inout [UInt8]) -> Bool {
    let count = frame.count - Self.bodyStart - Self.tagLength - 2
    guard count > 0 else { return false }
    if plain.count != count {
      plain.removeAll(keepingCapacity: true)
      plain.append(contentsOf: repeatElement(0, count: count))
    }
    return frame.withUnsafeBufferPointer { bytes in
      plain.withUnsafeMutableBufferPointer { out in
        guard let source = bytes.baseAddress, let target = out.baseAddress else { return false }
        let cipher = UnsafeBufferPointer(start: source + Self.bodyStart, count: count)
        return nonce.withLock { scratch in
          scratch.set(counter)
          return scratch.nonce.withUnsafeBufferPointer { nonce in
            guard let nonce = nonce.baseAddress else { return false }
            return scratch.opening.open(
              nonce: nonce, cipher: cipher, tag: source + Self.bodyStart + count, plain: target)
          }
        }
      }
    }
  }

  /// A whole 55AB frame of a body (address, command, argument, payload) with its counter and four random bytes.
  ///
  /// The body holds 3 to 256 bytes: L is its length less one.
  public func seal(_ body: [UInt8], counter: UInt32, tail: [UInt8]) throws(CryptoError) -> [UInt8] {
    guard (3...256).contains(body.count), tail.count == Self.tailLength else {
      throw CryptoError(.aesCCM, .invalidInput)
    }
    let plain = body + tail
    var frame: [UInt8] = [
      0x55, 0xAB, UInt8(body.count - 1), UInt8(truncatingIfNeeded: counter), UInt8(truncatingIfNeeded: counter >> 8),
    ]
    frame.append(contentsOf: repeatElement(0, count: plain.count + Self.tagLength))
    let sealed = frame.withUnsafeMutableBufferPointer { out in
      plain.withUnsafeBufferPointer { plain in
        guard let target = out.baseAddress else { return false }
        return nonce.withLock { scratch in
          scratch.set(counter)
          return scratch.nonce.withUnsafeBufferPointer { nonce in
            guard let nonce = nonce.baseAddress else { return false }
            return scratch.sealing.seal(
              nonce: nonce, plain: plain, cipher: target + Self.bodyStart, tag: target + Self.bodyStart + plain.count)
          }
        }
      }
    }
    guard sealed else { throw CryptoError(.aesCCM, .unavailable) }
    frame.appendChecksum(from: 2)
    return frame
  }
}

extension [UInt8] {
  /// Appends the checksum of the bytes from `start` on, low byte first.
  mutating func appendChecksum(from start: Int) {
    let sum = Checksum.of(span, from: start, to: count)
    append(UInt8(truncatingIfNeeded: sum))
    append(UInt8(truncatingIfNeeded: sum >> 8))
  }
}
