import BusTimeline
import BusTrials
import NinebotBus
import ScooterSim

/// Whether each notification was asked for, and by whom, held against the truth.
struct CausalityTable {
  /// Seconds of each ride.
  let seconds: Double
  let seed: UInt64
  let profile: Profile
  let quality: Quality

  /// A scenario as it is tried: with a phone, and a module that passes on everything or only what the phone asked for.
  private struct Row {
    var name: String
    var part: UInt64 = 0
    var forwards: Bool?
  }

  private static let rows =
    [
      Row(name: "phone"), Row(name: "displaydash"), Row(name: "augisbud", forwards: true),
      Row(name: "augisbud", forwards: false), Row(name: "near-clock", forwards: true),
      Row(name: "copycat-61", forwards: true), Row(name: "two-dashes", forwards: true),
    ] + (1...4).map { Row(name: "random-dash", part: $0) }

  /// Thousandths of the notifications that must be right: of all together, and of each row, which chance moves more. A
  /// module that passes on only what the phone asked for passes on a dash's equal answer if that comes first; of two
  /// equal answers a slot apart nobody can tell which it was, so such rows are held to less and not counted in.
  /// With an adapter's times it is held as a whole, with a log that misses nothing.
  private var goal: Goal? { quality == .none ? nil : Goal(asked: 999, cause: 995) }

  private func isHeld(_ loss: Double) -> Bool { quality == .edges || loss == 0 }

  private static let goalOfRow = Goal(asked: 997, cause: 995)
  private static let goalOfOwnOnly = Goal(asked: 985, cause: 985)

  private struct Goal {
    var asked: Int
    var cause: Int

    func missed(_ count: Count) -> [String] {
      [
        count.asked * 1000 < asked * count.all ? "asked" : nil,
        count.causes * 1000 < cause * count.all ? "cause" : nil,
      ].compactMap(\.self)
    }
  }

  /// Notifications, and those that were right.
  private struct Count {
    var all = 0
    var asked = 0
    var causes = 0

    mutating func add(_ score: CausalityTrial.Score) {
      all += score.notifications
      asked += score.solicitedRight
      causes += score.causesRight
    }
  }

  /// Prints a row for each scenario and kind of log; returns whether all goals are met.
  func run(only names: [String], isVerbose: Bool) throws -> Bool {
    print(
      Text.row(
        ["scenario", "passes on", "log", "notified", "asked%", "cause%", "chain%", "unsolicited", "injectors", "goal"],
        Self.widths))
    var missed = 0
    var totals = [Count(), Count()]
    for row in Self.rows where names.isEmpty || names.contains(row.name) {
      for (index, loss) in [0, 0.3].enumerated() {
        var scenario = try Scenario.named(row.name, seed: seed &+ row.part)
        scenario.phone = scenario.phone ?? PhoneSettings()
        if let forwards = row.forwards { scenario.ble.forwardsForeign = forwards }
        let score = run(scenario, loss: loss)
        let isOpen = scenario.ble.forwardsForeign || scenario.dashes.isEmpty
        if isOpen { totals[index].add(score) }
        var count = Count()
        count.add(score)
        let goals =
          score.alignment.clocks == nil
          ? ["alignment"]
          : quality == .edges ? (isOpen ? Self.goalOfRow : Self.goalOfOwnOnly).missed(count) : []
        missed += goals.count
        print(Text.row(Self.texts(row, scenario, loss, score, goals), Self.widths))
        if isVerbose { for wrong in score.wrong.prefix(30) { print("    \(wrong)") } }
      }
    }
    for (index, (name, loss)) in [("whole", 0), ("30 % lost", 0.3)].enumerated() {
      let total = totals[index]
      let goals = isHeld(loss) ? goal?.missed(total) ?? [] : []
      missed += goals.count
      print(Text.row(Self.texts(name, total, goals), Self.widths))
    }
    print(missed == 0 ? "\nall goals met" : "\n\(missed) goals missed")
    return missed == 0
  }

  private func run(_ scenario: Scenario, loss: Double) -> CausalityTrial.Score {
    var trial = CausalityTrial()
    trial.seconds = seconds
    trial.quality = quality
    trial.settings.loss = loss
    trial.settings.seed = scenario.seed
    return trial.run(scenario, profile: profile)
  }

  private static func texts(_ log: String, _ total: Count, _ missed: [String]) -> [String] {
    [
      "together", "all", log, "\(total.all)", Text.percent(total.asked, total.all),
      Text.percent(total.causes, total.all), "", "", "",
      missed.isEmpty ? "met" : "missed: \(missed.joined(separator: ", "))",
    ]
  }

  private static let widths = [14, 10, 9, 8, 8, 8, 8, 11, 10, 0]

  private static func texts(
    _ row: Row, _ scenario: Scenario, _ loss: Double, _ score: CausalityTrial.Score, _ missed: [String]
  ) -> [String] {
    [
      row.part == 0 ? row.name : "\(row.name) \(row.part)", scenario.ble.forwardsForeign ? "all" : "own",
      loss > 0 ? "30 % lost" : "whole", "\(score.notifications)",
      Text.percent(score.solicitedRight, score.notifications), Text.percent(score.causesRight, score.notifications),
      loss > 0 ? "" : Text.percent(score.answersFollowed, score.answers), "\(score.tally.unsolicited)",
      "\(score.census.injectors.count)",
      missed.isEmpty ? "met" : "missed: \(missed.joined(separator: ", "))",
    ]
  }
}
