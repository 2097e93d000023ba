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
    var settings = try Scenario.named(scenario, seed: seed)
    change(&settings)
    var log = try SimulatedPhoneLog(MemorySink(), scenario: settings, token: [UInt8](1...12))
    var truth: [Bool] = []
    var scooter = Scooter(settings)
    var hasAsked = false
    while let occurrence = scooter.next(until: seconds * 1_000_000_000) {
      try log.push(occurrence)
      guard case .radio(let radio) = occurrence, !radio.frame.isEmpty else { continue }
      if radio.direction == .toScooter { hasAsked = true }
      if radio.direction == .toPhone, hasAsked { truth.append(radio.solicited) }
    }
    try log.finish(at: seconds * 1_000_000_000)
    return (log.sink.bytes, truth)
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
