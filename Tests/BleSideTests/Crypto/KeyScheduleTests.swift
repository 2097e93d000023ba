import TestSupport
import Testing

@testable import BleSide

extension SecretBytes {
  /// For comparisons with published values.
  var bytes: [UInt8] { withBytes { Array($0) } }
}

/// protocol.md 9.4.
@Suite("Key schedule")
struct KeyScheduleTests {
  @Test func publicKeyAndSharedSecret() throws {
    let key = try P256Key(SecretBytes(hexBytes("555610d6677f6309a23af6188ca933a36e8cc7cf28791afa3cd809adfc75584e")))
    #expect(
      key.publicKey
        == hexBytes(
          """
          b5dca0aec31a8932d0f53cbcbcf0cfdd833c355cada1025cc076e013439ddec2
          b4017b546a11d79a758db9d015a2ed8926cf82179b593679187d623b5e430fca
          """))
    let shared = try key.sharedSecret(with: key.publicKey)
    #expect(shared.bytes == hexBytes("70b646a735a72e56845aaf83777463fac250b6da0e864526b312a7e56b5c0f36"))
  }

  @Test("points off the curve and scalars outside the group are refused")
  func badKeys() throws {
    let key = try P256Key.random()
    var off = key.publicKey
    off[63] ^= 1
    #expect(throws: CryptoError.self) { _ = try key.sharedSecret(with: off) }
    #expect(throws: CryptoError.self) { _ = try key.sharedSecret(with: []) }
    for scalar in [[UInt8](repeating: 0, count: 32), [UInt8](repeating: 0xFF, count: 32), [1]] {
      #expect(throws: CryptoError.self) { _ = try P256Key(SecretBytes(scalar)) }
    }
  }

  static let secret = "5a3d987d45f6484aff82ffde1e9105b7f6cc79fa7467f12c5855ad9e3f1d8f2f"

  @Test func hkdf() throws {
    let secret = SecretBytes(hexBytes(Self.secret))
    let login = try KeyDerivation.hkdf(secret, salt: [1, 2, 3, 4], info: "mible-login-info", count: 64)
    #expect(
      login.bytes
        == hexBytes(
          """
          40ccc0ee058c3a1d37c08e6f72bc2c57c0a406aaa801a0b1b72f22c8c3ec930d
          3f151e2eb38a2303d8625a18084daa15667496dcfbc53ba3074ce35d6c90d987
          """))
    let setup = try KeyDerivation.hkdf(secret, salt: [], info: "mible-setup-info", count: 64)
    #expect(
      setup.bytes
        == hexBytes(
          """
          104ec0eda032b6d213c245359e585d3bfd4b7c5d683c99f49fd86aaf0de0f6b0
          bfafb897e3b3727aaa8f8ad6b21a737c1d85c3aae340969f268d2d95ca8848c1
          """))
  }

  @Test func hmac() throws {
    let mac = try KeyDerivation.hmac(key: SecretBytes(hexBytes("e2b274f08128a62a9575288bed169b3e")), [1, 2, 3, 4])
    #expect(mac == hexBytes("235d7f910974acb594d76a1652a856ce4f269e3060d7c8512e94b2da345d3083"))
  }

  @Test func didEncryption() throws {
    let key = SecretBytes(hexBytes("4feb7165982bf1c6183a51b8cadd0eec"))
    #expect(try RegistrationKeys.encrypt(did: [1, 2, 3, 4], key: key) == hexBytes("aeebd70f8c2bdf8c"))
  }

  @Test func wholeRegistration() throws {
    let app = try P256Key(SecretBytes(hexBytes(Published.appPrivate)))
    #expect(app.publicKey == hexBytes(Published.appPublic))
    let shared = try app.sharedSecret(with: hexBytes(Published.scooterPublic))
    #expect(shared.bytes == hexBytes("fac3a6fd591dcea21f9f4fefe297804f49291527ae818b285f4a75a6fab72af8"))
    let keys = try RegistrationKeys(sharedSecret: shared)
    #expect(keys.token.bytes == hexBytes(Published.token))
    #expect(keys.bindKey.bytes == hexBytes("8fc5100e31299d80c4c290dc7d33f19e"))
    #expect(keys.didKey.bytes == hexBytes("c42ea48a95c5544f105fe7ebb8b39233"))
    let did = Array(hexBytes(Published.remoteInfo).dropFirst(4))
    #expect(try keys.encrypted(did: did) == hexBytes(Published.didCiphertext))
  }

  @Test func wholeLogin() throws {
    let keys = try LoginKeys(
      token: SecretBytes(hexBytes(Published.token)), appRandom: hexBytes(Published.appRandom),
      deviceRandom: hexBytes(Published.deviceRandom))
    #expect(try keys.deviceProof() == hexBytes(Published.deviceProof))
    #expect(try keys.appProof() == hexBytes(Published.appProof))
  }

  @Test("the HKDF output of the published login, in its order")
  func loginOutput() throws {
    let output = try KeyDerivation.hkdf(
      SecretBytes(hexBytes(Published.token)), salt: hexBytes(Published.appRandom + Published.deviceRandom),
      info: "mible-login-info", count: 64)
    #expect(
      output.bytes
        == hexBytes(
          """
          3c2fdae69f8746663a7d91029724b07212a4122dbe3cf60f3bdcb37139c34611cd016050c87de6f1
          71d2ebdcec94f5359e2fd0c907254fe75992107830c2a9d6
          """))
  }

  @Test("a secret compares by content and its parts are cut to what there is")
  func secretBytes() {
    var source: [UInt8] = [1, 2, 3]
    let secret = SecretBytes(clearing: &source)
    #expect(source.isEmpty)
    for (other, same) in [([1, 2, 3], true), ([1, 2, 4], false), ([1, 2], false)] as [([UInt8], Bool)] {
      let equal = secret.equals(other)
      #expect(equal == same)
    }
    let part = secret.part(1..<9).bytes
    #expect(part == [2, 3])
    let copy = secret.copy().bytes
    #expect(copy == [1, 2, 3])
  }
}

/// The published registration and login.
enum Published {
  static let appPrivate = "6b243de1b1cfee581130b070c635c8957ac56f0c2c3d40b1af8732d6cd6ec183"
  static let appPublic = """
    4925e4cf05129fa65116a4a324fc86eefd4cd176717f0938ccbd2387fd52d0ef
    d85162c20c0fcc72ca85a8b18f61ef980a70e1a6e7ff15f5289881ee59b8f4af
    """
  static let scooterPublic = """
    2afe2a8c1c56e5e70721665cd20d017273111ecaeceb1e4d641e7b7a122a9c30
    41e5cbc962eefbdb155ffd95847a0d8762803291fc2866c5672ceee0e77d77fc
    """
  static let remoteInfo = "0100000000626c742e342e31386e35383236366b67673030"
  static let token = "0cf5615003810d89c233a12a"
  static let didCiphertext = "646735cc7a96373aabbd93afa089bb6cd2d080302101007a"
  static let appRandom = "a8699783c1f03c7b73a046cdb613a9bf"
  static let deviceRandom = "90fdec0ece05016d7f116b50fca4b4bf"
  static let deviceProof = "471467ea7ed6064f8dd72f416c079dcb3bb78e3c94a51e97b98ef7623a7798e5"
  static let appProof = "bbb99b6a6f1ae419e3b13db93514f3e12a1843033f276392eea99068affca753"
}
