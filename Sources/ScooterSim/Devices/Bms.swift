public import NinebotBus

/// How a BMS behaves. The defaults are a stock M365 (protocol.md 5.2, 5.4).
public struct BmsSettings: Hashable, Sendable {
  public var physics = TransmitterPhysics.bms
  /// Nanoseconds after power-on until it answers: 40 unanswered polls in the capture.
  public var wake: ClosedRange<Double> = 950e6...1_050e6
  public var replyDelay: ClosedRange<Double> = 200e3...240e3
  /// Share of slow answers, and by how much ("at most 35 ms"; the share is assumed).
  public var late = TransmitterPhysics.Pause(chance: 0.01, length: 1e6...34e6)
  public var firmware = 0x0115
  /// Requests at another speed are noise to it.
  public var listensAt = Baud.standard
  public init() {}
}

/// The battery's controller: answers reads on its own link and never speaks unasked.
struct Bms: Device {
  private let settings: BmsSettings
  private let device: Int
  private var random: SplitMix64
  private var outbox: Outbox
  private var registers = RegisterFile()
  private let awakeAt: Int64

  let hears: [Line] = [.escToBms]

  init(_ settings: BmsSettings, device: Int, seed: UInt64) {
    self.settings = settings
    self.device = device
    random = SplitMix64(seed: seed, part: 20)
    awakeAt = Int64(random.uniform(settings.wake))
    outbox = Outbox(
      device: device, party: .bms, line: .bmsToEsc, alarm: 0,
      transmitter: Transmitter(settings.physics, seed: seed, part: 21))
    registers[0x00] = 0x5A5A
    registers.set(0x10, text: "3JA1711A0001BC")
    registers.set(0x17, Double(settings.firmware))
    registers[0x18] = 7_800
    registers[0x19] = 7_650
    registers[0x1A] = 3_600
    registers[0x1B] = 0x0072
    registers[0x1C] = 0x00D9
    registers[0x20] = 0x2228
    registers[0x30] = 1
    registers[0x3B] = 98
  }

  mutating func start(_ kernel: inout EventKernel) {}

  mutating func wake(_ alarm: Int, _ kernel: inout EventKernel) { outbox.flush(&kernel) }

  mutating func hear(_ heard: Transmission, _ kernel: inout EventKernel) {
    guard kernel.now >= awakeAt, heard.fits(settings.listensAt), let frame = Frame(heard.truth.frame.span),
      frame.address == .single(0x22),
      frame.command == 0x01, let count = frame.payload.first, count <= 64
    else { return }
    refresh(&kernel)
    var delay = random.uniform(settings.replyDelay)
    if random.chance(settings.late.chance) { delay += random.uniform(settings.late.length) }
    let cause: Cause =
      switch heard.truth.cause {
      case .phone: .reply(to: .phone)
      case .relay(let party): .reply(to: party)
      default: .own
      }
    outbox.post(
      wireFrame(0x25, 0x01, frame.argument, registers.read(frame.argument, bytes: Int(count))), cause: cause,
      answers: .esc, due: kernel.now + Int64(delay), &kernel)
  }

  /// Brings the live registers up to date (protocol.md 4.3).
  private mutating func refresh(_ kernel: inout EventKernel) {
    kernel.world.advance(to: kernel.now)
    let world = kernel.world
    registers.set(0x31, world.charge)
    registers.set(0x32, Double(world.percent))
    registers.set(0x33, world.current * 100)
    registers.set(0x34, world.voltage * 100)
    let temperature = UInt16(min(max(world.batteryTemperature + 20, 0), 255))
    registers[0x35] = temperature | temperature << 8
    // Ten cells that differ by a few millivolts, as real ones do.
    for cell in 0..<10 { registers.set(0x40 + UInt8(cell), world.voltage * 100 + Double(cell * 3 % 7) - 3) }
  }
}
