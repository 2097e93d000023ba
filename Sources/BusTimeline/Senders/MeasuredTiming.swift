public import NinebotBus
public import UartSniffer

/// What was measured of one frame's transmitter, as attribution weighs it.
public struct MeasuredTiming: Hashable, Sendable {
  /// Microseconds from start bit to start bit; nil where bytes were not timed.
  public var pitch: Double?
  /// Bounds of the mean pitch in microseconds, where packets were timed and say anything at all.
  public var pitchBounds: ClosedRange<Double>?
  /// Bit length against nominal in parts per million; nil where edges were not seen.
  public var bitClock: Double?

  /// - Parameters:
  ///   - event: a frame with the times of its bytes.
  ///   - tap: where the event was seen.
  public init(_ event: BusEvent, tap: Tap) {
    guard tap.quality != .none else { return }
    let measurement = Measurement(event, baud: tap.baud ?? .standard)
    if measurement.pitchSpread > 0 { pitch = Double(measurement.pitch) }
    if measurement.pitchHigh > measurement.pitchLow, measurement.pitchHigh > 0 {
      pitchBounds = Double(max(0, measurement.pitchLow))...Double(measurement.pitchHigh)
    }
    if measurement.clockSpread > 0 { bitClock = Double(measurement.clock) }
  }
}
