import ScooterSim
import Testing

@testable import BusTimeline

@Suite struct WaitingFramesTests {
  /// The same queue, without the ring: each entry's tap and bytes.
  private struct Model {
    var entries: [(tap: Int, bytes: [UInt8])] = []
    var first: Int64 = 0
  }

  private static func expectSame(_ frames: inout WaitingFrames, _ model: Model) {
    #expect(frames.first == model.first)
    #expect(frames.count == model.entries.count)
    #expect(frames.isEmpty == model.entries.isEmpty)
    #expect(frames.end == model.first + Int64(model.entries.count))
    for (index, entry) in model.entries.enumerated() {
      #expect(frames[model.first + Int64(index)].tap == entry.tap)
    }
    if let entry = model.entries.first { #expect(Array(frames.bytes[frames.firstBytes]) == entry.bytes) }
    var seen: [(tap: Int, bytes: [UInt8])] = []
    frames.forEach { observation, bytes in
      seen.append((observation.tap, bytes.withUnsafeBufferPointer { Array($0) }))
    }
    #expect(seen.map(\.tap) == model.entries.map(\.tap))
    #expect(seen.map(\.bytes) == model.entries.map(\.bytes))
  }

  private static func append(_ count: Int, tap: Int, to frames: inout WaitingFrames, _ model: inout Model) {
    // The ends differ from the middle, so that a shift shows.
    var bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: tap &* 3), count: count)
    if count > 0 { (bytes[count - 1], bytes[0]) = (bytes[0] &+ 1, bytes[0] &+ 2) }
    let one = EvidenceBench.observed(.request, bytes: Int32(count))
    frames.append(one.event, tap: tap, one.reading, one.claim, one.measurement, bytes: bytes.span)
    let number = frames.end - 1
    // Nothing is left of what was in that place before.
    #expect(!frames[number].isAssessed && frames[number].slot == 0 && frames[number].pattern == 0)
    (frames[number].isAssessed, frames[number].slot, frames[number].pattern) = (true, 1, 2)
    model.entries.append((tap, bytes))
  }

  /// The queue grows and shrinks; lengths up to `longest` make the ring or the bytes grow, or wander.
  @Test(arguments: [(1, 9, 0.5), (2, 9, 0.7), (3, 300, 0.6), (4, 40_000, 0.6), (5, 0, 0.6), (6, 70_000, 0.3)])
  func orderNumbersAndBytesAreKept(_ seed: Int, _ longest: Int, _ growth: Double) {
    var draws = SplitMix64(seed: UInt64(seed))
    var frames = WaitingFrames()
    var model = Model()
    for step in 0..<600 {
      if Double.random(in: 0..<1, using: &draws) < growth {
        Self.append(Int.random(in: 0...longest, using: &draws), tap: step, to: &frames, &model)
      } else if !model.entries.isEmpty {
        frames.removeFirst()
        model.entries.removeFirst()
        model.first += 1
      }
      if step % 60 == 59 { Self.expectSame(&frames, model) }
    }
    while !model.entries.isEmpty {
      #expect(Array(frames.bytes[frames.firstBytes]) == model.entries[0].bytes)
      frames.removeFirst()
      model.entries.removeFirst()
      model.first += 1
    }
    Self.expectSame(&frames, model)
  }

  @Test func entriesAreChangedInPlace() {
    var frames = WaitingFrames()
    var model = Model()
    for tap in 0..<100 { Self.append(3, tap: tap, to: &frames, &model) }
    frames[70].slot = 2.5
    frames.forEach { observation, _ in if observation.tap == 71 { observation.pattern = -1 } }
    // The ring grows once more.
    for tap in 100..<400 { Self.append(3, tap: tap, to: &frames, &model) }
    #expect(frames[70].slot == 2.5)
    #expect(frames[71].pattern == -1)
    #expect(frames[72].slot == 1)
    Self.expectSame(&frames, model)
  }

  /// A bus that never rests: the room stays as large as what waits at once.
  @Test func bytesDoNotPileUp() {
    var frames = WaitingFrames()
    var model = Model()
    for tap in 0..<50_000 {
      Self.append(9, tap: tap, to: &frames, &model)
      guard model.entries.count > 20 else { continue }
      frames.removeFirst()
      model.entries.removeFirst()
      model.first += 1
    }
    #expect(frames.bytes.count <= 1 << 17)
    Self.expectSame(&frames, model)
  }
}
