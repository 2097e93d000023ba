import Glibc
import NinebotBus
import UartSniffer

/// What one frame shows of its transmitter's timing, with the spread of the measurement.
struct Measurement: Hashable, Sendable {
  /// Start bit to start bit in microseconds; the spread is 0 where it was not seen.
  var pitch: Float = 0
  var pitchSpread: Float = 0
  /// Whether pauses inside the frame can have lengthened `pitch`: a mean is, the least of all is not.
  var pitchHasTail = false
  /// Bounds of the mean pitch where only packets were timed; equal where there are none.
  var pitchLow: Float = 0
  var pitchHigh: Float = 0
  /// Bit length against nominal in parts per million; the spread is 0 where edges were not seen.
  var clock: Float = 0
  var clockSpread: Float = 0

  /// Milliseconds since the end of the last heartbeat; the spread is 0 where that is not known well enough.
  var trigger: Float = 0
  var triggerSpread: Float = 0

  /// How a request came after the last heartbeat, where the distance is not known well enough: right behind it as far as
  /// can be seen, or not.
  enum Following: UInt8 { case unseen, closely, apart }
  var following = Following.unseen

  /// Whether it is known how a request came after the last heartbeat.
  var showsDistance: Bool { triggerSpread > 0 || following != .unseen }

  /// Nothing was measured.
  init() {}

  /// - Parameter event: of a tap that has times.
  init(_ event: BusEvent, baud: Baud) {
    guard event.kind == .frame, event.count > 4 else { return }
    let gaps = Float(event.count - 1)
    let byte = Float(baud.duration(bytes: 1)) / 1000
    let error = Float(max(event.start.error, event.end.error)) / 1000
    if event.shape.leastPitch > 0, error < 2 {
      pitch = Float(event.shape.leastPitch) / 1000
      pitchSpread = 0.3 + error
    } else if error < byte / 2, event.shape.leastPitch > 0 {
      pitch = (Float(event.duration) / 1000 - byte) / gaps
      pitchSpread = 0.5 + error * 0.8 / gaps
      pitchHasTail = true
    } else {
      pitchLow = (Float(event.end.earliest - event.start.latest) / 1000 - byte) / gaps
      pitchHigh = (Float(event.end.latest - event.start.earliest) / 1000 - byte) / gaps
    }
    if event.shape.edgeBits >= 16, let ppm = event.shape.bitClock(against: baud) {
      clock = Float(ppm)
      // Two edges a byte, each off by up to the sampling error, over about 70 us; and some of the transmitter's own.
      clockSpread = 100 + 11_400 * error / gaps.squareRoot()
    }
  }

  /// Whether an event can show a pitch or a bit clock, and not only bounds.
  @inline(__always)
  static func canShowShape(_ event: BusEvent) -> Bool { event.shape.leastPitch > 0 || event.shape.edgeBits > 0 }

  /// The mean of what several frames of one transmitter show, which is known better than that of each.
  init(meanOf all: [Measurement]) {
    let shaped = all.filter(\.isShaped)
    let count = Float(shaped.count)
    guard count > 0 else { return }
    pitch = shaped.reduce(0) { $0 + $1.pitch } / count
    pitchSpread = shaped.reduce(0) { $0 + $1.pitchSpread } / count / count.squareRoot()
    pitchHasTail = shaped.contains(where: \.pitchHasTail)
    clock = shaped.reduce(0) { $0 + $1.clock } / count
    clockSpread = shaped.reduce(0) { $0 + $1.clockSpread } / count / count.squareRoot()
  }

  /// Adds the distance to the last heartbeat, or what can be seen of it.
  mutating func measureTrigger(_ event: BusEvent, after beat: TimeBounds, _ scatter: TimeScatter) {
    let distance = Float(event.start.middle - beat.middle) / 1_000_000
    let error = scatter.sigma(within: Float(event.start.error + beat.error)) / 1_000_000
    guard error < Self.mostScatter else {
      following = abs(distance) < Self.closest ? .closely : .apart
      return
    }
    guard distance > -4 * error, distance < Self.longestTrigger else { return }
    trigger = max(0, distance)
    triggerSpread = 0.02 + error
  }

  /// Milliseconds; later than this has nothing to do with the heartbeat.
  static let longestTrigger: Float = 40
  /// Milliseconds; where times scatter more, only that is told which does not depend on it: whether a request followed
  /// in one delivery with the heartbeat, with no pause that another byte would have fitted into.
  private static let mostScatter: Float = 2
  private static let closest: Float = 0.1

  /// Whether pitch or clock was measured.
  var isShaped: Bool { pitchSpread > 0 || clockSpread > 0 }

  /// Whether pitch and clock are the same within what was measured.
  func hasShape(of other: Measurement) -> Bool {
    let samePitch = pitchSpread == 0 || abs(pitch - other.pitch) < 3 * hypotf(pitchSpread, other.pitchSpread)
    let sameClock = clockSpread == 0 || abs(clock - other.clock) < 3 * hypotf(clockSpread, other.clockSpread)
    return samePitch && sameClock
  }

  /// Whether both came equally long after a heartbeat.
  func hasTrigger(of other: Measurement) -> Bool {
    if following != .unseen { return following == other.following }
    return triggerSpread > 0 && other.triggerSpread > 0
      && abs(trigger - other.trigger) < 0.2 + 2 * hypotf(triggerSpread, other.triggerSpread)
  }
}
