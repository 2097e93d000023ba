public import NinebotBus
public import ScooterSim
import UartSniffer

/// What a tap of some quality and the decoder make of a ride's bus.
public struct TrialTap: Sendable {
  public let quality: Quality
  /// In their order, with their bytes; nanoseconds of the ride.
  public private(set) var events: [(event: BusEvent, bytes: [UInt8])] = []

  /// Taps the ESC-BLE link of a scenario for some seconds.
  public init(_ scenario: Scenario, seconds: Double, quality: Quality) {
    self.quality = quality
    var scooter = Scooter(scenario)
    var probe = LineProbe(.escBle, rule: scenario.rule, quality: quality.probe, seed: scenario.seed)
    var stage = QualityStage(quality, baud: .standard, seed: scenario.seed)
    var decoder = FrameDecoder()
    let limit = Int64(seconds * 1e9)
    while let occurrence = scooter.next(until: limit) {
      probe.push(occurrence)
      if probe.bytes.count > 2048 { decode(&probe, &stage, &decoder, settled: probe.silentUntil) }
    }
    probe.finish(at: limit)
    decode(&probe, &stage, &decoder, settled: limit)
    decoder.finish()
    drain(decoder)
  }

  /// What begins in the range, nanoseconds of the ride.
  func part(in range: ClosedRange<Int64>) -> TrialTap {
    var part = self
    part.events.removeAll { !range.contains($0.event.start.middle) }
    return part
  }

  private mutating func decode(
    _ probe: inout LineProbe, _ stage: inout QualityStage, _ decoder: inout FrameDecoder, settled: Int64
  ) {
    let (bytes, times) = probe.take()
    let chunk = stage.push(bytes, times, settled: settled)
    decoder.push(chunk.bytes.span, times: chunk.times.span)
    drain(decoder)
  }

  private mutating func drain(_ decoder: FrameDecoder) {
    for event in decoder.events { events.append((event, Array(decoder.buffer[event.range]))) }
  }
}
