import BusTimeline
import NinebotBus
import ScooterSim

/// How findings compare with the truth.
struct AttributionScore {
  private(set) var frames = 0
  private(set) var decided = 0
  private(set) var right = 0
  private(set) var causesDecided = 0
  private(set) var causesRight = 0
  /// Frames of stock devices that were put on a dash.
  private(set) var accused = 0
  /// Frames that came from no transmission: collisions that happen to hold a checksum.
  var unmatched = 0
  /// Truth and finding, for the confusion matrix.
  private(set) var confusion: [Pair: Int] = [:]
  /// By confidence: 0.9, 0.99, 0.999 and more; frames and right ones.
  private(set) var calibration = [(frames: Int, right: Int)](repeating: (0, 0), count: 4)

  struct Pair: Hashable, Comparable {
    var truth: String
    var found: String
    static func < (a: Pair, b: Pair) -> Bool { (a.truth, a.found) < (b.truth, b.found) }
  }

  mutating func add(_ finding: Finding, truth: GroundTruth, isRequestOrAnswer reading: FrameReading?) {
    frames += 1
    let found = finding.sender.name
    let true_ = "\(truth.sender)"
    confusion[Pair(truth: true_, found: found), default: 0] += 1
    if finding.sender != .unknown {
      decided += 1
      if found == true_ { right += 1 }
      if finding.sender.isForeign, !true_.hasPrefix("dash") { accused += 1 }
      let level = finding.confidence >= 0.999 ? 3 : finding.confidence >= 0.99 ? 2 : finding.confidence >= 0.95 ? 1 : 0
      calibration[level].frames += 1
      if found == true_ { calibration[level].right += 1 }
    }
    let cause = Self.name(finding.cause)
    if cause != "unknown" {
      causesDecided += 1
      if cause == "\(truth.cause)" { causesRight += 1 }
    }
  }

  static func name(_ cause: BusTimeline.Cause) -> String {
    switch cause {
    case .unknown: "unknown"
    case .own: "own"
    case .phone: "phone"
    case .replyToPhone: "reply-to-phone"
    case .reply(let transmitter): "reply-to-\(transmitter.name)"
    }
  }

  static func += (sum: inout AttributionScore, other: AttributionScore) {
    for level in 0..<4 {
      sum.calibration[level].frames += other.calibration[level].frames
      sum.calibration[level].right += other.calibration[level].right
    }
  }
}
