import ScooterSim
import TestSupport
import Testing

@testable import BleSide

/// A link between two machines that loses packets, in simulated time.
struct LossyLink {
  var random: SplitMix64
  /// Share of packets on the parcel characteristic that get lost.
  var loss: Double
  var time: Int64 = 0
  var packets: [(fromApp: Bool, packet: AuthPacket)] = []

  init(seed: UInt64, loss: Double = 0) {
    random = SplitMix64(seed: seed)
    self.loss = loss
  }

  /// Exchanges until both are over or nothing is waited for any more.
  mutating func run<App: AuthMachine & ~Copyable, Scooter: AuthMachine & ~Copyable>(
    _ app: inout App, _ scooter: inout Scooter, each: (inout Scooter, Int64) -> Void = { _, _ in }
  ) {
    for _ in 0..<2000 {
      var moved = false
      for packet in app.takeOutgoing() {
        moved = true
        packets.append((true, packet))
        if keeps(packet) { scooter.push(packet, at: time) }
      }
      each(&scooter, time)
      for packet in scooter.takeOutgoing() {
        moved = true
        packets.append((false, packet))
        if keeps(packet) { app.push(packet, at: time) }
      }
      time += 15_000_000
      guard !moved else { continue }
      guard let next = [app.deadline, scooter.deadline].compactMap({ $0 }).min() else { return }
      time = max(time, next)
      app.advance(to: time)
      scooter.advance(to: time)
    }
  }

  private mutating func keeps(_ packet: AuthPacket) -> Bool {
    packet.channel == .control || Double.random(in: 0..<1, using: &random) >= loss
  }
}

@Suite("Mi standard auth")
struct AuthTests {
  static let token = hexBytes(Published.token)

