/// How one transmitter shapes its frames on one wire, learnt from frames whose sender is certain.
struct Fingerprint: Sendable {
  /// Microseconds from start bit to start bit.
  private(set) var pitch = ModeSet(range: 80...330, leastSpread: 0.4)
  /// Parts per million against the nominal bit.
  private(set) var clock = ModeSet(range: -30_000...30_000, leastSpread: 120)
  /// Milliseconds from a heartbeat's end to a request.
  private(set) var trigger = ModeSet(range: 0...Measurement.longestTrigger, leastSpread: 0.05, modes: 1)
  /// How many of its requests followed a heartbeat closely, and of how many that was seen.
  private var close: Float = 0
  private var followed: Float = 0
  /// Mean pitch that it certainly reached and did not exceed, where only packets are timed.
  private(set) var slowest: Float = 0
  private(set) var fastest: Float = .infinity
  private(set) var frames = 0

  /// Fewer frames are not enough to hold another against them.
  static let mature = 4

  var isMature: Bool { frames >= Self.mature }

  /// Whether what was measured of pitch and clock fits what was learnt.
  func hasShape(of measurement: Measurement) -> Bool {
    (measurement.pitchSpread == 0 || pitch.fits(measurement.pitch, spread: measurement.pitchSpread))
      && (measurement.clockSpread == 0 || clock.fits(measurement.clock, spread: measurement.clockSpread))
  }

  /// Share of its requests that come after a heartbeat like this one, 0 to 1.
  func share(_ following: Measurement.Following) -> Float {
    let share = (close + 1) / (followed + 2)
    return following == .closely ? share : 1 - share
  }

  /// Whether a request comes after a heartbeat as most of its own do, as far as that is seen.
  func follows(as measurement: Measurement) -> Bool {
    measurement.triggerSpread > 0
      ? trigger.fits(measurement.trigger, spread: measurement.triggerSpread) : measurement.following == .closely
  }

  private mutating func learn(_ following: Measurement.Following) {
    guard following != .unseen else { return }
    if followed == Self.memory { (close, followed) = (close / 2, followed / 2) }
    followed += 1
    if following == .closely { close += 1 }
  }

  /// Requests after which what was seen counts half.
  private static let memory: Float = 512

  mutating func learn(_ measurement: Measurement) {
    learn(measurement.following)
    if measurement.pitchSpread > 0 {
      pitch.learn(measurement.pitch, spread: measurement.pitchSpread, hasTail: measurement.pitchHasTail)
    }
    if measurement.triggerSpread > 0 { trigger.learn(measurement.trigger, spread: measurement.triggerSpread) }
    if measurement.clockSpread > 0 { clock.learn(measurement.clock, spread: measurement.clockSpread) }
    if measurement.pitchHigh > measurement.pitchLow {
      slowest = max(slowest, measurement.pitchLow)
      fastest = min(fastest, measurement.pitchHigh)
    }
    frames += 1
  }
}
