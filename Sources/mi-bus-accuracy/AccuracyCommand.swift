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
    if alignment { return try runAlignment() }
    let profile = try ProfileLibrary(folder: "").profile()
    if causes { return try runCauses(profile) }
    let names = scenario.isEmpty ? Scenario.names : scenario
    if collisions { return try runCollisions(names, profile) }
    try runSenders(names, profile)
  }

  private func runAlignment() throws {
    let isMet = try AlignmentTable(longest: max(700, longest * 3600), seed: seed)
      .run(trials: max(1, trials), only: scenario)
    if strict, !isMet { throw ExitCode(1) }
  }

  private func runCauses(_ profile: Profile) throws {
    let usual: [Quality] = [.edges, .adapter(.ftdi1ms), .adapter(.ftdi16ms)]
    var isMet = true
    for quality in quality.isEmpty ? usual : qualities {
      print("\nwith times of the bus as \(quality.name)\n")
      let table = CausalityTable(seconds: seconds, seed: seed, profile: profile, quality: quality)
      isMet = try table.run(only: scenario, isVerbose: verbose) && isMet
    }
    if strict, !isMet { throw ExitCode(1) }
  }

  /// Those that were asked for; all where none was named.
  private var qualities: [Quality] { Quality.all.filter { quality.isEmpty || quality.contains($0.name) } }

  private func runSenders(_ names: [String], _ profile: Profile) throws {
    print(row(["scenario", "times", "frames", "decided%", "right%", "sure%", "cause%", "accused", "goal"]))
    var sums = Sums()
    for name in names {
      for quality in qualities {
        let run = ScenarioRun(scenario: try .named(name, seed: seed), quality: quality, line: .escBle)
        judge(name, quality, AttributionTrial(run: run).score(frames: frames, profile: profile), &sums)
      }
    }
    if scenario.isEmpty { try runCaptures(profile, &sums) }
    print("\nconfidence   frames      right%")
    for band in AttributionScore.Confidence.allCases.dropFirst() {
      let (frames, right) = sums.bands[band.rawValue]
      print("\(pad(band.name, 11))  \(pad("\(frames)", 10))  \(percent(right, frames))")
    }
    print(sums.missed == 0 ? "\nall goals met" : "\n\(sums.missed) rows miss their goal")
    if strict, sums.accusations > 0 { throw ExitCode(1) }
  }

  /// What all rows come to.
  private struct Sums {
    var bands = AttributionScore.Results().bands
    var missed = 0
    var accusations = 0
  }

  private func judge(_ name: String, _ quality: Quality, _ score: AttributionScore, _ sums: inout Sums) {
    let results = score.results
    for band in sums.bands.indices {
      sums.bands[band].frames += results.bands[band].frames
      sums.bands[band].right += results.bands[band].right
    }
    let verdict = Goal(quality).judge(results)
    if !verdict.isMet { sums.missed += 1 }
    print(row(texts(name, quality, results, verdict)))
    if matrix { confusion(score) }
    sums.accusations += results.accused
  }

  /// The real recordings, where they are here.
  private func runCaptures(_ profile: Profile, _ sums: inout Sums) throws {
    for (index, name) in CaptureTrial.names.enumerated() {
      guard let folder = CaptureTrial.folder else {
        print("capture \(name): skipped, the recordings are not here (MI_BUS_CAPTURES)")
        continue
      }
      for quality in qualities {
        let score = try CaptureTrial(name: name, quality: quality).run(profile: profile, folder: folder)
        judge("capture \(index + 1)", quality, score, &sums)
      }
      print("(capture \(index + 1) is \(name))")
    }
  }

  private func runCollisions(_ names: [String], _ profile: Profile) throws {
    print(row(["scenario", "times", "happened", "found%", "claimed", "real%", "parties%", "", ""]))
    for name in names {
      for quality in qualities {
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
