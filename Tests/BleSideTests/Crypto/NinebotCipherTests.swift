import TestSupport
import Testing

@testable import BleSide

/// protocol.md 9.6.
@Suite("NinebotCrypto")
struct NinebotCipherTests {
  struct Step: CustomTestStringConvertible, Sendable {
    var stage: Int
    var counter: UInt32
    var clear, air: String
    var testDescription: String { "counter \(counter), \(clear.prefix(16))" }
  }

  static let serial = "32363335342f3030343637333533"
  static let bleKey = [UInt8](0xA0...0xAF)
  static let appKey = [UInt8](0x10...0x1F)
  static let name = Array("MIScooter1234".utf8)

  static let steps = [
    Step(stage: 0, counter: 0, clear: "5aa5003e215b00", air: "5aa500aa07c3ca000045ff0000"),
    Step(
      stage: 0, counter: 0, clear: "5aa51e213e5b00 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf" + serial,
      air: "5aa51eb518c3cae4da1ebbcdb512c8f7c08fa6388b3665764d8f2d5d3f845f6b5f123ea1150000fef10000"),
    Step(
      stage: 1, counter: 2, clear: "5aa5103e215c00 101112131415161718191a1b1c1d1e1f",
      air: "5aa510f68cbdd34be1cda95f86dd1596e0ad7a151bf7d86767ff910002"),
    Step(stage: 1, counter: 3, clear: "5aa500213e5c01", air: "5aa500e33963b85d8bc71e0003"),
    Step(
      stage: 2, counter: 4, clear: "5aa50e3e215d00" + serial,
      air: "5aa50e1d039b6ebbbc399b37925f20b3bcdcb73525c76761230004"),
    Step(stage: 2, counter: 5, clear: "5aa500213e5d01", air: "5aa50016bfd6f5f96f2fde0005"),
    Step(stage: 2, counter: 6, clear: "5aa5013e2001b020", air: "5aa501c4623764cc023c11b20006"),
    Step(
      stage: 2, counter: 7,
      clear: "5aa520203e04b0 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
      air: "5aa5201b2950782a890f0259a3a43e0b7979e2ac42dfc0cf32d2a493362d6209107b95d5372d066adb336a0007"),
  ]

  static func cipher(_ stage: Int) throws -> NinebotCipher {
    switch stage {
    case 0: try .stage0(name: name)
    case 1: try .stage1(name: name, bleKey: bleKey)
    default: try .stage2(appKey: appKey, bleKey: bleKey)
    }
  }

  @Test(arguments: [
    (0, "cbacf8ad988a1315db23f8ee9342f2c1"), (1, "45ba37657412618a338eec37a9c1e01b"),
    (2, "d1254e23cde6d2f5866e08c7347f7a10"),
  ])
  func keys(stage: Int, key: String) throws {
    let expected = try AESBlocks(key: SecretBytes(hexBytes(key)))
    var block = NinebotCipher.firmwareConstant
    let done = expected.encrypt(&block)
    try #require(done)
    #expect(try Self.cipher(stage).keystream0() == block)
  }

  @Test(arguments: steps)
  func step(_ step: Step) throws {
    let cipher = try Self.cipher(step.stage)
    #expect(try cipher.seal(hexBytes(step.clear), counter: step.counter) == hexBytes(step.air))
    #expect(cipher.open(hexBytes(step.air), counter: step.counter) == Array(hexBytes(step.clear).dropFirst(3)))
  }

  @Test("the MIC covers every byte of body, length and counter")
  func refusesForgeries() throws {
    let cipher = try Self.cipher(2)
    let frame = hexBytes(Self.steps[6].air)
    for index in 3..<(frame.count - 2) {
      var forged = frame
      forged[index] ^= 1
      #expect(cipher.open(forged, counter: 6) == nil)
    }
    #expect(cipher.open(frame, counter: 7) == nil)
    #expect(cipher.open(Array(frame.dropLast()), counter: 6) == nil)
    #expect(cipher.open([], counter: 6) == nil)
  }
}
