import CaptureFiles
import TestSupport
import Testing

@testable import BleSide

/// NinebotCrypto, the XOR scheme and plain frames through a phone's log.
@Suite("Older schemes in a phone's log")
struct OlderSchemesTests {
  /// A log of the published handshake, with what tells the scooter's name or not.
  static func ninebot(advertises: Bool, reads: Bool) throws -> [UInt8] {
    var log = try PhoneLogWriter(MemorySink())
    if advertises { try log.advertise(name: "MIScooter1234", peer: SimulatedPhone.peer, at: 0) }
    try log.connect(peer: SimulatedPhone.peer, at: 1000)
    try log.discover(at: 1000)
    if reads { try log.read(.deviceName, value: Array("MIScooter1234".utf8), at: 2000) }
    for (index, step) in NinebotCipherTests.steps.enumerated() {
      for value in log.values(of: hexBytes(step.air)) {
        let time = Int64(index) * 50_000_000
        if index % 2 == 0 {
          try log.write(.uartWrite, value, at: time)
        } else {
          try log.notify(.uartNotify, value, at: time)
        }
      }
    }
    return log.sink.bytes
  }

  @Test("the name comes from the advertisement, from the name characteristic or from an option", arguments: 0..<3)
  func name(source: Int) throws {
    let log = try Self.ninebot(advertises: source == 0, reads: source == 1)
    let keys = KeyRing(names: source == 2 ? ["other", "MIScooter1234"] : [])
    let messages = read(log, keys).events.messages
    #expect(messages.map(\.body) == NinebotCipherTests.steps.map { Array(hexBytes($0.clear).dropFirst(3)) })
    #expect(messages.filter { $0.direction == .toPhone }.allSatisfy { $0.solicited == true })
  }

  @Test("without a name the log says what is missing")
  func noName() throws {
    let events = read(try Self.ninebot(advertises: false, reads: false)).events
    #expect(events.notes == [.missingName, .missingHandshake].filter { events.notes.contains($0) })
    #expect(events.notes.contains(.missingName))
    #expect(events.messages.allSatisfy { $0.condition == .sealed })
  }

  @Test("the XOR key is read by the app, and so by who listens; plain frames need none", arguments: [true, false])
  func xor(readsKey: Bool) throws {
    let stream = XorKeystream(hexBytes(CommCipherTests.xorKey))
    var log = try PhoneLogWriter(MemorySink())
    try log.discover(at: 0)
    if readsKey { try log.read(.beaconKey, value: Array(hexBytes(CommCipherTests.xorKey).prefix(12)), at: 0) }
    try log.write(.uartWrite, try stream.seal([0x20, 0x01, 0x1A, 0x02]), at: 1_000_000)
    try log.notify(.uartNotify, try stream.seal([0x23, 0x01, 0x1A, 0x34, 0x01]), at: 2_000_000)
    try log.write(.uartWrite, hexBytes("55aa0320011a02 bfff"), at: 3_000_000)
    let events = read(log.sink.bytes).events
    let conditions: [BleMessage.Condition] =
      readsKey ? [.readable, .readable, .readable] : [.sealed, .sealed, .readable]
    #expect(events.messages.map(\.condition) == conditions)
    #expect(events.messages.map(\.format) == [.xor, .xor, .plain55AA])
    #expect(events.notes == (readsKey ? [] : [.missingBeaconKey]))
  }
}