  @Test("the published login, packet by packet")
  func publishedLogin() throws {
    var app = AppLogin(token: SecretBytes(Self.token), random: hexBytes(Published.appRandom))
    app.start(at: 0)
    #expect(
      app.takeOutgoing() == [
        AuthPacket(.control, hexBytes("24000000")), AuthPacket(.parcels, hexBytes("0000000b0100")),
      ])
    app.push(AuthPacket(.parcels, hexBytes("00000101")), at: 1)
    #expect(app.takeOutgoing() == [AuthPacket(.parcels, hexBytes("0100" + Published.appRandom))])
    app.push(AuthPacket(.parcels, hexBytes("00000100")), at: 2)
    app.push(AuthPacket(.parcels, []), at: 2)
    app.push(AuthPacket(.parcels, hexBytes("0000000d0100")), at: 3)
    #expect(app.takeOutgoing() == [AuthPacket(.parcels, hexBytes("00000101"))])
    app.push(AuthPacket(.parcels, hexBytes("0100" + Published.deviceRandom)), at: 4)
    app.push(AuthPacket(.parcels, hexBytes("0000000c0200")), at: 5)
    let proof = hexBytes(Published.deviceProof)
    app.push(AuthPacket(.parcels, [1, 0] + proof[..<18]), at: 6)
    app.push(AuthPacket(.parcels, [2, 0] + proof[18...]), at: 7)
    #expect(app.takeOutgoing().last == AuthPacket(.parcels, hexBytes("0000000a0200")))
    app.push(AuthPacket(.parcels, hexBytes("00000101")), at: 8)
    let sent = app.takeOutgoing().flatMap { $0.bytes.dropFirst(2) }
    #expect(sent == hexBytes(Published.appProof))
    app.push(AuthPacket(.control, hexBytes("21000000")), at: 9)
    #expect(app.state == .done)
    #expect(app.keys != nil)
  }

  @Test("the published registration gives the published token")
  func publishedRegistration() throws {
    var app = AppRegistration(
      key: try P256Key(SecretBytes(hexBytes(Published.appPrivate))), fallbackDID: [])
    app.start(at: 0)
    #expect(app.takeOutgoing() == [AuthPacket(.control, hexBytes("a2000000"))])
    let info = hexBytes(Published.remoteInfo)
    app.push(AuthPacket(.parcels, hexBytes("000000000200")), at: 1)
    app.push(AuthPacket(.parcels, [1, 0] + info[..<18]), at: 2)
    app.push(AuthPacket(.parcels, [2, 0] + info[18...]), at: 3)
    #expect(
      app.takeOutgoing().suffix(2) == [
        AuthPacket(.control, hexBytes("15000000")), AuthPacket(.parcels, hexBytes("000000030400")),
      ])
    app.push(AuthPacket(.parcels, hexBytes("00000101")), at: 4)
    #expect(app.takeOutgoing().flatMap { $0.bytes.dropFirst(2) } == hexBytes(Published.appPublic))
    app.push(AuthPacket(.parcels, hexBytes("00000100")), at: 5)
    app.push(AuthPacket(.parcels, hexBytes("000000030400")), at: 6)
    let key = hexBytes(Published.scooterPublic)
    for index in 0..<4 {
      let piece = key[(index * 18)..<min(64, index * 18 + 18)]
      app.push(AuthPacket(.parcels, [UInt8(index + 1), 0] + piece), at: 7)
    }
    app.push(AuthPacket(.parcels, hexBytes("00000101")), at: 8)
    let sent = app.takeOutgoing().filter { $0.bytes.first != 0 }.flatMap { $0.bytes.dropFirst(2) }
    #expect(sent == hexBytes(Published.didCiphertext))
    app.push(AuthPacket(.parcels, hexBytes("00000100")), at: 9)
    #expect(app.takeOutgoing() == [AuthPacket(.control, hexBytes("13000000"))])
    app.push(AuthPacket(.control, hexBytes("11000000")), at: 10)
    #expect(app.state == .done)
    let token = app.token()?.bytes
    #expect(token == Self.token)
  }

  @Test(
    "both sides agree whatever share of packets is lost", arguments: [0.0, 0.1, 0.25], 1...8 as ClosedRange<UInt64>)
  func agreement(loss: Double, seed: UInt64) throws {
    let timing = AuthTiming(step: 120_000_000_000, retries: 12)
    var link = LossyLink(seed: seed, loss: loss)
    var app = AppRegistration(
      key: try .random(), fallbackDID: Array("\0blt.4.aaaaaaaaaaaa00".utf8.prefix(20)), timing: timing)
    let did: [UInt8] = seed % 2 == 0 ? [] : Array(hexBytes(Published.remoteInfo).dropFirst(4))
    var scooter = ScooterRegistration(key: try .random(), did: did, timing: timing)
    app.start(at: 0)
    link.run(&app, &scooter) { scooter, time in
      if time > 5_000_000_000 { scooter.buttonPressed(at: time) }
    }
    #expect(app.state == .done)
    #expect(scooter.state == .done)
    let tokens = (app.token()?.bytes, scooter.token()?.bytes)
    #expect(tokens.0?.count == 12)
    #expect(tokens.0 == tokens.1)

    var login = AppLogin(
      token: SecretBytes(tokens.0 ?? []), random: [UInt8](repeating: 7, count: 16), short: seed % 3 == 0,
      packetSize: seed % 2 == 0 ? 18 : 180, timing: timing)
    var other = ScooterLogin(
      token: SecretBytes(tokens.1 ?? []), random: [UInt8](repeating: 9, count: 16), timing: timing)
    login.start(at: link.time)
    link.run(&login, &other)
    #expect(login.state == .done)
    #expect(other.state == .done)
    let frame = try login.keys?.toScooter.seal([0x20, 1, 0x10, 14], counter: 1, tail: [1, 2, 3, 4]) ?? []
    #expect(other.keys?.toScooter.plain(frame, counter: 1) == [0x20, 1, 0x10, 14, 1, 2, 3, 4])
  }

  @Test("a wrong token is said by the side that notices")
  func wrongToken() {
    var link = LossyLink(seed: 1)
    var app = AppLogin(token: SecretBytes([UInt8](repeating: 1, count: 12)), random: [UInt8](repeating: 7, count: 16))
    var scooter = ScooterLogin(token: SecretBytes(Self.token), random: [UInt8](repeating: 9, count: 16))
    app.start(at: 0)
    link.run(&app, &scooter)
    #expect(app.state == .failed(.wrongToken))
    #expect(app.keys == nil)
    #expect(scooter.state == .failed(.timedOut(.appProof)))
  }

  @Test("a scooter without a bond refuses by name")
  func notRegistered() {
    var link = LossyLink(seed: 1)
    var app = AppLogin(token: SecretBytes(Self.token), random: [UInt8](repeating: 7, count: 16))
    var scooter = ScooterLogin(token: nil, random: [UInt8](repeating: 9, count: 16))
    app.start(at: 0)
    link.run(&app, &scooter)
    #expect(app.state == .failed(.refused(.notRegistered)))
    #expect(AuthFailure.refused(.notRegistered).description == "the scooter refused: not registered (0xe0)")
  }

  @Test("nobody presses the button")
  func noButton() throws {
    var link = LossyLink(seed: 1)
    var app = AppRegistration(key: try .random(), fallbackDID: [UInt8](repeating: 1, count: 20))
    var scooter = ScooterRegistration(key: try .random(), did: [])
    app.start(at: 0)
    link.run(&app, &scooter)
    #expect(scooter.state == .failed(.timedOut(.button)))
    #expect(app.state == .failed(.refused(.registerFailed)))
  }

  @Test("every wait ends: a side whose peer is silent fails by its deadline", arguments: 0...6)
  func silence(after heard: Int) throws {
    var app = AppLogin(token: SecretBytes(Self.token), random: hexBytes(Published.appRandom))
    var scooter = ScooterLogin(token: SecretBytes(Self.token), random: hexBytes(Published.deviceRandom))
    app.start(at: 0)
    var time: Int64 = 0
    for _ in 0..<heard {
      for packet in app.takeOutgoing() { scooter.push(packet, at: time) }
      for packet in scooter.takeOutgoing() { app.push(packet, at: time) }
    }
    var steps = 0
    while let deadline = app.deadline, steps < 100 {
      #expect(deadline > time - 1)
      time = deadline
      app.advance(to: time)
      _ = app.takeOutgoing()
      steps += 1
    }
    #expect(steps < 100)
    if case .running = app.state { Issue.record("still waiting at \(time)") }
    #expect(time <= 60_000_000_000)
  }

  @Test("codes by number and name", arguments: AuthCode.allCases)
  func codes(code: AuthCode) {
    #expect(AuthCode(code.packet) == code)
    #expect(!code.name.isEmpty)
    var app = AppLogin(token: SecretBytes(Self.token), random: hexBytes(Published.appRandom))
    app.start(at: 0)
    app.push(AuthPacket(.control, code.packet), at: 1)
    #expect(app.state == (code.refuses ? .failed(.refused(code)) : .running(.deviceRandom)))
  }

  @Test(
    "a side that says busy, timeout or cancel is named",
    arguments: [ParcelControl.Acknowledgement.busy, .timeout, .cancel])
  func parcelRefusals(reason: ParcelControl.Acknowledgement) {
    var app = AppLogin(token: SecretBytes(Self.token), random: hexBytes(Published.appRandom))
    app.start(at: 0)
    app.push(AuthPacket(.parcels, ParcelControl.acknowledge(reason).bytes), at: 1)
    #expect(app.state == .failed(.parcelRefused(reason, .deviceRandom)))
  }

  @Test("random bytes on both characteristics trap nothing and succeed never", arguments: 0..<40 as Range<UInt64>)
  func garbage(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var app = AppLogin(token: SecretBytes(Self.token), random: hexBytes(Published.appRandom))
    var scooter = ScooterLogin(token: SecretBytes(Self.token), random: hexBytes(Published.deviceRandom))
    var registration = AppRegistration(key: try .random(), fallbackDID: [])
    var registrar = ScooterRegistration(key: try .random(), did: [])
    app.start(at: 0)
    registration.start(at: 0)
    for time in 0..<500 as Range<Int64> {
      var bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in UInt8.random(in: 0...15, using: &random) }
      if Bool.random(using: &random), bytes.count > 2 { (bytes[0], bytes[1]) = (0, 0) }
      let packet = AuthPacket(Bool.random(using: &random) ? .control : .parcels, bytes)
      app.push(packet, at: time)
      scooter.push(packet, at: time)
      registration.push(packet, at: time)
      registrar.push(packet, at: time)
      _ = (app.takeOutgoing(), scooter.takeOutgoing(), registration.takeOutgoing(), registrar.takeOutgoing())
    }
    #expect(app.keys == nil)
    #expect(scooter.keys == nil)
  }

  @Test("a parcel with a lost packet is asked for, at the last packet and after a silence")
  func lostPackets() {
    var link = ParcelLink(timing: AuthTiming())
    #expect(link.push(hexBytes("0000000c0200"), at: 0) == nil)
    #expect(link.push([2, 0, 9], at: 1) == nil)
    #expect(link.outgoing.map(\.bytes) == [hexBytes("00000101"), hexBytes("000001050100")])
    link.outgoing = []
    #expect(link.advance(to: 2_000_000_000) == nil)
    #expect(link.outgoing.map(\.bytes) == [hexBytes("000001050100")])
    #expect(link.push([1, 0, 8], at: 3) == .received(.deviceProof, [8, 9]))
  }
}
