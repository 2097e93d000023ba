import BusTimeline
import BusTrials
import NinebotBus
import ScooterProfiles
import ScooterSim
import UartSniffer

/// One scenario seen through one time quality: every decoded frame's finding held against the truth.
struct AttributionTrial {
  let scenario: Scenario
  let quality: Quality
  let line: Line

  /// Runs until `frames` frames were sent on the line.
  func run(frames: Int, profile: Profile) -> AttributionScore {
    var scooter = Scooter(scenario)
    var probe = LineProbe(line, rule: scenario.rule, quality: quality.probe, seed: scenario.seed)
    var stage = QualityStage(quality, baud: .standard, seed: scenario.seed)
    var stream = EventStream()
    let tap = Tap(name: line.name, detail: scenario.name, baud: .standard, quality: quality.tap)
    stream.add(taps: [tap], pause: 2_000_000)
    var judge = AttributionJudge(attributor: Attributor(profile: profile, patience: .recorded))
    judge.attributor.add(taps: [tap])
    var sent = 0
    while sent < frames, let occurrence = scooter.next() {
      if case .transmission(let transmission) = occurrence, transmission.line == line {
        sent += 1
        judge.results.expect(transmission.truth)
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
    return judge.results.score
  }
}

/// Takes the decoder's events through attribution to the comparison.
struct AttributionJudge: BusEventSink {
  var attributor: Attributor
  var results = AttributionComparison()

  mutating func take(_ event: BusEvent, tap: Int, bytes: Span<UInt8>) {
    attributor.push(event, tap: tap, bytes: bytes, into: &results)
  }
}

/// Finds the true transmission of each frame and compares.
struct AttributionComparison: AttributedEventSink {
  private(set) var score = AttributionScore()
  /// Transmissions whose frame was not seen yet.
  private var expected: [GroundTruth] = []
  private var head = 0

  mutating func expect(_ truth: GroundTruth) { expected.append(truth) }

  mutating func take(_ event: AttributedEvent, bytes: Span<UInt8>) {
    guard event.event.checksumHolds, let finding = event.finding else { return }
    // In order; those before it were destroyed on the wire. A frame of the same bytes must be found soon.
    for index in head..<min(head + 40, expected.count) where Self.equal(expected[index].frame, bytes) {
      score.add(finding, truth: expected[index])
      head = index + 1
      if head > 4096 {
        expected.removeFirst(head)
        head = 0
      }
      return
    }
    score.unmatched += 1
  }

  private static func equal(_ frame: [UInt8], _ bytes: Span<UInt8>) -> Bool {
    guard frame.count == bytes.count else { return false }
    for index in frame.indices where frame[index] != bytes[index] { return false }
    return true
  }
}
