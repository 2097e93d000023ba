import CaptureFiles
import Foundation
import TestSupport
import Testing

@testable import BleSide

@Suite("Keys from files and options")
struct KeyTests {
  static let token = [UInt8](0xA0...0xAB)

  /// A file that only its owner reads, unless told otherwise.
  func withFile(_ content: [UInt8], mode: Int = 0o600, _ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "key-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try #require(
      FileManager.default.createFile(atPath: path, contents: Data(content), attributes: [.posixPermissions: mode]))
    try body(path)
  }

  @Test(
    "12 bytes, or hexadecimal text as people write it",
    arguments: [
      KeyTests.token, KeyTests.token + [0x0A], Array("a0a1a2a3a4a5a6a7a8a9aaab".utf8),
      Array("A0:A1:A2:A3:A4:A5:A6:A7:A8:A9:AA:AB\n".utf8), Array("0xa0a1a2a3 a4a5a6a7 a8a9aaab\r\n".utf8),
    ])
  func tokenFile(content: [UInt8]) throws {
    try withFile(content) { path in
      let loaded = try KeyFile.token(at: path)
      #expect(loaded.secret.withBytes { Array($0) } == Self.token)
      #expect(loaded.warning == nil)
    }
  }

  @Test("a file that others can read is warned of", arguments: [0o604, 0o640, 0o644])
  func permissions(mode: Int) throws {
    try withFile(Self.token, mode: mode) { path in
      let warning = try KeyFile.token(at: path).warning
      #expect(warning == "\(path): others can read this secret; close it with: chmod 600 '\(path)'")
    }
  }

  @Test(
    "other content is refused, and never repeated",
    arguments: [
      [], [UInt8](1...11), [UInt8](1...14), Array("secretsecretsecret".utf8), [UInt8](repeating: 0x61, count: 5000),
    ])
  func badFiles(content: [UInt8]) throws {
    try withFile(content) { path in
      let error = #expect(throws: InputError.self) { _ = try KeyFile.token(at: path) }
      #expect(error?.description.contains("secret") == false)
    }
    #expect(throws: InputError.self) { _ = try KeyFile.token(at: "/no/such/token") }
  }

  @Test func privateKeyFile() throws {
    try withFile(Array(Published.appPrivate.utf8)) { path in
      let loaded = try KeyFile.privateKey(at: path)
      #expect(loaded.secret.key.publicKey == hexBytes(Published.appPublic))
    }
    try withFile([UInt8](repeating: 0, count: 32)) { path in
      #expect(throws: InputError.self) { _ = try KeyFile.privateKey(at: path) }
    }
  }

  @Test("session keys as options; an error names the option and not its value")
  func sessionKeys() throws {
    let key = "9951fb8edf3921d61d15d56b45d38a46"
    let both = try SessionKeys(appKey: key, appIV: "642b0a93", devKey: key, devIV: "642b0a93")
    #expect(both.toScooter != nil && both.toPhone != nil)
    let one = try SessionKeys(appKey: nil, appIV: nil, devKey: key, devIV: "64 2b 0a 93")
    #expect(one.toScooter == nil && one.toPhone != nil)
    for (appKey, appIV, thing) in [
      (key, nil, "app_iv"), (nil, "642b0a93", "app_key"), (key, "642b", "app_iv"),
      ("9951fb8xyz", "642b0a93", "app_key"),
      (nil, nil, "session keys"),
    ] as [(String?, String?, String)] {
      let error = #expect(throws: InputError.self) {
        _ = try SessionKeys(appKey: appKey, appIV: appIV, devKey: nil, devIV: nil)
      }
      #expect(error?.thing == thing)
      #expect(error?.description.contains("9951fb") == false)
    }
  }

  @Test("printing a key ring or what it holds shows no secret")
  func descriptions() throws {
    let secret = MiToken(SecretBytes(Self.token))
    let token = try #require(secret)
    let ring = KeyRing(tokens: [token])
    var dumped = ""
    dump(ring, to: &dumped)
    for text in ["\(ring)", String(reflecting: ring), "\(token)", dumped] {
      #expect(!text.contains("160") && !text.contains("a0"), "\(text)")
    }
  }
}
