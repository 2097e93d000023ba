import BusTrials
import ScooterSim

/// What is asked of attribution at each time quality.
struct Goal {
  /// Share of decided frames that are right, and of all frames that are decided.
  private let right: Double
  private let decided: Double
  /// Of the frames given 0.99 or more, so many must be right.
  private static let sure = 0.99

  struct Verdict {
    var isMet: Bool
    var text: String
  }

  init(_ quality: Quality) {
    switch quality {
    case .edges: (right, decided) = (0.999, 0.999)
    case .bytes: (right, decided) = (0.995, 0.995)
    case .adapter(.ftdi1ms): (right, decided) = (0.98, 0.95)
    // 16 ms, or several milliseconds late, or assumed to be because nothing is known of the chip.
    case .adapter, .none: (right, decided) = (0.98, 0)
    }
  }

  func judge(_ results: AttributionScore.Results) -> Verdict {
    let missed = [
      Double(results.right) < right * Double(results.decided) ? "right" : nil,
      Double(results.decided) < decided * Double(results.frames) ? "decided" : nil,
      Double(results.sure.right) < Self.sure * Double(results.sure.frames) ? "sure" : nil,
      results.accused > 0 ? "accused" : nil,
    ].compactMap(\.self)
    return Verdict(isMet: missed.isEmpty, text: missed.isEmpty ? "met" : "missed: \(missed.joined(separator: ", "))")
  }
}
