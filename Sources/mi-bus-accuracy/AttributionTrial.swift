import BusTimeline
import BusTrials
import NinebotBus
import ScooterSim

/// One scenario seen through one time quality: every decoded frame's finding held against the truth.
struct AttributionTrial {
  let run: ScenarioRun

  /// Runs until `frames` frames were sent on the line.
  func score(frames: Int, profile: Profile) -> AttributionScore {
    run.play(frames: frames, profile: profile, into: AttributionComparison()) { truth, comparison in
      comparison.expect(truth)
    }.score
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
