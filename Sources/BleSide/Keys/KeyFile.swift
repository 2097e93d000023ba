public import CaptureFiles
internal import Glibc

/// Reads secrets from files.
public enum KeyFile {
  /// A file of secrets is short; what is longer is another file.
  private static let longest = 4096

  /// A secret with what should be said about its file.
  public struct Loaded<Secret: Sendable>: Sendable {
    public let secret: Secret
    /// One sentence when others than the owner can read the file.
    public let warning: String?
  }

  /// A token file: 12 bytes as miauth saves them, or as hexadecimal text.
  public static func token(at path: String) throws(InputError) -> Loaded<MiToken> {
    var bytes = try contents(of: path)
    defer { bytes.clear() }
    guard let token = MiToken(try secret(in: bytes, count: MiToken.count, path: path, what: "a token")) else {
      throw InputError(path, "holds no token")
    }
    return Loaded(secret: token, warning: warning(for: path))
  }

  /// An app's private key: 32 bytes, or as hexadecimal text.
  public static func privateKey(at path: String) throws(InputError) -> Loaded<RegistrationKey> {
    var bytes = try contents(of: path)
    defer { bytes.clear() }
    let scalar = try secret(in: bytes, count: 32, path: path, what: "a private key")
    do {
      return Loaded(secret: RegistrationKey(try P256Key(scalar)), warning: warning(for: path))
    } catch {
      throw InputError(path, "holds no private key of P-256")
    }
  }

  private static func contents(of path: String) throws(InputError) -> [UInt8] {
    var stream = try FileStream(path: path)
    // Room for all of it, so that no copy stays behind when the array grows.
    var bytes: [UInt8] = []
    bytes.reserveCapacity(2 * longest)
    while bytes.count <= longest {
      if try stream.read(upTo: longest + 1 - bytes.count, into: &bytes) == 0 { return bytes }
    }
    bytes.clear()
    throw InputError(path, "is too long to be a key file")
  }

  private static func secret(
    in bytes: [UInt8], count: Int, path: String, what: String
  ) throws(InputError) -> SecretBytes {
    if bytes.count == count { return SecretBytes(bytes) }
    if bytes.count == count + 1, bytes.last == 0x0A { return SecretBytes(bytes.dropLast()) }
    guard var decoded = HexText.bytes(String(decoding: bytes, as: UTF8.self)), decoded.count == count else {
      throw InputError(
        path, "is not \(what): \(bytes.count) bytes",
        remedy: "\(what) is \(count) bytes, or \(2 * count) hexadecimal digits")
    }
    return SecretBytes(clearing: &decoded)
  }

  private static func warning(for path: String) -> String? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & 0o077 != 0 else { return nil }
    return "\(path): others can read this secret; close it with: chmod 600 '\(path)'"
  }
}
