/// How much a wire is disturbed.
public struct NoiseSettings: Hashable, Sendable {
  /// Pulses a second with the light off; about 8 in one capture (protocol.md 5.3).
  public var rate = 0.0
  /// Pulses a second with the front light on.
  public var rateWithLight = 0.0
  /// Nanoseconds.
  public var width: ClosedRange<Double> = 60...950
  /// Share of pulses that pull the line low; the others lift it.
  public var lows = 0.8
  public init() {}
}

/// Disturbances of the single wire.
struct NoiseSource: Device {
  private let settings: NoiseSettings
  private let device: Int
  private var random: SplitMix64
  let hears: [Line] = []

  init(_ settings: NoiseSettings, device: Int, seed: UInt64) {
    self.settings = settings
    self.device = device
    random = SplitMix64(seed: seed, part: 30)
  }

  mutating func start(_ kernel: inout EventKernel) {
    guard settings.rate > 0 || settings.rateWithLight > 0 else { return }
    kernel.wake(device, at: 0, 0)
  }

  mutating func wake(_ alarm: Int, _ kernel: inout EventKernel) {
    let rate = kernel.world.lightOn ? settings.rateWithLight : settings.rate
    guard rate > 0 else { return kernel.wake(device, at: kernel.now + 100_000_000, 0) }
    let pulse = NoisePulse(
      line: .escBle, start: kernel.now, width: Int32(random.uniform(settings.width)),
      level: !random.chance(settings.lows))
    kernel.note(.noise(pulse))
    // Look again soon, so that switching the light shows at once.
    kernel.wake(
      device, at: kernel.now + 1_000 + Int64(pulse.width) + Int64(min(random.unit() * 2 / rate, 0.1) * 1e9), 0)
  }
}
