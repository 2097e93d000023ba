import NinebotBus
import TestSupport
import Testing

@testable import BleSide

extension CommCipher {
  /// What `open` yields, for comparisons.
  func plain(_ frame: [UInt8], counter: UInt32) -> [UInt8]? {
    var plain: [UInt8] = []
    return open(frame.span, counter: counter, into: &plain) ? plain : nil
  }
}

/// protocol.md 9.2 and 9.3.
@Suite("55AB ciphers")
struct CommCipherTests {
  struct Vector: CustomTestStringConvertible, Sendable {
    var number: Int
    var key, iv, plain, tail, cipher: String
    var counter: UInt32
    var testDescription: String { "vector \(number)" }
  }

  static let sealing = [
    Vector(
      number: 1, key: "9951fb8edf3921d61d15d56b45d38a46", iv: "642b0a93", plain: "2001100e", tail: "01020304",
      cipher: "55ab03000003dbfd07465635dcbd3b2d7acefa", counter: 0),
    Vector(
      number: 3, key: "5066d82368375a1f6a0a3eba1317b525", iv: "28cee53e", plain: "2001100e", tail: "897045e7",
      cipher: "55ab03000016b2eddb0b680532a988c4f2dbf9", counter: 0),
    Vector(
      number: 5, key: "239b3c7e92dc6d6d2fa174a215aedf2e", iv: "0102", plain: "2001100e", tail: "01020304",
      cipher: "55ab030000adf399086b9e0bd059366ad10dfa", counter: 0),
  ]

  static let opening = [
    Vector(
      number: 2, key: "887ed6ae8ea3189546a55f0d0a6216ce", iv: "659b7362",
      plain: "230110 32353730302f3030303031333337", tail: "cd65c322",
      cipher: "55ab1001004c4e49c65c208435f7e050e56904adb8fe6e2eb1297cf9e0afbaf2", counter: 1),
    Vector(
      number: 4, key: "462f3fcc74200ca5f77ee2a581c42af0", iv: "f8901a05",
      plain: "230110 32363335342f3030343637333533", tail: "eee5ebb5",
      cipher: "55ab1001009a70888f3a27d8378bb07f7d8ce4cce88ab54a50595ad6c019c7f2", counter: 1),
    Vector(
      number: 6, key: "239b3c7e92dc6d6d2fa174a215aedf2e", iv: "0102", plain: "2001100e", tail: "2cabfff7",
      cipher: "55ab030000adf399084637f7234162d70d9dfa", counter: 0),
  ]

  @Test(arguments: sealing)
  func sealsAsPublished(vector: Vector) throws {
    let cipher = try CommCipher(key: SecretBytes(hexBytes(vector.key)), iv: SecretBytes(hexBytes(vector.iv)))
    let frame = try cipher.seal(hexBytes(vector.plain), counter: vector.counter, tail: hexBytes(vector.tail))
    #expect(frame == hexBytes(vector.cipher))
  }

  @Test(arguments: opening + sealing)
  func opensAsPublished(vector: Vector) throws {
    let cipher = try CommCipher(key: SecretBytes(hexBytes(vector.key)), iv: SecretBytes(hexBytes(vector.iv)))
    let frame = hexBytes(vector.cipher)
    #expect(cipher.plain(frame, counter: vector.counter) == hexBytes(vector.plain + vector.tail))
    let sound = Checksum.holds(frame.span, from: 0, to: frame.count)
    #expect(sound)
  }

  @Test("a changed bit, another counter or a cut frame does not open")
  func refusesForgeries() throws {
    let cipher = try CommCipher(
      key: SecretBytes(hexBytes("887ed6ae8ea3189546a55f0d0a6216ce")), iv: SecretBytes(hexBytes("659b7362")))
    let frame = hexBytes("55ab1001004c4e49c65c208435f7e050e56904adb8fe6e2eb1297cf9e0afbaf2")
    for index in 5..<(frame.count - 2) {
      var forged = frame
      forged[index] ^= 0x10
      #expect(cipher.plain(forged, counter: 1) == nil)
    }
    #expect(cipher.plain(frame, counter: 2) == nil)
    #expect(cipher.plain(frame, counter: 0x1_0001) == nil)
    for count in 0..<frame.count {
      #expect(cipher.plain(Array(frame[..<count]), counter: 1) == nil)
    }
    #expect(cipher.plain(frame, counter: 1) != nil, "the context is still sound after failures")
  }

  @Test("counters past 65535 go into the nonce with all 32 bits")
  func longCounters() throws {
    let cipher = try CommCipher(key: SecretBytes([UInt8](1...16)), iv: SecretBytes([1, 2, 3, 4]))
    let frame = try cipher.seal([0x23, 1, 0x10, 9], counter: 0x1_0002, tail: [5, 6, 7, 8])
    #expect(Array(frame[3...4]) == [2, 0])
    #expect(cipher.plain(frame, counter: 0x1_0002) == [0x23, 1, 0x10, 9, 5, 6, 7, 8])
    #expect(cipher.plain(frame, counter: 2) == nil)
  }

  static let xorKey = "de188941a3375d3a8a061e67576e926dc71a7fa3f0cceb97452b4d3227965f9ea8cc75"

  @Test func xorAsPublished() throws {
    let stream = XorKeystream(hexBytes(Self.xorKey))
    #expect(try stream.seal(hexBytes("2001100e")) == hexBytes("55ab03fe19994fa3375d3a8cfc"))
    let reply = hexBytes("55ab10fd19997396006d0aa5362e57675fa15ef08906519d2ef7")
    #expect(stream.apply(reply[3..<(reply.count - 2)]) == hexBytes("230110 32353730302f3030303031333337 9379f26d"))
  }

  @Test("the keystream grows to 35 bytes by a reply known to be zero")
  func xorExtension() throws {
    let whole = XorKeystream(hexBytes(Self.xorKey))
    var known = XorKeystream(Array(hexBytes(Self.xorKey).prefix(12)))
    let body = [0x25, 0x01, 0x50] + [UInt8](repeating: 0, count: 32)
    let frame = try whole.seal(body)
    known.extend(zeroReply: Array(frame[3..<(frame.count - 2)]))
    #expect(known == whole)
  }
}
