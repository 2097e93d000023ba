import NinebotBus
import Testing

@testable import BusTimeline

@Suite struct PollingHabitsTests {
  private static let dash = Candidate.firstDash

  /// Each register so many times.
  private static func readings(_ registers: [UInt8], times: Int = 1) -> [FrameReading] {
    (0..<times).flatMap { _ in registers.map { EvidenceBench.reading($0) } }
  }

  private static func learnt(_ readings: [FrameReading]) -> PollingHabits {
    var habits = PollingHabits()
    for reading in readings { habits.learn(reading, dash) }
    return habits
  }

  /// Learnt of a dash, seen, whether that is another device's.
  @Test(arguments: [
    // What it always asks for, all of it or a part.
    (readings([0x3A, 0xB0], times: 50), readings([0x3A, 0xB0], times: 10), false),
    (readings([0x3A, 0xB0], times: 50), readings([0x3A], times: 4), false),
    // Something else altogether, often and once.
    (readings([0x3A, 0xB0], times: 50), readings([0x40], times: 8), true),
    (readings([0x3A, 0xB0], times: 50), readings([0x40]), false),
    // Among other things.
    (readings([0x3A, 0xB0], times: 50), readings([0x3A, 0x40], times: 8), true),
    // One of many, over and over.
    (readings([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], times: 10), readings([1], times: 12), true),
    // Nothing seen, and nothing known.
    (readings([0x3A, 0xB0], times: 50), [], false), ([], readings([0x3A], times: 2), false),
  ])
  func requestsAreUnlikeWhatADeviceAsksFor(_ known: [FrameReading], _ seen: [FrameReading], _ expected: Bool) {
    #expect(Self.learnt(known).areUnlike(seen, Self.dash) == expected)
  }

  /// Two groups of requests, whether one device makes both.
  @Test(arguments: [
    (readings([0x3A, 0xB0], times: 60), readings([0x3A, 0xB0], times: 20), false),
    (readings([0x3A, 0xB0], times: 60), readings([0xB0, 0x7B], times: 20), true),
    // Too few to say.
    (readings([0x3A, 0xB0], times: 60), readings([0x7B]), false), (readings([0x3A], times: 60), [], false),
  ])
  func groupsOfOneDeviceAreAlike(_ first: [FrameReading], _ second: [FrameReading], _ expected: Bool) {
    func requests(_ numbers: (Int, Int)) -> [(reading: FrameReading, group: Int)] {
      first.map { ($0, numbers.0) } + second.map { ($0, numbers.1) }
    }
    #expect(PollingHabits.areUnlike(requests((0, 1)), earlier: 0) == expected)
    #expect(PollingHabits.areUnlike(requests((1, 0)), earlier: 0) == expected)
    #expect(!PollingHabits.areUnlike(requests((0, 1)), earlier: 1_000_000_000) || expected)
  }

  @Test func theOrderDoesNotMatter() {
    let habits = Self.learnt(Self.readings([0x3A, 0xB0], times: 50))
    let seen = Self.readings([0x3A, 0x40, 0x41], times: 5)
    #expect(habits.areUnlike(seen, Self.dash) == habits.areUnlike(seen.reversed(), Self.dash))
  }

  @Test func sharesAreOfEachDevice() {
    var habits = Self.learnt(Self.readings([0x3A], times: 100))
    for reading in Self.readings([0x10], times: 100) { habits.learn(reading, Candidate.ble) }
    let row = habits.row(of: EvidenceBench.reading(0x3A))
    #expect(habits.share(row, Self.dash) > 0.9)
    #expect(habits.share(row, Candidate.ble) < 0.01)
    #expect(habits.row(of: EvidenceBench.reading(0x3A, asked: 4)) == nil)
    #expect(habits.share(nil, Self.dash) > 0)
    #expect(habits.requests(of: Self.dash) == 100)
    #expect(habits.requests(of: Self.dash + 1) == 0)
  }

  /// A device that changes what it asks for is known by the new.
  @Test func oldHabitsFade() {
    var habits = Self.learnt(Self.readings([0x3A], times: 5000))
    #expect(habits.requests(of: Self.dash) <= 512)
    for reading in Self.readings([0xB0], times: 1500) { habits.learn(reading, Self.dash) }
    #expect(habits.share(habits.row(of: EvidenceBench.reading(0xB0)), Self.dash) > 0.8)
  }

  /// More kinds than there is room for: what is known stays right, and what has no room is nobody's.
  @Test func kindsAreBounded() {
    var habits = PollingHabits()
    for asked in 0..<4 as Range<UInt8> {
      for register in 0...255 as ClosedRange<UInt8> {
        habits.learn(EvidenceBench.reading(register, asked: asked), Self.dash)
      }
    }
    var rows: Set<Int> = []
    for register in 0...255 as ClosedRange<UInt8> {
      if let row = habits.row(of: EvidenceBench.reading(register, asked: 0)) { rows.insert(row) }
      #expect(habits.row(of: EvidenceBench.reading(register, asked: 3)) == nil)
    }
    #expect(rows.count == 256)
  }
}
