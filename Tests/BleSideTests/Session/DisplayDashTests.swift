import CaptureFiles
import ScooterSim
import TestSupport
import Testing

@testable import BleSide

/// The known case: a dash that polls, and a BLE module that forwards what it hears (protocol.md 6.8).
@Suite("A phone beside a DisplayDash")
struct DisplayDashTests {
  /// The phone's log of a simulated ride, and for each notification with content whether the phone asked for it.
  static func ride(
    _ scenario: String, seed: UInt64, seconds: Int64, change: (inout Scenario) -> Void = { _ in }
  ) throws -> (log: [UInt8], truth: [Bool]) {
    var phone = try SimulatedPhone(seed: seed)
    phone.token = [UInt8](1...12)
    try phone.connect()
    try phone.login()
    let start = phone.time + 1_000_000
    var truth: [Bool] = []
    var settings = try Scenario.named(scenario, seed: seed)
    change(&settings)
    var scooter = Scooter(settings)
    while let occurrence = scooter.next(until: seconds * 1_000_000_000) {
      guard case .radio(let radio) = occurrence else { continue }
      phone.time = start + radio.time / 1000 * 1000
      guard radio.frame.count > 5 else {
        try phone.log.notify(.uartNotify, [], at: phone.time)
        continue
      }
      let direction: BleDirection = radio.direction == .toScooter ? .toScooter : .toPhone
      let frame = try phone.message(direction, Array(radio.frame[3..<(radio.frame.count - 2)]))
      for value in phone.log.values(of: frame) {
        if direction == .toScooter {
          try phone.log.write(.uartWrite, value, at: phone.time)
        } else {
          try phone.log.notify(.uartNotify, value, at: phone.time)
        }
      }
      if direction == .toPhone { truth.append(radio.solicited) }
    }
    try phone.log.disconnect(at: phone.time)
    return (phone.bytesOfLog, truth)
  }

  @Test("what the phone did not ask for is told apart", arguments: 1...4 as ClosedRange<UInt64>)
  func verdicts(seed: UInt64) throws {
    let (log, truth) = try Self.ride("displaydash", seed: seed, seconds: 120)
    let (events, error) = read(log, try WholeSessionTests.token())
    #expect(error == nil)
    let replies = events.messages.filter { $0.direction == .toPhone && $0.condition == .readable }
    #expect(replies.count == truth.count)
    #expect(truth.filter { !$0 }.count > 500)
    // Where both ask for the same register within a moment, the radio alone cannot always tell; the bus can.
    let wrong = zip(replies, truth).count { $0.solicited != $1 }
    #expect(Double(wrong) / Double(truth.count) < 0.035)

    let summary = Self.summary(events)
    #expect(summary.unsolicited == replies.count { $0.solicited == false } + Self.early(events))
    #expect(summary.missing == 0)
    let ring = Self.fromShortest(summary)
    #expect(ring.map(\.register) == [0x3A, 0x40, 0x31, 0xB0])
    #expect(ring.map(\.blocks.count) == [1, 1, 1, 1])
  }

  static func summary(_ events: [BleEvent]) -> BleSummary {
    var summary = BleSummary()
    for event in events { summary.push(event) }
    return summary
  }

  /// Forwards before the login.
  static func early(_ events: [BleEvent]) -> Int { events.messages.count { $0.condition == .preSession } }

  /// The ring, turned so that the shortest member comes first.
  static func fromShortest(_ summary: BleSummary) -> [PollRing.Member] {
    let members = summary.ring
    guard let shortest = members.map(\.dataBytes).min(),
      let start = members.firstIndex(where: { $0.dataBytes == shortest })
    else { return [] }
    return Array(members[start...] + members[..<start])
  }

  @Test("a stock scooter sends nothing unasked")
  func stock() throws {
    let (log, truth) = try Self.ride("phone", seed: 1, seconds: 120)
    let replies = read(log, try WholeSessionTests.token()).events.messages.filter {
      $0.direction == .toPhone && $0.condition == .readable
    }
    #expect(replies.count == truth.count)
    #expect(replies.allSatisfy { $0.solicited == true })
  }

  @Test("without a key and with a phone that only listens, the lengths alone show the ring of four")
  func lengths() throws {
    let (log, _) = try Self.ride("displaydash", seed: 9, seconds: 60) { $0.phone?.pages = [] }
    let summary = Self.summary(read(log).events)
    #expect(Self.fromShortest(summary).map(\.dataBytes) == [4, 30, 10, 32])
    #expect(summary.unsolicited > 400)
    #expect(summary.solicited == 0)
  }
}
