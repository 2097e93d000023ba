import BusTimeline
import BusTrials
import NinebotBus
import ScooterSim
import UartSniffer

/// How found collisions compare with those that happened.
struct CollisionScore {
  /// Overlaps that happened, and those that were found.
  var happened = 0
  var recalled = 0
  /// Collisions that were found, those that happened, and those whose named parties all took part.
  var found = 0
  var right = 0
  var partiesRight = 0
}

/// One scenario seen through one time quality: the collisions that were found held against the truth.
struct CollisionTrial {
  let run: ScenarioRun

  /// Runs until `frames` frames were sent on the line.
  func score(frames: Int, profile: Profile) -> CollisionScore {
    var comparison = run.play(frames: frames, profile: profile, into: CollisionComparison(tap: run.tap)) {
      truth, comparison in
      if truth.collided { comparison.expect(truth) }
    }
    return comparison.finish()
  }
}

/// Finds the overlap behind each collision and compares.
private struct CollisionComparison: AttributedEventSink {
  /// One overlap that happened.
  private struct Overlap {
    var start: Int64
    var end: Int64
    var parties: Set<String>
    var isFound = false
  }

  private var finder = CollisionFinder()
  private var collisions: [Collision] = []
  private var overlaps: [Overlap] = []

  init(tap: Tap) { finder.add(taps: [tap]) }

  mutating func expect(_ truth: GroundTruth) {
    if let last = overlaps.indices.last, truth.start <= overlaps[last].end {
      overlaps[last].end = max(overlaps[last].end, truth.end)
      overlaps[last].parties.insert("\(truth.sender)")
    } else {
      overlaps.append(Overlap(start: truth.start, end: truth.end, parties: ["\(truth.sender)"]))
    }
  }

  mutating func take(_ event: AttributedEvent, bytes: Span<UInt8>) {
    finder.push(event, bytes: bytes)
    collisions += finder.take()
  }

  mutating func finish() -> CollisionScore {
    finder.finish()
    collisions += finder.take()
    var score = CollisionScore()
    for collision in collisions { compare(collision, &score) }
    score.happened = overlaps.count
    score.recalled = overlaps.count { $0.isFound }
    return score
  }

  private mutating func compare(_ collision: Collision, _ score: inout CollisionScore) {
    score.found += 1
    let index = overlaps.firstIndex {
      $0.start <= collision.end.latest + 1_000_000 && collision.start.earliest - 1_000_000 <= $0.end
    }
    guard let index else { return }
    score.right += 1
    overlaps[index].isFound = true
    let named = collision.parties.filter { $0 != .unknown }.map { $0.isForeign ? "dash" : $0.name }
    let truth = overlaps[index].parties.map { $0.hasPrefix("dash") ? "dash" : $0 }
    if named.allSatisfy(truth.contains) { score.partiesRight += 1 }
  }
}
