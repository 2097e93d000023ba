import BusTimeline
import BusTrials

/// Many trials of clock alignment, and whether they meet what is asked.
struct AlignmentTable {
  /// Seconds of the longest trial.
  let longest: Double
  let seed: UInt64

  /// Prints a row for each kind of trial; returns whether all goals are met.
  ///
  /// - Parameter only: words of the rows that are wanted, such as `queue`; empty: all.
  func run(trials: Int, only: [String] = []) throws -> Bool {
    let all = try AlignmentTrials(longest: longest, seed: seed &* 1_000_003)
    print(
      Text.row(
        [
          "in common", "interval", "log", "trials", "refused", "aligned", "inside%", "wrong", "ms p50", "ms p95",
          "ends p95", "first p95", "drift p95", "goal",
        ], Self.widths))
    var total = AlignmentScore()
    var missed: [String] = []
    let kinds = AlignmentTrials.Kind.all
    for (index, kind) in kinds.enumerated() where only.isEmpty || !Set(only).isDisjoint(with: name(kind)) {
      var score = AlignmentScore()
      let count = (trials + index) / kinds.count
      for number in 0..<count {
        let trial = all.trial(kind, seed: seed &* 0x1_0000_0000 &+ UInt64(index) << 20 &+ UInt64(number))
        score.add(trial.align(), trial)
      }
      total += score
      let goals = AlignmentGoal(kind).missed(score)
      missed += goals
      print(Text.row(texts(kind, score, goals), Self.widths))
      for failure in score.failures.prefix(4) { print("    \(failure)") }
    }
    if total.wrong > 0 { missed.append("\(total.wrong) wrong alignments") }
    if Double(total.inside) < 0.995 * Double(total.aligned) { missed.append("truth inside the bounds") }
    print(
      "\n\(total.trials) trials: \(total.aligned) aligned, the truth inside all bounds in "
        + "\(Text.percent(total.inside, total.aligned)) %, \(total.wrong) wrong")
    print(missed.isEmpty ? "all goals met" : "goals missed: \(missed.joined(separator: ", "))")
    return missed.isEmpty
  }

  private static let widths = [14, 9, 9, 6, 7, 7, 8, 5, 7, 7, 8, 9, 9, 0]

  private func texts(_ kind: AlignmentTrials.Kind, _ score: AlignmentScore, _ missed: [String]) -> [String] {
    func milliseconds(_ values: [Double], _ share: Double) -> String {
      AlignmentScore.percentile(values, share).map { Text.decimal($0 * 1e3, 3) } ?? "-"
    }
    let drift = AlignmentScore.percentile(score.driftErrors, 0.95).map { Text.decimal($0, 2) } ?? "-"
    return name(kind) + [
      "\(score.trials)", "\(score.refused)", "\(score.aligned)", Text.percent(score.inside, score.aligned),
      "\(score.wrong)", milliseconds(score.widths, 0.5), milliseconds(score.widths, 0.95),
      milliseconds(score.endWidths, 0.95), milliseconds(score.firstSampleWidths, 0.95), drift,
      missed.isEmpty ? "met" : "missed: \(missed.joined(separator: ", "))",
    ]
  }

  private func name(_ kind: AlignmentTrials.Kind) -> [String] {
    switch kind {
    case .common(let overlap, let isFast, let isLossy):
      let length =
        switch overlap {
        case .seconds: "10-60 s"
        case .minutes: "1-10 min"
        case .hours: "10 min-\(Text.decimal(longest / 3600, 0)) h"
        }
      return [length, isFast ? "<= 30 ms" : "> 30 ms", isLossy ? "30 % lost" : "whole"]
    case .adapter: return ["1 min-1 h", "any", "adapter"]
    case .tap: return ["30-180 s", "any", "tap"]
    case .queue: return ["30-180 s", "any", "queue"]
    case .clockSet: return ["clock set", "any", "any"]
    case .apart: return ["nothing", "any", "any"]
    case .strangers: return ["another ride", "any", "any"]
    case .oneHost: return ["one host", "none", "whole"]
    }
  }
}

/// What is asked of a kind of trial.
private struct AlignmentGoal {
  private let kind: AlignmentTrials.Kind

  init(_ kind: AlignmentTrials.Kind) { self.kind = kind }

  /// Names of the goals that are missed.
  func missed(_ score: AlignmentScore) -> [String] {
    func exceeds(_ values: [Double], _ most: Double) -> Bool {
      (AlignmentScore.percentile(values, 0.95) ?? 0) > most
    }
    var missed: [String] = []
    switch kind {
    case .common(.seconds, _, _), .adapter, .clockSet: break
    case .tap, .queue:
      if Double(score.inside) < 0.99 * Double(score.aligned) { missed.append("inside") }
      // To refuse where several equal messages are always under way is right, but not everywhere.
      if score.aligned * (kind == .tap ? 10 : 3) < score.trials * (kind == .tap ? 9 : 1) { missed.append("aligned") }
    case .common(.minutes, let isFast, _):
      if exceeds(score.widths, isFast ? 5e-3 : 8e-3) { missed.append("width") }
    case .common(.hours, _, _):
      if exceeds(score.widths, 2e-3) { missed.append("width") }
      if exceeds(score.driftErrors, 2) { missed.append("drift") }
    case .apart, .strangers: if score.aligned > 0 { missed.append("refusal") }
    case .oneHost: if exceeds(score.errors, 200e-6) || exceeds(score.widths, 400e-6) { missed.append("200 us") }
    }
    return missed
  }
}
