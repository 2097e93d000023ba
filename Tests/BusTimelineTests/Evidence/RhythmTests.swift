import NinebotBus
import ScooterSim
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
    // Longer than a round: a 64 between two was lost.
    ("lllrll", [0]),
  ])
  func requestsTakeAPlaceOrNot(_ round: String, _ expected: [Float]) {
    #expect(Self.ratios(round) == expected)
  }

  @Test(arguments: [(0, Float(0)), (2, 0), (3, 2.5), (20, 2.5)])
  func fewRoundsTellNothing(_ rounds: Int, _ expected: Float) {
    #expect(Self.ratios("llrll", after: rounds) == [expected])
  }

  /// A round tells how many slots it took only where it was a usual one, requests in it or not.
  @Test(arguments: [("llll", Int?(5)), ("llrll", 5), ("lllr", nil), ("lll", nil), ("llxll", nil), ("lllll", nil)])
  func aUsualRoundTellsItsSlots(_ round: String, _ expected: Int?) {
    #expect(Self.pattern(round).slots == expected)
  }

  /// What came right before the 64 may have taken a slot after the last 65. Where that is so in most rounds, a dash asks
  /// behind each 65, and only more than usual makes the round longer.
  @Test(arguments: [
    ("llll", "llllr", Int?.none), ("llll", "llrll", 5), ("lrllrlr", "lrllrlr", 5), ("llllr", "llllrr", nil),
    ("llllr", "llll", 5),
  ])
  func aRoundThatARequestMayHaveStretchedTellsNoSlots(_ usual: String, _ round: String, _ expected: Int?) {
    #expect(Self.pattern(round, after: 20, usual: usual).slots == expected)
  }

  /// On a noisy wire short rounds come through, and they are short since a request ended them: they are not the usual ones.
  @Test func whatNoiseLeavesIsNoUsualRound() {
    let rounds = Array(repeating: "lxlll", count: 20) + Array(repeating: "r", count: 12)
    #expect(Self.pattern(of: rounds).slots == nil)
  }

  @Test func theFirstRoundsTellNoSlots() {
    #expect(Self.pattern("llll", after: 1).slots == nil)
  }

  private static func pattern(_ round: String, after rounds: Int = 8, usual: String = "llll") -> HeartbeatPattern {
    pattern(of: Array(repeating: usual, count: rounds + 1) + [round])
  }

  private static func pattern(of rounds: [String]) -> HeartbeatPattern {
    var pattern = HeartbeatPattern()
    var clear: [ClearRhythm] = []
    for turn in rounds {
      for letter in turn {
        switch letter {
        case "l": pattern.lever()
        case "x": pattern.damage()
        default: pattern.request(0)
        }
      }
      pattern.poll(into: &clear)
    }
    return pattern
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
    _ requests: [Double], next: Double, slot: Double = 20, beats: Int = 20, damages: [Double] = []
  ) -> [Float] {
    var clock = SlotClock(slot: nil)
    var clear: [ClearRhythm] = []
    for beat in 0..<beats { clock.beat(milliseconds(Double(beat) * slot), endsRound: false, into: &clear) }
    let last = Double(beats - 1) * slot
    for (id, request) in requests.enumerated() { clock.request(Int64(id), milliseconds(last + request), into: &clear) }
    for damage in damages { clock.damage(milliseconds(last + damage)) }
    clock.beat(milliseconds(last + next), endsRound: true, into: &clear)
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
    let damaged = try #require(Self.ratios([20], next: 40, damages: [20]).first)
    #expect(damaged > whole)
    // More damages than are looked at one by one: what comes behind counts as spoiled, what came before does not.
    let early = (0..<12).map { Double($0) }
    let late = early.map { 21 + $0 }
    #expect(try #require(Self.ratios([20], next: 40, damages: early).first) == damaged)
    #expect(try #require(Self.ratios([20], next: 80, damages: late).first) < damaged)
  }

  /// Milliseconds between requests, the next heartbeat, and bounds of what all of them are told.
  @Test(arguments: [
    // Ten slots, 66 requests: whichever are the module's, five of six are not.
    (3.0, 200.0, Float(1.5)...Float(4)), (1.0, 200.0, 2.7...4),
    // Behind a pause, too.
    (3.0, 1000.0, 1.5...4),
  ])
  func moreRequestsThanSlotsAreMostlyForeign(_ distance: Double, _ next: Double, _ expected: ClosedRange<Float>) {
    let requests = Array(stride(from: distance, to: next, by: distance))
    let ratios = Self.ratios(requests, next: next)
    #expect(ratios.count == requests.count)
    #expect(ratios.allSatisfy { expected.contains($0) }, "\(ratios)")
  }

  @Test("as many as there are slots, or nearly twice as many, tell nothing", arguments: [20.0, 11])
  func noCrowd(_ distance: Double) {
    #expect(Self.ratios(Array(stride(from: distance, to: 1000, by: distance)), next: 1000).isEmpty)
  }

  /// Each of many requests is as likely the one that was in its place by chance.
  @Test func amongManyOneInItsPlaceProvesLess() throws {
    let alone = try #require(Self.ratios([20], next: 40, damages: [20]).first)
    let many = Self.ratios([3, 6, 9, 12, 15, 20, 25, 28, 31, 34], next: 40, damages: [20])
    #expect(many.count == 10)
    #expect(many[5] > alone + 1)
    #expect(many.min() == many[5])
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

  /// Bounds of 9 ms to either side say nothing of one slot or two; that the times agree all the same does.
  @Test func timesThatAgreeTellMoreThanTheirBounds() throws {
    func ratio(_ request: Double, next: Double, scatter: Double) throws -> Float {
      var clock = SlotClock(slot: nil)
      var clear: [ClearRhythm] = []
      var random = SplitMix64(seed: 5)
      func time(_ milliseconds: Double) -> TimeBounds {
        let noise = scatter > 0 ? random.uniform(-scatter...scatter) : 0
        return TimeBounds(Int64((milliseconds + noise) * 1_000_000), error: 9_000_000)
      }
      for beat in 0..<200 { clock.beat(time(Double(beat) * 20), endsRound: false, into: &clear) }
      clock.request(0, TimeBounds(Int64((3980 + request) * 1_000_000), error: 9_000_000), into: &clear)
      clock.beat(TimeBounds(Int64((3980 + next) * 1_000_000), error: 9_000_000), endsRound: true, into: &clear)
      guard case .slot(let ratio) = try #require(clear.first).rhythm else { return .nan }
      return ratio
    }
    #expect(try ratio(7, next: 40, scatter: 0.3) > 2)
    #expect(try ratio(20, next: 40, scatter: 0.3) < -2)
    // Where they do not agree, less is certain.
    #expect(try ratio(7, next: 40, scatter: 9) < ratio(7, next: 40, scatter: 0.3) - 1)
  }

  /// An adapter's timer, which hands on every 16 ms what came: when a frame began that is in the packet of `time`.
  private static func packet(_ time: Double, _ timer: Double = 16, phase: Double = 0) -> TimeBounds {
    let end = ((time - phase) / timer).rounded(.up) * timer + phase
    return TimeBounds(earliest: Int64((end - timer) * 1_000_000), latest: Int64(end * 1_000_000))
  }

  /// Gaps are 16 or 32 ms then, and the mean of those near a slot is none.
  @Test(arguments: [20.0, 19.86, 16.6, 17.7, 24, 33])
  func roundsTellTheSlotWhereGapsDoNot(_ slot: Double) {
    var clock = SlotClock(slot: nil)
    var clear: [ClearRhythm] = []
    for beat in 0..<1000 {
      let time = Self.packet(Double(beat) * slot)
      clock.beat(time, endsRound: beat % 5 == 0, into: &clear)
      if beat % 5 == 0 { clock.poll(time, slots: 5) }
    }
    #expect(abs(Double(clock.length) / 1_000_000 - slot) < 0.15, "\(clock.length)")
  }

  /// A device that asks right behind heartbeats, and one whose request takes a slot now and then: each heartbeat and
  /// request is only known to be in a packet of 16 ms, all of them together tell who it was.
  @Test(arguments: [0.0, 3.1, 7.7, 12.9])
  func manyHeartbeatsTellWhereSlotsAre(_ phase: Double) {
    let slot = 19.86
    var clock = SlotClock(slot: nil)
    var clear: [ClearRhythm] = []
    var takes: [Bool] = []
    var random = SplitMix64(seed: 9)
    for beat in 0..<4000 {
      let start = 100 + Double(beat) * slot + random.uniform(-0.02...0.02) + (beat % 11 == 0 ? 1.1 : 0)
      if beat % 7 == 3 {
        clock.request(Int64(takes.count), Self.packet(start, phase: phase), into: &clear)
        takes.append(true)
      } else {
        let time = Self.packet(start, phase: phase)
        clock.beat(time, endsRound: beat % 5 == 0, into: &clear)
        if beat % 5 == 0 { clock.poll(time, slots: beat % 35 != 5 ? 5 : nil) }
        guard beat % 3 == 1 else { continue }
        clock.request(Int64(takes.count), Self.packet(start + 1.4, phase: phase), into: &clear)
        takes.append(false)
      }
    }
    let late = clear.filter { $0.id > 300 }
    #expect(late.count > 1200)
    let right = late.count {
      guard case .slot(let ratio) = $0.rhythm else { return false }
      return takes[Int($0.id)] ? ratio < -1 : ratio > 1
    }
    let wrong = late.count {
      guard case .slot(let ratio) = $0.rhythm else { return false }
      return takes[Int($0.id)] ? ratio > 2 : ratio < -2
    }
    #expect(right * 100 > late.count * 97, "\(right) of \(late.count)")
    #expect(wrong * 1000 < late.count * 2, "\(wrong) of \(late.count)")
  }

  /// After a pause the module's slots start anew, anywhere.
  @Test func slotsThatStartAnewAreFoundAgain() throws {
    var clock = SlotClock(slot: nil)
    var clear: [ClearRhythm] = []
    for start in [0.0, 5007.3, 9011.9] {
      for beat in 0..<200 {
        clock.beat(Self.packet(start + Double(beat) * 19.86), endsRound: beat % 5 == 0, into: &clear)
      }
    }
    let last = 9011.9 + 199 * 19.86
    clock.request(0, Self.packet(last + 1.5), into: &clear)
    clock.request(1, Self.packet(last + 19.86), into: &clear)
    clock.beat(Self.packet(last + 39.72), endsRound: true, into: &clear)
    let ratios = clear.map { if case .slot(let ratio) = $0.rhythm { ratio } else { Float.nan } }
    #expect(try #require(ratios.first) > 0.5)
    #expect(try #require(ratios.last) < -0.5)
  }

  /// What waits is told when there is no more room for it.
  @Test func aHeartbeatThatNeverComesIsBounded() {
    var clock = SlotClock(slot: nil)
    var clear: [ClearRhythm] = []
    for beat in 0..<20 { clock.beat(Self.milliseconds(Double(beat) * 20), endsRound: false, into: &clear) }
    for id in 0..<500 { clock.request(Int64(id), Self.milliseconds(380 + Double(id) * 0.1), into: &clear) }
    #expect(clear.map(\.id) == Array(0..<484))
  }
}

