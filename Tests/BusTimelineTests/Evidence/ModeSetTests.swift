import Foundation
import ScooterSim
import Testing

@testable import BusTimeline

@Suite struct ModeSetTests {
  private static func learnt(_ values: [Float], modes: Int = 4) -> ModeSet {
    var set = ModeSet(range: 0...100, leastSpread: 0.5, modes: modes)
    for value in values { set.learn(value, spread: 0.1) }
    return set
  }

  private static func repeated(_ values: Float..., times: Int) -> [Float] { (0..<times).flatMap { _ in values } }

  @Test func whatLearntNothingSaysNothing() {
    let set = Self.learnt([])
    #expect(set.advantage(of: 50, spread: 0.1) == 0)
    #expect(!set.fits(50, spread: 0.1))
    #expect(set.summary.isEmpty)
  }

  /// Learnt, asked for, whether it fits.
  @Test(arguments: [
    (repeated(50, times: 20), Float(50), true), (repeated(50, times: 20), 51, true),
    (repeated(50, times: 20), 53, false), (repeated(20, 80, times: 20), 80, true),
    (repeated(20, 80, times: 20), 50, false), (repeated(10, 30, 50, 70, times: 20), 70, true),
  ])
  func whatFitsIsLikelierThanByChance(_ values: [Float], _ asked: Float, _ fits: Bool) {
    let set = Self.learnt(values)
    #expect(set.fits(asked, spread: 0.1) == fits)
    let advantage = set.advantage(of: asked, spread: 0.1)
    #expect(fits ? advantage > 1 : advantage < -4)
  }

  @Test func modesComeHeaviestFirst() {
    let summary = Self.learnt(Self.repeated(20, 80, 80, times: 30)).summary
    #expect(summary.map { $0.mean.rounded() } == [80, 20])
    #expect(abs(summary[0].share - 2 / 3) < 0.01)
    #expect(abs(summary[1].share - 1 / 3) < 0.01)
  }

  @Test func aSingleValueIsAGuess() {
    let advantages = [1, 4, 64].map { Self.learnt(Self.repeated(50, times: $0)).advantage(of: 50, spread: 0.1) }
    #expect(advantages == advantages.sorted())
    #expect(advantages[0] < advantages[2] - 0.5)
  }

  /// However much was learnt, what fits none is as seldom as the floor and no seldomer.
  @Test(arguments: [Float(0.01), 0.1, 0.5])
  func theFloorIsTheLeast(_ floor: Float) {
    let set = Self.learnt(Self.repeated(50, times: 500))
    #expect(abs(set.advantage(of: 5, spread: 0.1, leastFloor: floor) - Float(log(Double(floor)))) < 0.01)
  }

  @Test func whatFitsNothingRaisesTheFloor() {
    let clean = Self.learnt(Self.repeated(50, times: 100), modes: 1)
    var noisy = clean
    for value in 0..<40 { noisy.learn(Float(value), spread: 0.1) }
    #expect(noisy.advantage(of: 90, spread: 0.1) > clean.advantage(of: 90, spread: 0.1) + 1)
  }

  /// One stray must not keep a place that a mode needs.
  @Test func aStrayMakesRoom() {
    var set = Self.learnt(Self.repeated(50, times: 20) + [3], modes: 2)
    for _ in 0..<20 { set.learn(80, spread: 0.1) }
    #expect(set.fits(50, spread: 0.1))
    #expect(set.fits(80, spread: 0.1))
    #expect(set.summary.count == 2)
  }

  /// A clock drifts with temperature, and stays the same mode.
  @Test func aModeFollowsDrift() {
    let set = Self.learnt((0..<5000).map { 40 + Float($0) * 0.002 })
    #expect(set.summary.count == 1)
    #expect(set.fits(50, spread: 0.1))
    #expect(!set.fits(40, spread: 0.1))
  }

  @Test func pausesDoNotShapeAMode() {
    var set = Self.learnt(Self.repeated(50, times: 50))
    for _ in 0..<50 { set.learn(70, spread: 0.1, hasTail: true) }
    #expect(set.summary.count == 1)
    // A pause can lengthen a value and never shorten it.
    #expect(set.advantage(of: 60, spread: 0.1, hasTail: true) > set.advantage(of: 60, spread: 0.1) + 3)
    #expect(set.advantage(of: 40, spread: 0.1, hasTail: true) == set.advantage(of: 40, spread: 0.1))
  }

  /// A device that never pauses is not the sender of a frame that only a pause would explain.
  @Test func howManyValuesPausesLengthenIsLearnt() {
    func learnt(pauses: Bool) -> ModeSet {
      var set = ModeSet(range: 0...100, leastSpread: 0.5)
      for index in 0..<300 { set.learn(pauses && index % 3 == 2 ? 60 : 50, spread: 0.1, hasTail: true) }
      return set
    }
    let steady = learnt(pauses: false), pausing = learnt(pauses: true)
    let lead = { (value: Float) in
      pausing.advantage(of: value, spread: 0.1, hasTail: true) - steady.advantage(of: value, spread: 0.1, hasTail: true)
    }
    #expect(lead(60) > 1.5 && lead(60) < 3)
    #expect(lead(50) < 0 && lead(50) > -1)
  }

  /// It is a likelihood ratio against the uniform density: over the whole range its mean is 1, and less by what a
  /// few values leave open.
  @Test(arguments: 0..<20)
  func theDensityIsADensity(_ seed: Int) {
    var draws = SplitMix64(seed: UInt64(seed))
    let centres = (0..<(1 + seed % 6)).map { _ in Float.random(in: 10...90, using: &draws) }
    var set = ModeSet(range: 0...100, leastSpread: 0.5)
    for _ in 0..<400 {
      let centre = centres.randomElement(using: &draws) ?? 0
      set.learn(centre + Float.random(in: -2...2, using: &draws), spread: 0.1)
    }
    let step: Float = 0.05
    var sum: Float = 0
    for index in 0..<2000 {
      let advantage = set.advantage(of: Float(index) * step, spread: 0.1)
      #expect(advantage.isFinite)
      sum += Float(exp(Double(advantage)))
    }
    #expect((0.9...1.02).contains(sum / 2000), "\(sum / 2000)")
    #expect(set.summary.count <= 4)
  }
}
