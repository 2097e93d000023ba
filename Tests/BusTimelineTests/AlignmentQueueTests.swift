import BusTimeline
import BusTrials
import ScooterSim
import Testing

/// A phone that asks faster than the module forwards: requests wait, are dropped, and equal ones are under way at once.
@Suite struct AlignmentQueueTests {
  private func trial(_ quality: Quality, seed: UInt64, loss: Double = 0) throws -> AlignmentTrial {
    var scenario = try Scenario.named("phone", seed: seed)
    scenario.ble.slot = 40e6
    scenario.ble.rewritesReads = false
    scenario.phone?.period = 20e6...40e6
    var settings = AlignmentTrial.Settings()
    settings.seed = seed
    settings.loss = loss
    (settings.keepsWrites, settings.logsDropped) = (true, true)
    return AlignmentTrial(
      TrialRide(scenario, seconds: 60), tap: TrialTap(scenario, seconds: 60, quality: quality), settings)
  }

  @Test(arguments: [Quality.edges, .adapter(.ftdi16ms), .adapter(.cp210x)])
  func noBoundLeavesTheTruthOut(_ quality: Quality) throws {
    var score = AlignmentScore()
    for seed in 1...2 as ClosedRange<UInt64> {
      let trial = try trial(quality, seed: seed)
      score.add(trial.align(), trial)
    }
    #expect(score.inside == score.aligned, "\(score.failures)")
    #expect(score.aligned == 2)
    #expect(score.widths.allSatisfy { $0 < 0.25 })
  }

  /// What the log misses can be the own write of a request whose place another, dropped one takes.
  @Test func writesThatTheLogMissesAreReckonedWith() throws {
    var score = AlignmentScore()
    for seed in 1...3 as ClosedRange<UInt64> {
      let trial = try trial(.edges, seed: seed, loss: 0.3)
      #expect(trial.streams().ble.missing.count > 100)
      score.add(trial.align(), trial)
    }
    #expect(score.inside == score.aligned, "\(score.failures)")
  }

  @Test func theTrialsHoldBothWays() throws {
    let trials = try AlignmentTrials(longest: 60, seed: 21)
    var score = AlignmentScore()
    for seed in 0..<6 as Range<UInt64> {
      let trial = trials.trial(.queue, seed: seed)
      score.add(trial.align(), trial)
    }
    #expect(score.inside == score.aligned, "\(score.failures)")
  }
}

@Suite struct AlignmentReasonTests {
  /// What is refused is told by what the data show: this ESC answers nothing.
  @Test(arguments: [0.0, 0.5])
  func anEscThatAnswersNothing(_ loss: Double) throws {
    var settings = AlignmentTrial.Settings()
    settings.loss = 0
    settings.busLoss = loss
    settings.keepsWrites = true
    let trial = AlignmentTrial(TrialRide(try Scenario.named("replaced-esc", seed: 1), seconds: 60), settings)
    #expect(trial.align().refusal == .tooFewAnswers(0))
  }
}
