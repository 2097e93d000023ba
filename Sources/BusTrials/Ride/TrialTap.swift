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
    var probe = TrialProbe(scenario, quality: quality)
    var decoder = FrameDecoder()
    let limit = Int64(seconds * 1e9)
    while let occurrence = scooter.next(until: limit) {
      if let chunk = probe.push(occurrence) { decode(chunk, &decoder) }
    }
    decode(probe.finish(at: limit, settled: limit), &decoder)
    decoder.finish()
    drain(decoder)
  }

  /// What begins in the range, nanoseconds of the ride.
  func part(in range: ClosedRange<Int64>) -> TrialTap {
    var part = self
    part.events.removeAll { !range.contains($0.event.start.middle) }
    return part
  }

  private mutating func decode(_ chunk: ByteChunk, _ decoder: inout FrameDecoder) {
    decoder.push(chunk.bytes.span, times: chunk.times.span)
    drain(decoder)
  }

  private mutating func drain(_ decoder: FrameDecoder) {
    for event in decoder.events { events.append((event, Array(decoder.buffer[event.range]))) }
  }
}