/// How far times scatter inside their bounds, which here are 9 ms to either side.
@Suite struct TimeScatterTests {
  private static let bounds: Float = 9_000_000

  private static func learnt(_ deviations: [Float]) -> TimeScatter {
    var scatter = TimeScatter()
    for deviation in deviations { scatter.learn(deviation, within: bounds) }
    return scatter
  }

  /// Deviations in turn, how often; what one sigma is then, in milliseconds.
  @Test(arguments: [
    // Few tell nothing: anywhere inside the bounds.
    ([Float(300_000)], 7, Float(5.1)...5.3), ([300_000, -300_000], 100, 0.29...0.31),
    // It is never more than that.
    ([20_000_000, -20_000_000], 100, 5.1...5.3),
  ])
  func heartbeatsTellTheScatter(_ deviations: [Float], _ times: Int, _ expected: ClosedRange<Float>) {
    let scatter = Self.learnt((0..<times).flatMap { _ in deviations })
    let sigma = scatter.sigma(within: Self.bounds) / 1_000_000
    #expect(expected.contains(sigma), "\(sigma)")
    // Twice as wide bounds, as of a late delivery, twice the scatter.
    #expect(abs(scatter.sigma(within: 2 * Self.bounds) - 2 * scatter.sigma(within: Self.bounds)) < 1)
  }

