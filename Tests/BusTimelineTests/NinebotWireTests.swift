import BusTimeline
import NinebotBus
import Testing
import UartSniffer

/// A Ninebot wire, on which the module tells the levers ahead of a request that it passes on (protocol.md 3.2).
@Suite("Senders on a 5AA5 wire")
struct NinebotWireTests {
  /// How long behind the levers the phone's request comes: nobody has measured it. Microseconds.
  static let gaps: [Int64] = [100, 300, 1000, 3000, 6000]

  @Test("a phone's requests and the levers ahead of them are the module's", arguments: gaps, [true, false])
  func phone(gap: Int64, hasTimes: Bool) throws {
    let run = try AttributionRun(NinebotRide.play(gap: gap).recorded(hasTimes: hasTimes), profile: "es")
    #expect(!run.found.contains { $0.hasPrefix("dash") })
    let asked = run.frames.filter { $0.reading.act == .readRequest }
    #expect(asked.count > 400)
    #expect(asked.allSatisfy { $0.finding.sender == .ble && $0.finding.cause == .phone })
    #expect(run.frames.filter { $0.reading.command == 0x61 }.allSatisfy { $0.finding.sender == .ble })
  }

  @Test("who asks with the phone's address and without levers ahead is found", arguments: [true, false])
  func dash(besidePhone: Bool) throws {
    let run = try AttributionRun(NinebotRide.play(gap: besidePhone ? 300 : nil, dashEach: 7).recorded(), profile: "es")
    let dashs = run.frames.filter { $0.reading.act == .readRequest && $0.reading.argument == NinebotRide.dashsRegister }
    #expect(dashs.count > 300)
    let rate = Double(dashs.count { $0.finding.sender == .dash(1) }) / Double(dashs.count)
    #expect(rate > 0.95, "\(rate)")
    let phones = run.frames.filter {
      $0.reading.act == .readRequest && $0.reading.argument != NinebotRide.dashsRegister
    }
    #expect(!phones.contains { $0.finding.sender.isForeign })
  }
}

/// A minute and a half of an ES: heartbeats in slots, a phone that asks, and a dash behind every so many heartbeats.
struct NinebotRide {
  static let dashsRegister: UInt8 = 0x25
  private static let (slot, modulesPitch, escsPitch, dashsPitch): (Int64, Int64, Int64, Int64) =
    (19_860_000, 94_300, 195_000, 87_000)
  private var bus = ScriptedBus()
  private var levers = 0

  /// - Parameters:
  ///   - gap: microseconds from the levers' end to the phone's request behind them; nil without a phone.
  ///   - dashEach: a dash asks behind each so many heartbeats; nil without one.
  static func play(gap: Int64?, dashEach: Int? = nil) throws -> ScriptedBus {
    var ride = NinebotRide()
    for number in 0..<4500 {
      // A few microseconds of wandering that repeats at no period of the rest.
      let start = 1_000_000 + Int64(number) * slot + Int64(number * 37 % 23) * 1000
      if let gap, number > 40, number % 9 == 4, ride.levers > 0 {
        try ride.passOn(UInt8([0xB0, 0x3A, 0x31][number / 9 % 3]), at: start, gap * 1000)
      } else {
        let end = try ride.beat(at: start)
        if let dashEach, number > 60, number % dashEach == 0, ride.levers > 0 {
          try ride.ask(Self.dashsRegister, at: end + 400_000, pitch: dashsPitch)
        }
      }
    }
    return ride.bus
  }

  private mutating func beat(at start: Int64) throws -> Int64 {
    let module = Frame.Address.pair(source: 0x21, destination: 0x20)
    guard levers == 4 else {
      levers += 1
      return try bus.send(module, 0x65, 0, [4, 0x26, 0x27, 0, 0], at: start, pitch: Self.modulesPitch)
    }
    levers = 0
    let end = try bus.send(module, 0x64, 0, [6, 0x26, 0x27, 0, 0, 7, 1], at: start, pitch: Self.modulesPitch)
    return try bus.send(
      .pair(source: 0x20, destination: 0x21), 0x64, 0, [0, 90, 0, 0, 0, 0], at: end + 125_000, pitch: Self.escsPitch)
  }

  /// Levers, and the phone's request `gap` nanoseconds behind them; the next slot has a 64.
  private mutating func passOn(_ register: UInt8, at start: Int64, _ gap: Int64) throws {
    let end = try bus.send(
      .pair(source: 0x21, destination: 0x20), 0x61, 0, [4, 0x26, 0x27, 0, 0], at: start, pitch: Self.modulesPitch)
    try ask(register, at: end + gap, pitch: Self.modulesPitch)
    levers = 4
  }

  private mutating func ask(_ register: UInt8, at start: Int64, pitch: Int64) throws {
    let end = try bus.send(.pair(source: 0x3E, destination: 0x20), 0x01, register, [4], at: start, pitch: pitch)
    try bus.send(
      .pair(source: 0x20, destination: 0x3E), 0x04, register, [1, 2, 3, 4], at: end + 125_000, pitch: Self.escsPitch)
  }
}
