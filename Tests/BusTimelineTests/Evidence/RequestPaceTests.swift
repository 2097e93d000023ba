import NinebotBus
import Testing

@testable import BusTimeline

/// When a device asks again, and what it asks then.
@Suite struct RequestPaceTests {
  private static let ms: Int64 = 1_000_000

  /// A dash that asks for kinds 0, 1 and 2 in turn, every 90 to 110 ms.
  private static func dash(requests: Int) -> (pace: RequestPace, last: Int64) {
    var pace = RequestPace()
    var time: Int64 = 0
    for number in 0..<requests {
      time += (90 + Int64(number * 7 % 21)) * ms
      pace.take(at: time, kind: number % 3, isSure: true)
    }
    return (pace, time)
  }

  @Test func saysNothingBeforeItKnowsEnough() {
    #expect(RequestPace().advantage(at: 5, kind: 0, share: 0.5) == 0)
    let (pace, last) = Self.dash(requests: 10)
    #expect(pace.advantage(at: last + 100 * Self.ms, kind: 1, share: 0.3) == 0)
  }

  /// After 201 requests the next is kind 0.
  @Test(arguments: [
    // Too soon for anything; due, and the right one; due, but another; late, and then it says little.
    (Int64(20), 0, -3.1...0), (100, 0, 1.5...6), (100, 1, -3...0), (100, 2, -3...0), (5000, 0, -1...2.5),
  ])
  func tellsWhatIsDue(after milliseconds: Int64, kind: Int, expected: ClosedRange<Float>) {
    let (pace, last) = Self.dash(requests: 201)
    let advantage = pace.advantage(at: last + milliseconds * Self.ms, kind: kind, share: 1.0 / 3)
    #expect(expected.contains(advantage), "\(advantage)")
  }

  /// Neither the time nor the order outweighs what else is known.
  @Test func isBounded() {
    let (pace, last) = Self.dash(requests: 5000)
    for milliseconds in [Int64(1), 20, 95, 105, 200, 100_000, 1_000_000_000] {
      for kind in [0, 1, 2, 9, 200] {
        let advantage = pace.advantage(at: last + milliseconds * Self.ms, kind: kind, share: 0.001)
        #expect(abs(advantage) <= 6)
      }
    }
    #expect(pace.advantage(at: last - 1, kind: 0, share: 0.3) == 0)
    #expect(pace.advantage(at: .max, kind: nil, share: 0.3).isFinite)
  }

  /// A dash that was told to ask in another order is followed.
  @Test func followsANewOrder() {
    var (pace, time) = Self.dash(requests: 1000)
    for number in 0..<1500 {
      time += 100 * Self.ms
      pace.take(at: time, kind: [0, 2, 1][number % 3], isSure: true)
    }
    let next = time + 100 * Self.ms
    #expect(pace.advantage(at: next, kind: 0, share: 0.3) > pace.advantage(at: next, kind: 2, share: 0.3) + 2)
  }

  /// What is not certain teaches nothing, but the next is counted from it.
  @Test func learnsFromCertainRequestsAlone() {
    var pace = RequestPace()
    for number in 0..<500 { pace.take(at: Int64(number) * 100 * Self.ms, kind: 0, isSure: number % 2 == 0) }
    #expect(pace.advantage(at: 500 * 100 * Self.ms, kind: 0, share: 1) == 0)
  }

  @Test func tellsKnownDevicesApartAndSpeaksForNoNewcomer() throws {
    var bench = EvidenceBench()
    var observation = EvidenceBench.observed(.request, register: 0x3A)
    observation.pace = SIMD4(-1, 2, 0, 0)
    #expect(bench.isSilent(PaceEvidence(), EvidenceBench.observed(.request, register: 0x3A)))
    try bench.meetDash()
    var scores = Scores()
    PaceEvidence().weigh(observation, on: bench.wire.beliefs, into: &scores)
    #expect(scores[Candidate.ble] == -1)
    #expect(scores[Candidate.firstDash] == 2)
    #expect(scores[Candidate.newcomer] == scores[Candidate.firstDash])
  }
}
