import NinebotBus
import ScooterSim
import Testing

@testable import BusTimeline

@Suite struct WaitingFramesTests {
  /// The same queue, without batches: each entry's tap and bytes.
  private struct Model {
    var entries: [(tap: Int, bytes: [UInt8])] = []
    var first: Int64 = 0
  }

  private static func expectSame(_ frames: inout WaitingFrames, _ model: Model) {
    #expect(frames.first == model.first)
    #expect(frames.count == model.entries.count)
    #expect(frames.isEmpty == model.entries.isEmpty)
    #expect(frames.end == model.first + Int64(model.entries.count))
    #expect(frames.byteCount == model.entries.reduce(0) { $0 + $1.bytes.count })
    for (index, entry) in model.entries.enumerated() {
      #expect(frames[model.first + Int64(index)].tap == entry.tap)
    }
    var seen: [(tap: Int, bytes: [UInt8])] = []
    frames.forEach { observation, bytes in seen.append((observation.tap, array(bytes))) }
    #expect(seen.map(\.tap) == model.entries.map(\.tap))
    #expect(seen.map(\.bytes) == model.entries.map(\.bytes))
  }

  private static func array(_ bytes: Span<UInt8>) -> [UInt8] { bytes.withUnsafeBufferPointer { Array($0) } }

  /// The ends differ from the middle, so that a shift shows.
  private static func bytes(_ count: Int, tap: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: tap &* 3), count: count)
    if count > 0 { (bytes[count - 1], bytes[0]) = (bytes[0] &+ 1, bytes[0] &+ 2) }
    return bytes
  }

  private static func append(_ count: Int, tap: Int, to frames: inout WaitingFrames, _ model: inout Model) {
    let bytes = bytes(count, tap: tap)
    let one = EvidenceBench.observed(.request, bytes: Int32(count))
    frames.append(one.event, tap: tap, one.reading, one.claim, one.measurement, bytes: bytes.span)
    let number = frames.end - 1
    // Nothing is left of what was in that place before.
    #expect(!frames[number].isAssessed && frames[number].slot == 0 && frames[number].pattern == 0)
    (frames[number].isAssessed, frames[number].slot, frames[number].pattern) = (true, 1, 2)
    model.entries.append((tap, bytes))
  }

  /// Decides so many of the first batch, as many as there are.
  private static func decide(_ most: Int, of frames: inout WaitingFrames, _ model: inout Model, comeOneByOne: Bool) {
    guard !frames.isEmpty else { return }
    var front = frames.takeFront()
    for _ in 0..<min(most, front.events.count - front.row) {
      #expect(front.number == model.first)
      let entry = model.entries.removeFirst()
      let count = Int(front.events.rows[front.row].event.count)
      let bytes = Array(front.events.bytes.storage[front.byte..<(front.byte + count)])
      #expect(front.events.rows[front.row].tap == entry.tap && bytes == entry.bytes)
      front.row += 1
      front.number += 1
      front.byte += count
      model.first += 1
    }
    if comeOneByOne {
      if front.isDecided, front.isFull { frames.reuse(front) } else { frames.putBack(front) }
    } else {
      if front.isDecided { frames.letGo(front) } else { frames.putBack(front) }
    }
  }

  /// The queue grows and shrinks; lengths up to `longest` make bytes grow.
  @Test(arguments: [(1, 9, 0.5), (2, 9, 0.7), (3, 300, 0.6), (4, 40_000, 0.6), (5, 0, 0.6), (6, 70_000, 0.3)])
  func orderNumbersAndBytesAreKept(_ seed: Int, _ longest: Int, _ growth: Double) {
    var draws = SplitMix64(seed: UInt64(seed))
    var frames = WaitingFrames()
    var model = Model()
    for step in 0..<1500 {
      if Double.random(in: 0..<1, using: &draws) < growth {
        Self.append(Int.random(in: 0...longest, using: &draws), tap: step, to: &frames, &model)
      } else {
        Self.decide(Int.random(in: 1...3, using: &draws), of: &frames, &model, comeOneByOne: true)
      }
      if step % 150 == 149 { Self.expectSame(&frames, model) }
    }
    while !model.entries.isEmpty { Self.decide(9, of: &frames, &model, comeOneByOne: true) }
    Self.expectSame(&frames, model)
  }

  /// Batches of any size, whose entries arrive one by one and are decided in between.
  @Test(arguments: 1...4)
  func batches(_ seed: Int) {
    var draws = SplitMix64(seed: UInt64(seed))
    var frames = WaitingFrames()
    var model = Model()
    var tap = 0
    for _ in 0..<60 {
      var batch = ObservedEvents(room: 4)
      let added = (0..<Int.random(in: 1...40, using: &draws)).map { index in
        (tap: tap + index, bytes: Self.bytes(Int.random(in: 0...12, using: &draws), tap: tap + index))
      }
      tap += added.count
      for entry in added {
        let one = EvidenceBench.observed(.request, bytes: Int32(entry.bytes.count))
        batch.append(one.event, tap: entry.tap, bytes: entry.bytes.span, one.reading, one.claim, one.measurement)
      }
      frames.add(batch)
      for entry in added {
        #expect(frames.arriving.tap == entry.tap)
        frames.arrived(entry.bytes.count)
        model.entries.append(entry)
        // As long as not all of the last batch has come, something of it stays.
        if model.entries.count > 50 { Self.decide(7, of: &frames, &model, comeOneByOne: false) }
      }
      Self.expectSame(&frames, model)
    }
    while !model.entries.isEmpty { Self.decide(9, of: &frames, &model, comeOneByOne: false) }
    Self.expectSame(&frames, model)
  }

  @Test func entriesAreChangedInPlace() {
    var frames = WaitingFrames()
    var model = Model()
    for tap in 0..<100 { Self.append(3, tap: tap, to: &frames, &model) }
    frames[70].slot = 2.5
    frames.forEach { observation, _ in if observation.tap == 71 { observation.pattern = -1 } }
    // More batches come behind.
    for tap in 100..<800 { Self.append(3, tap: tap, to: &frames, &model) }
    frames[300].slot = 4
    #expect(frames[70].slot == 2.5)
    #expect(frames[71].pattern == -1)
    #expect(frames[72].slot == 1)
    #expect(frames[300].slot == 4)
    Self.expectSame(&frames, model)
  }

  /// A bus that never rests: batches that are decided go, and their room is used again.
  @Test func nothingPilesUp() {
    var frames = WaitingFrames()
    var model = Model()
    for tap in 0..<50_000 {
      Self.append(9, tap: tap, to: &frames, &model)
      if model.entries.count > 20 { Self.decide(1, of: &frames, &model, comeOneByOne: true) }
    }
    #expect(frames.batchCount <= 2)
    Self.expectSame(&frames, model)
  }
}
