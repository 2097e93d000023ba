import BusTimeline
import NinebotBus
import ScooterSim

/// How findings compare with the truth.
///
/// Dashes are numbered by appearance, the truth's by the scenario: a found dash stands for the true one that it mostly
/// is, one to one.
struct AttributionScore {
  /// What was true, what was found, and how sure it was.
  private struct Outcome: Hashable {
    var truth: String
    var found: String
    var confidence: Confidence
  }

  private struct CausePair: Hashable {
    var truth: String
    var found: String
  }

  /// Bands of confidence for the calibration.
  enum Confidence: Int, CaseIterable, Hashable {
    case undecided, from90, from95, from99, from999

    var name: String {
      switch self {
      case .undecided: "undecided"
      case .from90: "0.90-0.95"
      case .from95: "0.95-0.99"
      case .from99: "0.99-0.999"
      case .from999: ">= 0.999"
      }
    }

    init(_ finding: Finding) {
      if finding.sender == .unknown {
        self = .undecided
      } else {
        switch finding.confidence {
        case 0.999...: self = .from999
        case 0.99...: self = .from99
        case 0.95...: self = .from95
        default: self = .from90
        }
      }
    }
  }

  private var outcomes: [Outcome: Int] = [:]
  private var causes: [CausePair: Int] = [:]
  /// Frames that came from no transmission: collisions that happen to hold a checksum.
  var unmatched = 0

  mutating func add(_ finding: Finding, truth: GroundTruth) {
    let outcome = Outcome(truth: "\(truth.sender)", found: finding.sender.name, confidence: Confidence(finding))
    outcomes[outcome, default: 0] += 1
    causes[CausePair(truth: "\(truth.cause)", found: Self.name(finding.cause)), default: 0] += 1
  }

  /// Adds a frame whose cause is not known in truth.
  mutating func add(_ finding: Finding, sender: Party) {
    outcomes[Outcome(truth: "\(sender)", found: finding.sender.name, confidence: Confidence(finding)), default: 0] += 1
  }

  private static func name(_ cause: BusTimeline.Cause) -> String {
    switch cause {
    case .unknown: "unknown"
    case .own: "own"
    case .phone: "phone"
    case .replyToPhone: "reply-to-phone"
    case .reply(let transmitter): "reply-to-\(transmitter.name)"
    }
  }

  // MARK: - Results

  /// What each found dash mostly is. Two found dashes are not the same true one.
  private var meanings: [String: String] {
    var shared: [(found: String, truth: String, count: Int)] = []
    for (outcome, count) in outcomes where outcome.found.hasPrefix("dash") {
      if let index = shared.firstIndex(where: { $0.found == outcome.found && $0.truth == outcome.truth }) {
        shared[index].count += count
      } else {
        shared.append((outcome.found, outcome.truth, count))
      }
    }
    var meanings: [String: String] = [:]
    for entry in shared.sorted(by: { $0.count > $1.count })
    where meanings[entry.found] == nil && !meanings.values.contains(entry.truth) {
      meanings[entry.found] = entry.truth
    }
    return meanings
  }

  struct Results {
    var frames = 0
    var decided = 0
    var right = 0
    var causesDecided = 0
    var causesRight = 0
    /// Found dashes that are a stock device in truth.
    var accused = 0
    var bands = [(frames: Int, right: Int)](repeating: (0, 0), count: Confidence.allCases.count)

    /// Frames given 0.99 or more, and how many of them are right.
    var sure: (frames: Int, right: Int) {
      let (low, high) = (bands[Confidence.from99.rawValue], bands[Confidence.from999.rawValue])
      return (low.frames + high.frames, low.right + high.right)
    }
  }

  var results: Results {
    var results = Results()
    let meanings = meanings
    results.accused = meanings.values.count { !$0.hasPrefix("dash") }
    for (outcome, count) in outcomes {
      results.frames += count
      let isRight = meanings[outcome.found, default: outcome.found] == outcome.truth
      results.bands[outcome.confidence.rawValue].frames += count
      guard outcome.confidence != .undecided else { continue }
      results.decided += count
      guard isRight else { continue }
      results.right += count
      results.bands[outcome.confidence.rawValue].right += count
    }
    for (pair, count) in causes where pair.found != "unknown" {
      results.causesDecided += count
      let prefix = "reply-to-"
      let meant =
        pair.found.hasPrefix(prefix)
        ? prefix
          + meanings[String(pair.found.dropFirst(prefix.count)), default: String(pair.found.dropFirst(prefix.count))]
        : pair.found
      if meant == pair.truth { results.causesRight += count }
    }
    return results
  }

  /// Rows of the confusion matrix: truth, finding, count.
  var matrix: [(truth: String, found: String, count: Int)] {
    var cells: [CausePair: Int] = [:]
    for (outcome, count) in outcomes {
      cells[CausePair(truth: outcome.truth, found: outcome.found), default: 0] += count
    }
    return cells.map { ($0.key.truth, $0.key.found, $0.value) }.sorted { ($0.truth, $0.found) < ($1.truth, $1.found) }
  }
}
