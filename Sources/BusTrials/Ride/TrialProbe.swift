import NinebotBus
public import ScooterSim
public import UartSniffer

/// A tap of some quality on one line of a simulated scooter: what is transmitted goes in, what the tap gives comes out.
public struct TrialProbe {
  private var probe: LineProbe
  private var stage: QualityStage
  /// Bytes that are handed on at once.
  private static let atOnce = 2048

  public init(_ scenario: Scenario, line: Line = .escBle, quality: Quality) {
    probe = LineProbe(line, rule: scenario.rule, quality: quality.probe, seed: scenario.seed)
    stage = QualityStage(quality, baud: .standard, seed: scenario.seed)
  }

  /// Adds what the scooter did next; gives the bytes so far once they are many.
  public mutating func push(_ occurrence: Occurrence) -> ByteChunk? {
    probe.push(occurrence)
    return probe.bytes.count > Self.atOnce ? take(settled: probe.silentUntil) : nil
  }

  /// Ends the line and gives the rest.
  ///
  /// - Parameters:
  ///   - time: of the end, nanoseconds.
  ///   - settled: until when the tap listened, nanoseconds.
  public mutating func finish(at time: Int64, settled: Int64) -> ByteChunk {
    probe.finish(at: time)
    return take(settled: settled)
  }

  private mutating func take(settled: Int64) -> ByteChunk {
    let (bytes, times) = probe.take()
    return stage.push(bytes, times, settled: settled)
  }
}
