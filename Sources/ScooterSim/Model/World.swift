/// How the scooter is ridden and what its battery holds.
public struct RideSettings: Hashable, Sendable {
  /// False: it stands still all the time.
  public var rides = true
  /// Seconds between two presses of the light button; nil: never touched.
  public var lightEvery: Double?
  /// Kilometres before the run.
  public var odometer = 517.967
  /// Per cent.
  public var battery = 64.0
  public init() {}
}

/// The physical state: what a person on the scooter would see and feel.
///
/// Simple physics, assumed throughout: enough for registers that live and fit together.
struct World: Sendable {
  /// Metres a second.
  private(set) var speed = 0.0
  private(set) var odometer: Double
  private(set) var trip = 0.0
  private(set) var ridingSeconds = 0.0
  /// mAh left.
  private(set) var charge: Double
  /// Amperes out of the battery.
  private(set) var current = 0.02
  private(set) var boardTemperature = 25.0
  private(set) var batteryTemperature = 25.0
  private(set) var throttle = 0.0
  private(set) var brake = 0.0
  var lightOn = false
  var eco = false
  var locked = false
  /// Taken by the ESC with its next display frame: 0 none, 1 short, 2 long.
  var beep: UInt8 = 0

  /// M365 with the captured BMS (protocol.md 4.3: register 18).
  static let capacity = 7_800.0

  private let settings: RideSettings
  private var random: SplitMix64
  private var time: Int64 = 0
  private var phase = Phase.rest
  private var phaseEnd: Int64 = 2_000_000_000
  private var nextLight: Int64

  private enum Phase { case rest, accelerate, cruise, brake }

  init(_ settings: RideSettings, seed: UInt64) {
    self.settings = settings
    random = SplitMix64(seed: seed, part: 1)
    odometer = settings.odometer * 1000
    charge = Self.capacity * settings.battery / 100
    nextLight = settings.lightEvery.map { Int64($0 * 1e9) } ?? .max
  }

  var percent: Int { Int((charge / Self.capacity * 100).rounded()) }
  /// Volts of the pack under load.
  var voltage: Double { 33.0 + 9.0 * charge / Self.capacity - 0.12 * current }
  var moving: Bool { speed > 0.3 }

  /// Lever positions as the BLE board's converter reads them (protocol.md 3.1: rest 26-28 and 27-2D hex).
  mutating func levers() -> (throttle: UInt8, brake: UInt8) {
    let noise = random.chance(0.03) ? 1.0 : 0
    return (UInt8(0x26 + throttle * 157 + noise), UInt8(0x27 + brake * 142 + (random.chance(0.03) ? 1 : 0)))
  }

  mutating func advance(to now: Int64) {
    while time < now {
      let step = min(now - time, 50_000_000)
      time += step
      integrate(Double(step) * 1e-9)
    }
  }

  private mutating func integrate(_ seconds: Double) {
    if time >= nextLight {
      lightOn.toggle()
      nextLight += Int64((settings.lightEvery ?? 1) * 1e9)
    }
    if settings.rides, time >= phaseEnd { enterNextPhase() }
    let top = locked ? 0 : (eco ? 4.9 : 6.9)
    let wish = top * throttle
    var acceleration = wish > speed ? min(1.1, (wish - speed) * 0.8) : max(-0.25, (wish - speed) * 0.5)
    if brake > 0 { acceleration = -2.2 * brake }
    speed = max(0, speed + acceleration * seconds)
    let metres = speed * seconds
    odometer += metres
    trip += metres
    if moving { ridingSeconds += seconds }
    current = 0.02 + (brake > 0 ? -1.5 * min(1, speed) * brake : throttle * (1.5 + 9 * max(0, acceleration)))
    charge = min(Self.capacity, max(0, charge - current * seconds / 3.6))
    // Long runs: somebody puts in a fresh battery before it is empty.
    if charge < 0.04 * Self.capacity { charge = 0.96 * Self.capacity }
    boardTemperature += (25 + abs(current) * 2.2 - boardTemperature) * seconds / 120
    batteryTemperature += (25 + abs(current) * 0.8 - batteryTemperature) * seconds / 600
  }

  private mutating func enterNextPhase() {
    switch phase {
    case .rest:
      phase = .accelerate
      throttle = random.uniform(0.5...1)
    case .accelerate:
      phase = .cruise
      throttle = random.uniform(0.3...0.9)
    case .cruise:
      phase = random.chance(0.4) ? .accelerate : .brake
      throttle = phase == .accelerate ? random.uniform(0.5...1) : 0
      brake = phase == .brake ? random.uniform(0.3...1) : 0
    case .brake:
      phase = .rest
      throttle = 0
      brake = 0
    }
    phaseEnd = time + random.uniform(2_000_000_000...9_000_000_000)
  }
}
