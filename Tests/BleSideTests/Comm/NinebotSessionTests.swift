import ScooterSim
import TestSupport
import Testing

@testable import BleSide

/// The published handshake (protocol.md 9.6) followed from outside.
@Suite("NinebotCrypto session, listened to")
struct NinebotSessionTests {
  static func play(name: String?, skip: Int = 0, cut: Int = 20) -> (messages: [BleMessage], decoder: CommDecoder) {
    var decoder = CommDecoder()
    if let name { decoder.add(name: Array(name.utf8)) }
    var messages: [BleMessage] = []
    for (index, step) in NinebotCipherTests.steps.enumerated().dropFirst(skip) {
      let direction: BleDirection = index % 2 == 0 ? .toScooter : .toPhone
      for value in CommReassemblerTests.cut(hexBytes(step.air), at: cut) {
        decoder.push(value.span, direction, at: Int64(index), into: &messages)
      }
    }
    decoder.finish(into: &messages)
    return (messages, decoder)
  }

  @Test("with the name, everything is read and counted", arguments: [20, 64])
  func wholeHandshake(cut: Int) {
    let (messages, _) = Self.play(name: "MIScooter1234", cut: cut)
    #expect(messages.map(\.body) == NinebotCipherTests.steps.map { Array(hexBytes($0.clear).dropFirst(3)) })
    #expect(messages.allSatisfy { $0.condition == .readable && $0.format == .ninebotCrypto })
    #expect(messages.map(\.counter) == NinebotCipherTests.steps.map(\.counter))
    #expect(messages.allSatisfy { $0.step == .inOrder })
  }

  @Test("without the name, or without the handshake, everything stays sealed", arguments: [nil, "MIScooter9999"])
  func noName(name: String?) {
    #expect(Self.play(name: name).messages.allSatisfy { $0.condition == .sealed && $0.ok })
    #expect(Self.play(name: "MIScooter1234", skip: 2).messages.allSatisfy { $0.condition == .sealed })
  }

  @Test("a changed message fails its MIC and the next one is read")
  func tampered() throws {
    var (_, decoder) = Self.play(name: "MIScooter1234")
    let cipher = try NinebotCipherTests.cipher(2)
    var messages: [BleMessage] = []
    var forged = try cipher.seal(hexBytes("5aa5013e2001b020"), counter: 8)
    forged[5] ^= 4
    decoder.push(forged.span, .toScooter, at: 100, into: &messages)
    let next = try cipher.seal(hexBytes("5aa5013e20011a02"), counter: 0x1_0003)
    decoder.push(next.span, .toScooter, at: 101, into: &messages)
    #expect(messages.map(\.condition) == [.tampered, .readable])
    #expect(messages.last?.counter == 0x1_0003)
  }

  @Test("the old scheme is read from the 12 bytes on, and further once the zero block was read")
  func xor() throws {
    let whole = XorKeystream(hexBytes(CommCipherTests.xorKey))
    var decoder = CommDecoder()
    var messages: [BleMessage] = []
    func push(_ body: [UInt8], _ direction: BleDirection) throws {
      for value in CommReassemblerTests.cut(try whole.seal(body), at: 20) {
        decoder.push(value.span, direction, at: 0, into: &messages)
      }
    }
    try push([0x20, 1, 0x10, 14], .toScooter)
    decoder.set(beaconKey: Array(hexBytes(CommCipherTests.xorKey).prefix(12)))
    try push([0x20, 1, 0x10, 14], .toScooter)
    try push([0x23, 1, 0x10] + [UInt8](repeating: 0x31, count: 14), .toPhone)
    try push([0x22, 1, 0x50, 32], .toScooter)
    try push([0x25, 1, 0x50] + [UInt8](repeating: 0, count: 32), .toPhone)
    try push([0x23, 1, 0x10] + [UInt8](repeating: 0x31, count: 14), .toPhone)
    #expect(messages.map(\.condition) == [.sealed, .readable, .sealed, .readable, .readable, .readable])
    #expect(messages.last?.body == [0x23, 1, 0x10] + [UInt8](repeating: 0x31, count: 14))
    #expect(messages.allSatisfy { $0.format == .xor })
  }
}
