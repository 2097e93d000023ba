public import CaptureFiles

/// The token that a registration agreed on: 12 bytes.
public final class MiToken: Sendable {
  /// Bytes of a token.
  public static let count = 12
  let bytes: SecretBytes

  /// Nil unless there are 12 bytes.
  public init?(_ bytes: consuming SecretBytes) {
    guard bytes.count == Self.count else { return nil }
    self.bytes = bytes
  }

  /// Lends the bytes, for saving them. They must not leave `body`.
  public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result { bytes.withBytes(body) }
}

/// An app's private key: with it, a registration in a recording gives the token.
public final class RegistrationKey: Sendable {
  let key: P256Key

  public init(_ key: consuming P256Key) { self.key = key }
}

/// Keys of one session as an option or a client's debug log tells them. One direction alone is enough to read that
/// direction.
public final class SessionKeys: Sendable {
  let toScooter: CommCipher?
  let toPhone: CommCipher?

  init(toScooter: CommCipher?, toPhone: CommCipher?) {
    self.toScooter = toScooter
    self.toPhone = toPhone
  }

  /// Keys as hexadecimal text: keys of 16 bytes, ivs of 4. The error names the value that is wrong, not its content.
  public convenience init(
    appKey: String?, appIV: String?, devKey: String?, devIV: String?
  ) throws(InputError) {
    let toScooter = try Self.cipher(("app_key", appKey), ("app_iv", appIV))
    let toPhone = try Self.cipher(("dev_key", devKey), ("dev_iv", devIV))
    guard toScooter != nil || toPhone != nil else {
      throw InputError("session keys", "are missing", remedy: "give app_key with app_iv, or dev_key with dev_iv")
    }
    self.init(toScooter: toScooter, toPhone: toPhone)
  }

  private static func cipher(
    _ key: (name: String, text: String?), _ iv: (name: String, text: String?)
  ) throws(InputError) -> CommCipher? {
    switch (key.text, iv.text) {
    case (nil, nil): return nil
    case (let keyText?, let ivText?):
      let secret = try SecretBytes(hex: keyText, count: 16, name: key.name)
      let start = try SecretBytes(hex: ivText, count: 4, name: iv.name)
      do { return try CommCipher(key: secret, iv: start) } catch {
        throw InputError(key.name, error.description)
      }
    default:
      let missing = key.text == nil ? key.name : iv.name
      throw InputError(missing, "is missing", remedy: "\(key.name) and \(iv.name) belong together")
    }
  }
}

extension SecretBytes {
  /// Bytes from hexadecimal text; spaces, colons and a leading 0x are allowed. The error does not repeat the text.
  public init(hex text: String, count: Int, name: String) throws(InputError) {
    guard var bytes = HexText.bytes(text), bytes.count == count else {
      throw InputError(name, "is not \(count) bytes in hexadecimal", remedy: "write it with \(2 * count) digits")
    }
    self.init(clearing: &bytes)
  }
}

/// Hexadecimal text as people write it.
enum HexText {
  /// The bytes; nil where a character is no digit and no separator, or a digit is left over.
  static func bytes(_ text: some StringProtocol) -> [UInt8]? {
    var bytes: [UInt8] = []
    var high: UInt8?
    var rest = text[...]
    if rest.hasPrefix("0x") || rest.hasPrefix("0X") { rest = rest.dropFirst(2) }
    for character in rest.utf8 {
      switch character {
      case 0x20, 0x09, 0x0A, 0x0D, 0x3A: continue
      default: break
      }
      guard let digit = digit(character) else { return nil }
      if let first = high {
        bytes.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    return high == nil ? bytes : nil
  }

  /// The value of one digit.
  @inline(__always)
  static func digit(_ character: UInt8) -> UInt8? {
    switch character {
    case 0x30...0x39: character - 0x30
    case 0x41...0x46: character - 0x37
    case 0x61...0x66: character - 0x57
    default: nil
    }
  }
}
