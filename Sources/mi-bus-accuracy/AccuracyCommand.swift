import ArgumentParser
import BusTimeline
import BusTrials
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

  @Option(help: "Only these scenarios; with --alignment only rows with this word, such as queue.")
  var scenario: [String] = []

  @Option(help: "Only these time qualities.")
  var quality: [String] = []

  @Option(help: "Seed of the first run.")
  var seed: UInt64 = 1

  @Flag(help: "Print the confusion matrix of each run.")
  var matrix = false

  @Flag(help: "Exit with 1 when a stock device is accused of injecting, or a goal of alignment or causes is missed.")
  var strict = false

  @Flag(help: "Hold the alignment of clocks against the truth, instead of senders.")
  var alignment = false

  @Flag(help: "Hold what the phone received, asked or not, and why, against the truth, instead of senders.")
  var causes = false

  @Flag(help: "Name what is wrong in the causes.")
  var verbose = false

  @Option(help: "Seconds of each ride whose causes are looked for.")
  var seconds = 600.0

  @Option(help: "Trials of alignment.")
  var trials = 1600

  @Option(help: "Hours of the longest trial of alignment.")
  var longest = 10.0

  @Flag(help: "Hold found collisions against those that happened, instead of senders.")
  var collisions = false

  func run() throws {
    if alignment {
      let isMet = try AlignmentTable(longest: max(700, longest * 3600), seed: seed)
        .run(trials: max(1, trials), only: scenario)
      if strict, !isMet { throw ExitCode(1) }
      return
    }
    let profile = try ProfileLibrary(folder: "").profile()
    if causes {
      let usual: [Quality] = [.edges, .adapter(.ftdi1ms), .adapter(.ftdi16ms)]
      var isMet = true
      for quality in quality.isEmpty ? usual : Quality.all.filter({ self.quality.contains($0.name) }) {
        print("\nwith times of the bus as \(quality.name)\n")
        let table = CausalityTable(seconds: seconds, seed: seed, profile: profile, quality: quality)
        isMet = try table.run(only: scenario, isVerbose: verbose) && isMet
      }
      if strict, !isMet { throw ExitCode(1) }
      return
    }
    let names = scenario.isEmpty ? Scenario.names : scenario
    if collisions { return try runCollisions(names, profile) }
    print(row(["scenario", "times", "frames", "decided%", "right%", "sure%", "cause%", "accused", "goal"]))
    var bands = AttributionScore.Results().bands
    var missed = 0
    var accusations = 0
    func judge(_ name: String, _ quality: Quality, _ score: AttributionScore) {
      let results = score.results
      for band in bands.indices {
        bands[band].frames += results.bands[band].frames
        bands[band].right += results.bands[band].right
      }
      let verdict = Goal(quality).judge(results)
      if !verdict.isMet { missed += 1 }
      print(row(texts(name, quality, results, verdict)))
      if matrix { confusion(score) }
      accusations += results.accused
    }
    for name in names {
      for quality in Quality.all where self.quality.isEmpty || self.quality.contains(quality.name) {
        let run = ScenarioRun(scenario: try .named(name, seed: seed), quality: quality, line: .escBle)
        judge(name, quality, AttributionTrial(run: run).score(frames: frames, profile: profile))
      }
    }
    if scenario.isEmpty {
      for (index, name) in CaptureTrial.names.enumerated() {
        guard let folder = CaptureTrial.folder else {
          print("capture \(name): skipped, the recordings are not here (MI_BUS_CAPTURES)")
          continue
        }
        for quality in Quality.all where self.quality.isEmpty || self.quality.contains(quality.name) {
          let score = try CaptureTrial(name: name, quality: quality).run(profile: profile, folder: folder)
          judge("capture \(index + 1)", quality, score)
        }
        print("(capture \(index + 1) is \(name))")
      }
    }
    print("\nconfidence   frames      right%")
    for band in AttributionScore.Confidence.allCases.dropFirst() {
      let (frames, right) = bands[band.rawValue]
      print("\(pad(band.name, 11))  \(pad("\(frames)", 10))  \(percent(right, frames))")
    }
    print(missed == 0 ? "\nall goals met" : "\n\(missed) rows miss their goal")
    if strict, accusations > 0 { throw ExitCode(1) }
  }

  private func runCollisions(_ names: [String], _ profile: Profile) throws {
    print(row(["scenario", "times", "happened", "found%", "claimed", "real%", "parties%", "", ""]))
    for name in names {
      for quality in Quality.all where self.quality.isEmpty || self.quality.contains(quality.name) {
        let run = ScenarioRun(scenario: try .named(name, seed: seed), quality: quality, line: .escBle)
        let score = CollisionTrial(run: run).score(frames: frames, profile: profile)
        print(
          row([
            name, quality.name, "\(score.happened)", percent(score.recalled, score.happened), "\(score.found)",
            percent(score.right, score.found), percent(score.partiesRight, score.right), "", "",
          ]))
      }
    }
  }

  private func texts(
    _ name: String, _ quality: Quality, _ results: AttributionScore.Results, _ verdict: Goal.Verdict
  ) -> [String] {
    [
      name, quality.name, "\(results.frames)", percent(results.decided, results.frames),
      percent(results.right, results.decided), percent(results.sure.right, results.sure.frames),
      percent(results.causesRight, results.causesDecided), "\(results.accused)", verdict.text,
    ]
  }

  private func confusion(_ score: AttributionScore) {
    for (truth, found, count) in score.matrix { print("      \(pad(truth, 8)) found as \(pad(found, 8)) \(count)") }
    if score.unmatched > 0 { print("      frames that nobody sent: \(score.unmatched)") }
  }

  private func row(_ texts: [String]) -> String { Text.row(texts, [16, 11, 8, 9, 9, 9, 9, 8, 0]) }

  private func pad(_ text: String, _ width: Int) -> String { Text.pad(text, width) }

  private func percent(_ part: Int, _ whole: Int) -> String { Text.percent(part, whole) }
}
