import CaptureFiles
import Foundation
import ScooterSim
import TestSupport
import Testing

@testable import BleSide

@Suite("A phone's log from registration to the last message")
struct WholeSessionTests {
  /// All 200 000 messages with `MI_BUS_FULL` set; a tenth of them, with the same rollover, else.
  static let count = ProcessInfo.processInfo.environment["MI_BUS_FULL"] == nil ? 20_000 : 200_000

  /// A request or a reply of a random size.
  static func body(_ direction: BleDirection, _ phone: inout SimulatedPhone) -> [UInt8] {
    switch direction {
    case .toScooter: [0x20, 0x01, UInt8.random(in: 0...255, using: &phone.random), 32]
    case .toPhone:
      [0x23, 0x01, UInt8.random(in: 0...255, using: &phone.random)]
        + phone.bytes(Int.random(in: 2...32, using: &phone.random))
    }
  }

  @Test("loss, interleaved characteristics, empties and a counter rollover: what was sent is what is read")
  func everythingAtOnce() throws {
    var phone = try SimulatedPhone(seed: 42)
    try phone.connect()
    try phone.register()
    #expect(phone.token.count == 12)
    try phone.log.disconnect(at: phone.time)
    try phone.connect(discovers: false)
    // A shorter run still passes the end of the counter.
    try phone.login(counters: Self.count < 150_000 ? 60_000 : nil)
    var count = 0
    while count < Self.count {
      let directions: [BleDirection] =
        [[.toScooter, .toPhone], [.toPhone], [.toScooter], [.toPhone, .toScooter]]
        .randomElement(using: &phone.random) ?? []
      try phone.exchange(directions.map { ($0, Self.body($0, &phone)) }, loss: 0.004, empties: 0.05)
      count += directions.count
    }
    #expect(phone.lost > 20)
    for direction in BleDirection.allCases { #expect((phone.counters[direction] ?? 0) > 65_536) }

    let key = RegistrationKey(try P256Key(SecretBytes(SimulatedPhone.privateKey)))
    let (events, error) = read(phone.bytesOfLog, KeyRing(registrations: [key]), piece: 10_007)
    #expect(error == nil)
    for direction in BleDirection.allCases {
      let messages = events.messages.filter { $0.direction == direction && $0.condition == .readable }
      let found = messages.map {
        SimulatedPhone.Sent(direction: direction, body: $0.body, time: $0.time, counter: $0.counter ?? 0)
      }
      #expect(found == phone.sent[direction])
    }
    #expect(events.messages.contains { $0.condition == .preSession })
    #expect(!events.messages.contains { $0.condition == .tampered || $0.condition == .sealed })
    #expect(events.notes.contains(.registered))
    #expect(events.notes.contains(.loggedIn))
    // What is missing by the counters is what got lost, but for the very last message of a direction.
    let missing = events.notes.reduce(0) { sum, note in
      if case .counterGaps(_, let missing, _) = note { sum + Int(missing) } else { sum }
    }
    #expect((phone.lost - 4...phone.lost).contains(missing))
  }

  /// A short session for the cases below.
  static func session(_ exchanges: Int = 20, seed: UInt64 = 7, settings: PhoneLogSettings = PhoneLogSettings()) throws
    -> SimulatedPhone
  {
    var phone = try SimulatedPhone(seed: seed, settings: settings)
    phone.token = [UInt8](1...12)
    try phone.connect()
    try phone.login()
    for index in 0..<exchanges {
      let register = UInt8(index)
      try phone.exchange([(.toScooter, [0x20, 0x01, register, 4])])
      try phone.exchange([(.toPhone, [0x23, 0x01, register] + phone.bytes(4))])
      try phone.exchange([(.toPhone, [0x25, 0x01, 0x40] + phone.bytes(30))])
    }
    try phone.log.disconnect(at: phone.time)
    return phone
  }

  static func token(_ bytes: [UInt8] = [UInt8](1...12)) throws -> KeyRing {
    let token = MiToken(SecretBytes(bytes))
    return KeyRing(tokens: [try #require(token)])
  }

  @Test("with the token everything is read, and only what the phone asked for is solicited")
  func solicited() throws {
    let phone = try Self.session()
    let (events, error) = read(phone.bytesOfLog, try Self.token())
    #expect(error == nil)
    let replies = events.messages.filter { $0.direction == .toPhone && $0.condition == .readable }
    #expect(replies.count == 40)
    for reply in replies {
      #expect(reply.solicited == (reply.body[0] == 0x23))
      guard let request = reply.request else { continue }
      let asked = events.messages.first { $0.sequence == request }
      #expect(asked?.body[2] == reply.body[2])
    }
    let early = events.messages.filter { $0.condition == .preSession }
    #expect(!early.isEmpty)
    #expect(early.allSatisfy { $0.solicited == false && $0.length == 32 && $0.ok })
    #expect(events.messages.map(\.sequence) == Array(events.messages.indices))
    #expect(events.messages.allSatisfy { $0.connection == 0 })
  }

  @Test("larger packets and cut ACL data change nothing", arguments: [(20, 27), (20, 10), (180, 251), (244, 27)])
  func sizes(valueSize: Int, aclSize: Int) throws {
    let phone = try Self.session(settings: PhoneLogSettings(valueSize: valueSize, aclSize: aclSize))
    let (events, _) = read(phone.bytesOfLog, try Self.token())
    #expect(events.messages.filter { $0.condition == .readable }.count == 60)
  }

  @Test("without discovery the handles are learnt, and nothing is lost")
  func noDiscovery() throws {
    var phone = try SimulatedPhone(seed: 5)
    phone.token = [UInt8](1...12)
    try phone.connect(discovers: false)
    try phone.login()
    for index in 0..<10 {
      try phone.exchange([
        (.toScooter, [0x20, 0x01, UInt8(index), 4]), (.toPhone, [0x25, 0x01, 0x40] + phone.bytes(30)),
      ])
    }
    let (events, _) = read(phone.bytesOfLog, try Self.token())
    #expect(events.messages.filter { $0.condition == .readable }.count == 20)
    #expect(events.notes.contains(.loggedIn))
  }

  @Test("a wrong token is said in one sentence, once")
  func wrongToken() throws {
    let phone = try Self.session()
    let (events, _) = read(phone.bytesOfLog, try Self.token([UInt8](2...13)))
    #expect(events.notes.filter { $0 == .wrongToken }.count == 1)
    #expect(!events.notes.contains(.missingToken))
    #expect(!events.messages.contains { $0.condition == .readable })
    let note = BleNote(.wrongToken).description
    #expect(note == "the token is wrong: the scooter proved that it holds another one, so register or use its token")
  }

  @Test("without a token the messages are sealed, counted and said to need one")
  func noToken() throws {
    let phone = try Self.session()
    let (events, _) = read(phone.bytesOfLog)
    #expect(events.notes == [.missingToken] + events.notes.dropFirst())
    let sealed = events.messages.filter { $0.condition == .sealed && $0.direction == .toPhone }
    #expect(sealed.map(\.counter) == (1...40).map { UInt32($0) })
    #expect(sealed.allSatisfy { $0.ok && $0.body.isEmpty && $0.air.count > 15 })
  }

  @Test("several tokens: the right one is found")
  func severalTokens() throws {
    let phone = try Self.session()
    var ring = try Self.token([UInt8](9...20))
    ring.tokens += try Self.token().tokens
    let (events, _) = read(phone.bytesOfLog, ring)
    #expect(events.messages.filter { $0.condition == .readable }.count == 60)
  }

  @Test("a changed message is shown as such, and the stream goes on")
  func tampered() throws {
    var phone = try SimulatedPhone(seed: 3)
    phone.token = [UInt8](1...12)
    try phone.connect()
    try phone.login()
    try phone.exchange([(.toPhone, [0x23, 0x01, 0x10, 1, 2])])
    var frame = try phone.message(.toPhone, [0x23, 0x01, 0x10, 3, 4])
    frame[8] ^= 1
    frame.removeLast(2)
    frame.appendChecksum(from: 2)
    for value in phone.log.values(of: frame) { try phone.log.notify(.uartNotify, value, at: phone.time) }
    try phone.exchange([(.toPhone, [0x23, 0x01, 0x10, 5, 6])])
    let (events, _) = read(phone.bytesOfLog, try Self.token())
    let conditions = events.messages.filter { $0.condition != .preSession }.map(\.condition)
    #expect(conditions == [.readable, .tampered, .readable])
    let last = try #require(events.messages.last)
    #expect(last.step == .gap(missing: 1))
    let bad = try #require(events.messages.first { $0.condition == .tampered })
    #expect(!bad.ok)
    #expect(bad.air == frame)
  }

  @Test("counters that stay 0 are read in both directions and said once each")
  func uncounted() throws {
    var phone = try SimulatedPhone(seed: 3)
    phone.token = [UInt8](1...12)
    try phone.connect()
    try phone.login()
    for index in 0..<10 {
      phone.counters = [.toScooter: 0, .toPhone: 0]
      try phone.exchange([(.toScooter, [0x20, 0x01, UInt8(index), 2]), (.toPhone, [0x23, 0x01, UInt8(index), 9, 9])])
    }
    let (events, _) = read(phone.bytesOfLog, try Self.token())
    #expect(events.messages.filter { $0.condition == .readable }.count == 20)
    #expect(Set(events.notes.filter { if case .uncounted = $0 { true } else { false } }).count == 2)
    #expect(!events.notes.contains { if case .counterGaps = $0 { true } else { false } })
  }

  @Test("a session that starts in the middle says what is missing; with its keys it is read, whatever its counter")
  func middle() throws {
    let app = (key: "9951fb8edf3921d61d15d56b45d38a46", iv: "642b0a93")
    let dev = (key: "887ed6ae8ea3189546a55f0d0a6216ce", iv: "659b7362")
    let cipher = try CommCipher(key: SecretBytes(hexBytes(dev.key)), iv: SecretBytes(hexBytes(dev.iv)))
    var phone = try SimulatedPhone(seed: 3)
    for counter in 200_000..<200_010 as Range<UInt32> {
      let frame = try cipher.seal([0x23, 0x01, 0xB0, 1, 2], counter: counter, tail: [1, 2, 3, 4])
      for value in phone.log.values(of: frame) { try phone.log.notify(.uartNotify, value, at: phone.time) }
    }
    let (sealed, _) = read(phone.bytesOfLog, try Self.token())
    #expect(sealed.notes == [.sessionInMiddle])
    #expect(sealed.messages.allSatisfy { $0.condition == .sealed })

    let keys = try SessionKeys(appKey: app.key, appIV: app.iv, devKey: dev.key, devIV: dev.iv)
    let (open, _) = read(phone.bytesOfLog, KeyRing(sessions: [keys]))
    #expect(open.messages.map(\.counter) == (200_000..<200_010).map { $0 })

    let wrong = try SessionKeys(appKey: nil, appIV: nil, devKey: app.key, devIV: app.iv)
    let (refused, _) = read(phone.bytesOfLog, KeyRing(sessions: [wrong]))
    #expect(refused.notes == [.wrongKeys])
  }

  @Test("two scooters in one log are two connections, each with its own token")
  func twoScooters() throws {
    var phone = try SimulatedPhone(seed: 3)
    for token in [[UInt8](1...12), [UInt8](3...14)] {
      phone.token = token
      try phone.connect()
      try phone.login()
      for _ in 0..<5 { try phone.exchange([(.toPhone, [0x23, 0x01, 0xB0, 1, 2])]) }
      try phone.log.disconnect(at: phone.time)
    }
    var ring = try Self.token()
    ring.tokens += try Self.token([UInt8](3...14)).tokens
    let (events, _) = read(phone.bytesOfLog, ring)
    let readable = events.messages.filter { $0.condition == .readable }
    #expect(readable.map(\.connection) == [0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
  }

  @Test("no scooter in the log")
  func noScooter() throws {
    var phone = try SimulatedPhone(seed: 3)
    try phone.connect(discovers: false)
    for index in 0..<2000 { try phone.log.notify(.uartNotify, [1, 2, 3, UInt8(index & 0xFF)], at: phone.time) }
    let (events, _) = read(phone.bytesOfLog)
    #expect(events == [.note(BleNote(.noScooter, time: phone.time))])
  }

  @Test("a log that breaks off anywhere is read up to there", arguments: 0..<60)
  func truncated(part: Int) throws {
    let phone = try Self.session(6)
    let log = phone.bytesOfLog
    let whole = read(log, try Self.token()).events.messages.filter { $0.condition == .readable }
    let cut = log.count * part / 60 + part
    let (events, error) = read(Array(log.prefix(cut)), try Self.token(), piece: 97)
    let found = events.messages.filter { $0.condition == .readable }
    #expect(found.map(\.body) == whole.prefix(found.count).map(\.body))
    if cut < 8 { #expect(error != nil) }
  }
}
