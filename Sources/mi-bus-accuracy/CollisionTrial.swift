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
  let scenario: Scenario
  let quality: Quality
  let line: Line

  /// One overlap that happened.
  private struct Overlap {
    var start: Int64
    var end: Int64
    var parties: Set<String>
    var isFound = false
  }

  func run(frames: Int, profile: Profile) -> CollisionScore {
    var scooter = Scooter(scenario)
    var probe = LineProbe(line, rule: scenario.rule, quality: quality.probe, seed: scenario.seed)
    var stage = QualityStage(quality, baud: .standard, seed: scenario.seed)
    var stream = EventStream()
    let tap = Tap(name: line.name, detail: scenario.name, baud: .standard, quality: quality.tap)
    stream.add(taps: [tap], pause: 2_000_000)
    var judge = CollisionJudge(attributor: Attributor(profile: profile, patience: .recorded))
    judge.attributor.add(taps: [tap])
    judge.results.finder.add(taps: [tap])
    var overlaps: [Overlap] = []
    var sent = 0
    while sent < frames, let occurrence = scooter.next() {
      if case .transmission(let transmission) = occurrence, transmission.line == line {
        sent += 1
        if transmission.truth.collided { Self.add(transmission.truth, to: &overlaps) }
      }
      probe.push(occurrence)
      guard probe.bytes.count > 2048 else { continue }
      let (bytes, times) = probe.take()
      stream.push(stage.push(bytes, times, settled: probe.silentUntil), into: &judge)
    }
    probe.finish(at: scooter.now + 100_000_000)
    let (bytes, times) = probe.take()
    stream.push(stage.push(bytes, times, settled: scooter.now + 200_000_000), into: &judge)
    stream.finish(into: &judge)
    judge.attributor.finish(into: &judge.results)
    judge.results.finish()
    return Self.compare(judge.results.collisions, &overlaps)
  }

  private static func add(_ truth: GroundTruth, to overlaps: inout [Overlap]) {
    if let last = overlaps.indices.last, truth.start <= overlaps[last].end {
      overlaps[last].end = max(overlaps[last].end, truth.end)
      overlaps[last].parties.insert("\(truth.sender)")
    } else {
      overlaps.append(Overlap(start: truth.start, end: truth.end, parties: ["\(truth.sender)"]))
    }
  }

  private static func compare(_ collisions: [Collision], _ overlaps: inout [Overlap]) -> CollisionScore {
    var score = CollisionScore()
    for collision in collisions {
      score.found += 1
      let index = overlaps.firstIndex {
        $0.start <= collision.end.latest + 1_000_000 && collision.start.earliest - 1_000_000 <= $0.end
      }
      guard let index else { continue }
      score.right += 1
      overlaps[index].isFound = true
      let named = collision.parties.filter { $0 != .unknown }.map { $0.isForeign ? "dash" : $0.name }
      let truth = overlaps[index].parties.map { $0.hasPrefix("dash") ? "dash" : $0 }
      if named.allSatisfy(truth.contains) { score.partiesRight += 1 }
    }
    score.happened = overlaps.count
    score.recalled = overlaps.count { $0.isFound }
    return score
  }
}

private struct CollisionJudge: BusEventSink {
  var attributor: Attributor
  var results = CollisionCollector()

  mutating func take(_ event: BusEvent, tap: Int, bytes: Span<UInt8>) {
    attributor.push(event, tap: tap, bytes: bytes, into: &results)
  }
}

private struct CollisionCollector: AttributedEventSink {
  var finder = CollisionFinder()
  private(set) var collisions: [Collision] = []

  mutating func take(_ event: AttributedEvent, bytes: Span<UInt8>) {
    finder.push(event, bytes: bytes)
    collisions += finder.take()
  }

  mutating func finish() {
    finder.finish()
    collisions += finder.take()
  }
}
