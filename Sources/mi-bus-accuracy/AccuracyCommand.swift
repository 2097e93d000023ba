import ArgumentParser
import BusTimeline
import NinebotBus
import ScooterProfiles
import ScooterSim

/// Measures how often the findings are right, against simulated scooters that tell the truth.
@main
struct AccuracyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mi-bus-accuracy", abstract: "Hold findings against the simulator's truth.")

  @Option(help: "Frames of each scenario and time quality.")
  var frames = 100_000

  @Option(help: "Only these scenarios.")
  var scenario: [String] = []

  @Option(help: "Only these time qualities.")
  var quality: [String] = []

  @Option(help: "Seed of the first run.")
  var seed: UInt64 = 1

  @Flag(help: "Print the confusion matrix of each run.")
  var matrix = false

  func run() throws {
    let profile = try ProfileLibrary(folder: "").profile()
    let names = scenario.isEmpty ? Scenario.names : scenario
    print(row(["scenario", "times", "frames", "decided%", "right%", "cause%", "accused", "goal"]))
    var calibration = AttributionScore()
    var missed = 0
    for name in names {
      for quality in Quality.all where self.quality.isEmpty || self.quality.contains(quality.name) {
        let trial = AttributionTrial(scenario: try .named(name, seed: seed), quality: quality, line: .escBle)
        let score = trial.run(frames: frames, profile: profile)
        calibration += score
        let goal = Goal(quality).judge(score)
        if !goal.isMet { missed += 1 }
        print(row(texts(name, quality, score, goal)))
        if matrix { confusion(score) }
      }
    }
    print("\nconfidence   frames      right%")
    for (level, name) in ["0.90-0.95", "0.95-0.99", "0.99-0.999", ">=0.999"].enumerated() {
      let (frames, right) = calibration.calibration[level]
      print("\(pad(name, 11)) \(pad("\(frames)", 10)) \(frames == 0 ? "-" : percent(right, frames))")
    }
    print(missed == 0 ? "\nall goals met" : "\n\(missed) rows miss their goal")
  }

  private func texts(_ name: String, _ quality: Quality, _ score: AttributionScore, _ goal: Goal.Verdict) -> [String] {
    [
      name, quality.name, "\(score.frames)", percent(score.decided, score.frames), percent(score.right, score.decided),
      percent(score.causesRight, score.causesDecided), "\(score.accused)", goal.text,
    ]
  }

  private func confusion(_ score: AttributionScore) {
    for (pair, count) in score.confusion.sorted(by: { $0.key < $1.key }) {
      print("      \(pad(pair.truth, 8)) found as \(pad(pair.found, 8)) \(count)")
    }
    if score.unmatched > 0 { print("      frames that nobody sent: \(score.unmatched)") }
  }

  private func row(_ texts: [String]) -> String {
    zip(texts, [16, 11, 8, 9, 9, 9, 8, 0]).map { pad($0, $1) }.joined(separator: " ")
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private func percent(_ part: Int, _ whole: Int) -> String {
    guard whole > 0 else { return "-" }
    // Cut, not rounded: 99.996 is not 100.
    let thousandths = part * 100_000 / whole
    let digits = "\(thousandths % 1000)"
    return "\(thousandths / 1000).\(String(repeating: "0", count: 3 - digits.count))\(digits)"
  }
}

/// What is asked of each time quality.
struct Goal {
  private let right: Double
  private let decided: Double

  struct Verdict {
    var isMet: Bool
    var text: String
  }

  init(_ quality: Quality) {
    switch quality {
    case .edges: (right, decided) = (0.999, 0.999)
    case .bytes: (right, decided) = (0.995, 0.995)
    case .adapter(.ftdi16ms), .none: (right, decided) = (0.98, 0)
    case .adapter: (right, decided) = (0.98, 0.95)
    }
  }

  func judge(_ score: AttributionScore) -> Verdict {
    let isRight = Double(score.right) >= right * Double(score.decided)
    let isDecided = Double(score.decided) >= decided * Double(score.frames)
    let isClean = score.accused == 0
    let text = [isRight ? nil : "right", isDecided ? nil : "decided", isClean ? nil : "accused"].compactMap(\.self)
    return Verdict(isMet: text.isEmpty, text: text.isEmpty ? "met" : "missed: \(text.joined(separator: ", "))")
  }
}
