public import NinebotBus

/// How one transmitter puts bytes on a line: its clock, its pauses and its driver (protocol.md 5.2, 5.3).
public struct TransmitterPhysics: Hashable, Sendable {
  /// One of the speeds that a clock runs at.
  public struct ClockMode: Hashable, Sendable {
    /// Length of a bit against the nominal one, parts per million; negative is shorter.
    public var ppm: Double
    /// Share of frames that are sent in it.
    public var share: Double
    public init(ppm: Double, share: Double = 1) {
      self.ppm = ppm
      self.share = share
    }
  }

  /// A pause with its probability.
  public struct Pause: Hashable, Sendable {
    public var chance: Double
    /// Nanoseconds.
    public var length: ClosedRange<Double>
    public init(chance: Double, length: ClosedRange<Double>) {
      self.chance = chance
      self.length = length
    }
  }

  public var baud = Baud.standard
  public var clock: [ClockMode] = [ClockMode(ppm: 0)]
  /// Probability that a frame changes its clock mode between two bytes.
  public var switchInFrame = 0.0
  /// Deviation of the clock from frame to frame, parts per million.
  public var jitter = 0.0
  /// The clock wanders this far to both sides, parts per million, once in `driftPeriod` nanoseconds.
  public var drift = 0.0
  public var driftPeriod = 600e9
  /// Idle between two bytes: bit lengths of the own clock plus nanoseconds.
  public var idleBits = 0.0
  public var idle = 0.0
  /// Deviation of that idle time, nanoseconds.
  public var idleJitter = 0.0
  /// Longer pauses before a byte; the chance is that of each byte.
  public var bytePauses: [Pause] = []
  /// Stalls inside a frame; the chance is that of each frame, the place is any.
  public var stalls: [Pause] = []
  /// How much later than due rising edges come, nanoseconds.
  public var riseDelay: Int32 = 0

  public init() {}

  /// M365 BLE module. The shares of stalls are assumed from the text of protocol.md 5.3.
  public static let bleModule: TransmitterPhysics = {
    var physics = TransmitterPhysics()
    physics.clock = [ClockMode(ppm: -12_050, share: 0.9), ClockMode(ppm: -5_900, share: 0.1)]
    physics.switchInFrame = 0.026
    physics.jitter = 130
    physics.drift = 60
    physics.idleBits = 1
    physics.idleJitter = 40
    physics.stalls = [
      Pause(chance: 0.12, length: 10e3...150e3), Pause(chance: 0.03, length: 250e3...400e3),
      Pause(chance: 0.002, length: 400e3...1_200e3),
    ]
    return physics
  }()

  /// M365 ESC on the single wire; the shares of the longer pauses are assumed.
  public static let esc: TransmitterPhysics = {
    var physics = TransmitterPhysics()
    physics.clock = [ClockMode(ppm: -1_700)]
    physics.jitter = 100
    physics.drift = 40
    physics.idle = 108_700
    physics.idleJitter = 60
    physics.bytePauses = [
      Pause(chance: 0.020, length: 17e3...19e3), Pause(chance: 0.010, length: 48e3...50e3),
      Pause(chance: 0.008, length: 66e3...68e3), Pause(chance: 0.001, length: 100e3...165e3),
    ]
    return physics
  }()

  /// M365 ESC towards the BMS: the same clock, contiguous.
  public static let escToBms: TransmitterPhysics = {
    var physics = TransmitterPhysics()
    physics.clock = [ClockMode(ppm: -1_700)]
    physics.jitter = 100
    physics.drift = 40
    physics.bytePauses = [Pause(chance: 0.003, length: 105e3...130e3)]
    physics.riseDelay = 10
    return physics
  }()

  /// M365 BMS.
  public static let bms: TransmitterPhysics = {
    var physics = TransmitterPhysics()
    physics.clock = [ClockMode(ppm: -4_140)]
    physics.jitter = 140
    physics.drift = 60
    physics.riseDelay = 1_170
    return physics
  }()
}

/// A transmitter at work.
struct Transmitter: Sendable {
  let physics: TransmitterPhysics
  private var random: SplitMix64
  private let driftPhase: Double

  init(_ physics: TransmitterPhysics, seed: UInt64, part: UInt64) {
    self.physics = physics
    random = SplitMix64(seed: seed, part: part)
    driftPhase = random.unit()
  }

  mutating func transmission(_ letter: Outbox.Letter, party: Party, line: Line, at time: Int64) -> Transmission {
    let bytes = bytes(of: letter.frame, at: time)
    return Transmission(
      line: line, bytes: bytes, riseDelay: physics.riseDelay,
      truth: GroundTruth(
        sender: party, cause: letter.cause, answers: letter.answers, frame: letter.frame, start: time,
        end: bytes.last?.end ?? time))
  }

  private mutating func bytes(of frame: [UInt8], at time: Int64) -> [WireByte] {
    var mode = drawMode()
    let wander = random.bell() * physics.jitter + drift(at: time)
    let nominal = 1e9 / Double(physics.baud.rate)
    var bit = nominal * (1 + (mode + wander) * 1e-6)
    let switchAt = random.chance(physics.switchInFrame) ? 1 + Int(random.unit() * Double(frame.count)) : .max
    let stall = drawStall(count: frame.count)
    var clock = Double(time)
    var bytes: [WireByte] = []
    bytes.reserveCapacity(frame.count)
    for (index, value) in frame.enumerated() {
      if index > 0 {
        if index == switchAt {
          mode = physics.clock.first { $0.ppm != mode }?.ppm ?? mode
          bit = nominal * (1 + (mode + wander) * 1e-6)
        }
        clock += bit * (10 + physics.idleBits) + max(0, physics.idle + random.bell() * physics.idleJitter)
        for pause in physics.bytePauses where random.chance(pause.chance) { clock += random.uniform(pause.length) }
        if index == stall.place { clock += stall.length }
      }
      bytes.append(WireByte(start: Int64(clock.rounded()), bit: Float(bit), value: value))
    }
    return bytes
  }

  private mutating func drawMode() -> Double {
    guard physics.clock.count > 1 else { return physics.clock.first?.ppm ?? 0 }
    var left = random.unit() * physics.clock.reduce(0) { $0 + $1.share }
    for mode in physics.clock {
      left -= mode.share
      if left < 0 { return mode.ppm }
    }
    return physics.clock[0].ppm
  }

  private mutating func drawStall(count: Int) -> (place: Int, length: Double) {
    guard count > 1 else { return (.max, 0) }
    for stall in physics.stalls where random.chance(stall.chance) {
      return (1 + Int(random.unit() * Double(count - 1)), random.uniform(stall.length))
    }
    return (.max, 0)
  }

  /// A triangle wave: slow, bounded, and the same on every machine.
  private func drift(at time: Int64) -> Double {
    guard physics.drift > 0 else { return 0 }
    let turns = Double(time) / physics.driftPeriod + driftPhase
    let phase = turns - turns.rounded(.down)
    return physics.drift * (4 * abs(phase - 0.5) - 1)
  }
}