  @Test func aTapThatGetsWorseIsSeen() {
    let scatter = Self.learnt(Array(repeating: 300_000, count: 1000) + Array(repeating: 4_000_000, count: 1000))
    #expect(scatter.sigma(within: Self.bounds) > 3_800_000)
  }

  /// Times of packets are anywhere in them: two that are 16 ms wide differ by 6.5 ms as a rule. What the module itself
  /// does to its heartbeats is not the tap's.
  @Test(arguments: [(Float(6_530_000), Float(7.8)...8.2), (280_000, 0...0.1), (600_000, 0.5...0.7)])
  func deviationsOfTwoTellTheWidthOfOne(_ deviation: Float, _ expected: ClosedRange<Float>) {
    var scatter = TimeScatter()
    #expect(scatter.halfWidth(within: 9_000_000) == 9_000_000)
    for _ in 0..<100 { scatter.learn(deviation, within: 18_000_000) }
    let width = scatter.halfWidth(within: 9_000_000) / 1_000_000
    #expect(expected.contains(width), "\(width)")
  }

  @Test func exactTimesHaveNoScatter() {
    var scatter = TimeScatter()
    for _ in 0..<100 { scatter.learn(50_000, within: 0) }
    #expect(scatter.sigma(within: 0) == 0)
  }
}
