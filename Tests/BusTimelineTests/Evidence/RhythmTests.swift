import NinebotBus
import Testing

@testable import BusTimeline

/// The order of the BLE module's frames: here four `65` and a `64` make a round.
@Suite struct HeartbeatPatternTests {
  /// What a round is made of: `l` a lever frame, `r` a request, `x` something spoiled. Numbers of requests count from 0.
  private static func ratios(_ round: String, after rounds: Int = 8) -> [Float] {
    var pattern = HeartbeatPattern()
    var clear: [ClearRhythm] = []
    // The first one may have begun before the recording.
    for _ in 0...rounds {
      for _ in 0..<4 { pattern.lever() }
      pattern.poll(into: &clear)
    }
    var id: Int64 = 0
    for letter in round {
      switch letter {
      case "l": pattern.lever()
      case "x": pattern.damage()
      default:
        pattern.request(id)
        id += 1
      }
    }
    pattern.poll(into: &clear)
    #expect(clear.map(\.id) == Array(0..<id))
    return clear.map { if case .pattern(let ratio) = $0.rhythm { ratio } else { .nan } }
  }

  @Test(arguments: [
    // In the middle of a whole round: foreign. In place of a lever frame: the module's own.
    ("llrll", [Float(2.5)]), ("rllll", [2.5]), ("lllr", [-2.5]), ("llr", [-2.5]),
    // Right before the 64 of a whole round either can be.
    ("llllr", [0]),
    // Not in the place that was left out, and two for one place.
    ("lrll", [0]), ("lllrr", [0, 0]), ("lrllr", [0, -2.5]), ("rlrlll", [2.5, 2.5]),
    // A frame of the round may be among what was spoiled.
    ("llxrll", [0]), ("lllrx", [0]),
    // Longer than a round.
    ("lllrll", [2.5]),
  ])
  func requestsTakeAPlaceOrNot(_ round: String, _ expected: [Float]) {
    #expect(Self.ratios(round) == expected)
  }

  @Test(arguments: [(0, Float(0)), (2, 0), (3, 2.5), (20, 2.5)])
  func fewRoundsTellNothing(_ rounds: Int, _ expected: Float) {
    #expect(Self.ratios("llrll", after: rounds) == [expected])
  }

  /// A flood of requests in a round that does not end stays bounded, and the newest are kept.
  @Test func aRoundThatNeverEndsIsBounded() {
    var pattern = HeartbeatPattern()
    for id in 0..<1000 as Range<Int64> {
      pattern.request(id)
      pattern.lever()
    }
    var clear: [ClearRhythm] = []
    pattern.poll(into: &clear)
    #expect(clear.map(\.id) == Array(968..<1000))
  }
}

/// The BLE module's slots: here 20 ms.
@Suite struct SlotClockTests {
  private static func milliseconds(_ time: Double) -> TimeBounds { TimeBounds(Int64(time * 1_000_000), error: 1000) }

  /// What the heartbeat `next` milliseconds after the last one says of requests between them.
  private static func ratios(
    _ requests: [Double], next: Double, slot: Double = 20, beats: Int = 20, isDamaged: Bool = false
  ) -> [Float] {
    var clock = SlotClock(slot: nil)
    var clear: [ClearRhythm] = []
    for beat in 0..<beats { clock.beat(milliseconds(Double(beat) * slot), into: &clear) }
    let last = Double(beats - 1) * slot
    for (id, request) in requests.enumerated() { clock.request(Int64(id), milliseconds(last + request)) }
    if isDamaged { clock.damage() }
    clock.beat(milliseconds(last + next), into: &clear)
    return clear.map { if case .slot(let ratio) = $0.rhythm { ratio } else { .nan } }
  }

  /// Requests, the next heartbeat, both in milliseconds after the last one; then bounds of what that says.
  @Test(arguments: [
    // There was no room for one of the module's own.
    ([3.0], 20.0, [Float(4)...Float(4)]), ([15.0], 20.0, [4...4]),
    // It took the slot.
    ([20.0], 40.0, [-4...(-2)]), ([20.5], 40.5, [-4...(-2)]), ([40.0], 60.0, [-4...(-2)]),
    // There was room, and it came at no slot.
    ([7.0], 40.0, [1...4]), ([30.0], 40.0, [1...4]),
    // One slot, two requests: the one in its place is likelier the module's.
    ([7.0, 20.0], 40.0, [1...4, -4...0]),
  ])
  func requestsTakeASlotOrComeInAddition(_ requests: [Double], _ next: Double, _ expected: [ClosedRange<Float>]) {
    let ratios = Self.ratios(requests, next: next)
    #expect(ratios.count == expected.count)
    for (ratio, bounds) in zip(ratios, expected) { #expect(bounds.contains(ratio), "\(ratio)") }
  }

  /// A heartbeat may be among what was spoiled, so room for a request proves less.
  @Test func damageMakesItLessSure() throws {
    let whole = try #require(Self.ratios([20], next: 40).first)
    let damaged = try #require(Self.ratios([20], next: 40, isDamaged: true).first)
    #expect(damaged > whole)
  }

  @Test func nothingIsSaidBeforeTheSlotIsKnownAndAcrossSilence() {
    #expect(Self.ratios([3], next: 20, beats: 1).isEmpty)
    #expect(Self.ratios([3], next: 20, beats: 5).isEmpty)
    #expect(Self.ratios([3], next: 300).isEmpty)
    #expect(Self.ratios([], next: 20).isEmpty)
  }

  @Test(arguments: [14.0, 20, 26, 50])
  func theSlotIsLearnt(_ slot: Double) throws {
    #expect(try #require(Self.ratios([slot * 0.3], next: slot, slot: slot, beats: 60).first) > 2)
    #expect(try #require(Self.ratios([slot], next: 2 * slot, slot: slot, beats: 60).first) < -1)
  }

  @Test func aHeartbeatThatNeverComesIsBounded() {
    let ratios = Self.ratios((0..<500).map { Double($0) * 0.1 }, next: 60)
    #expect(ratios.count == 16)
    #expect(ratios.allSatisfy { abs($0) <= 4 })
  }
}
