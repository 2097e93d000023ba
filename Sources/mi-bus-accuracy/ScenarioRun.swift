import BusTimeline
import BusTrials
import NinebotBus
import ScooterSim
import UartSniffer

/// One scenario whose line is seen through one time quality, on its way to what holds findings against the truth.
struct ScenarioRun {
  let scenario: Scenario
  let quality: Quality
  let line: Line

  /// What listens to the line.
  var tap: Tap { Tap(name: line.name, detail: scenario.name, baud: .standard, quality: quality.tap) }

  /// Runs until `frames` frames were sent on the line.
  ///
  /// - Parameters:
  ///   - sink: takes what was found, to its end.
  ///   - sent: what was truly sent on the line, each before it can be found.
  /// - Returns: the sink with all that it was given.
  func play<Sink: AttributedEventSink>(
    frames: Int, profile: Profile, into sink: Sink, sent: (GroundTruth, inout Sink) -> Void
  ) -> Sink where Sink.Failure == Never {
    var scooter = Scooter(scenario)
    var probe = TrialProbe(scenario, line: line, quality: quality)
    var stream = AttributedStream(
      attributor: Attributor(profile: profile, patience: .recorded), pause: 2_000_000, sink: sink)
    stream.name(taps: [tap])
    var count = 0
    while count < frames, let occurrence = scooter.next() {
      if case .transmission(let transmission) = occurrence, transmission.line == line {
        count += 1
        sent(transmission.truth, &stream.sink)
      }
      if let chunk = probe.push(occurrence) { stream.push(chunk) }
    }
    stream.push(probe.finish(at: scooter.now + 100_000_000, settled: scooter.now + 200_000_000))
    stream.finish()
    return stream.sink
  }
}
