import BusTimeline
import NinebotBus
import Testing
import UartSniffer

/// How BLE firmware of 0x910 and later passes requests on is not known (protocol.md 6.9): it may do it between its
/// heartbeats, which stock firmware of the captures never does.
@Suite("A module that passes requests on between its heartbeats")
struct OutOfSlotTests {
  @Test("is not accused where the phone's log has every request")
  func explained() throws {
    let ride = try OutOfSlotRide.play()
    let run = try AttributionRun(ride.bus.recorded(), phone: ride.phone)
    #expect(run.frames.count { $0.reading.act == .readRequest } > 350)
    #expect(!run.found.contains { $0.hasPrefix("dash") })
  }

  @Test("requests that the log does not have are a dash's")
  func unexplained() throws {
    let ride = try OutOfSlotRide.play()
    let run = try AttributionRun(ride.bus.recorded(), phone: PhoneRequests(covered: OutOfSlotRide.covered))
    #expect(run.found.contains("dash1"))
  }
}

/// A minute of undisturbed heartbeats, and of a phone that asks for one of five registers in turn.
struct OutOfSlotRide {
  private static let registers: [UInt8] = [0xB0, 0x3A, 0x31, 0x25, 0x1F]
  private static let slot: Int64 = 19_860_000
  private static let slots = 3000
  /// Nanoseconds.
  static var covered: ClosedRange<Int64> { 0...(Int64(slots) * slot) }

  var bus = ScriptedBus()
  var phone = PhoneRequests(covered: Self.covered)

  static func play() throws -> OutOfSlotRide {
    var ride = OutOfSlotRide()
    let profile = try AttributionRun.profile()
    for number in 0..<slots {
      let start = 1_000_000 + Int64(number) * slot + Int64(number * 37 % 23) * 1000
      let end = try ride.beat(number, at: start)
      guard number > 200, number % 6 == 2, number % 5 != 0 else { continue }
      let register = registers[number / 6 % registers.count]
      let asked = end + 1_000_000 + Int64(number * 53 % 71) * 100_000
      let request = try Frame(to: 0x20, 0x01, register, [2]).encoded()
      if let read = profile.read(request.span, on: .phoneBle) {
        ride.phone.add(read, at: asked - 8_000_000 - Int64(number * 29 % 17) * 1_000_000)
      }
      let done = try ride.bus.send(.single(0x20), 0x01, register, [2], at: asked, pitch: 94_300)
      try ride.bus.send(
        .single(0x23), 0x01, register, [UInt8(number % 251), 7], at: done + 125_000, pitch: 195_000)
    }
    return ride
  }

  private mutating func beat(_ number: Int, at start: Int64) throws -> Int64 {
    guard number % 5 == 0 else {
      return try bus.send(.single(0x20), 0x65, 0, [4, 0x26, 0x27, 0, 0], at: start, pitch: 94_300)
    }
    let end = try bus.send(.single(0x20), 0x64, 0, [6, 0x26, 0x27, 0, 0, 0x10, 9], at: start, pitch: 94_300)
    return try bus.send(.single(0x21), 0x64, 0, [0, 90, 0, 0, 0, 0], at: end + 125_000, pitch: 195_000)
  }
}
