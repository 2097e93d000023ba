import NinebotBus

/// How an ESC behaves. The defaults are a stock M365 (protocol.md 5.2, 5.4).
public struct EscSettings: Hashable, Sendable {
  /// What it sends to the dash.
  public enum Display: Hashable, Sendable {
    /// L = 6, classic M365.
    case classic
    /// L = 8 with speed and error, Pro and later and ESC emulators.
    case extended
  }

  public var physics = TransmitterPhysics.esc
  /// Nanoseconds from a request's last stop bit to the reply.
  public var replyDelay: ClosedRange<Double> = 112e3...137e3
  /// Share of replies that come later than that, and by how much.
  public var late = TransmitterPhysics.Pause(chance: 0.012, length: 1e6...13e6)
  public var display = Display.classic
  /// ESC emulators send display frames only (protocol.md 7).
  public var answersReads = true
  /// Nanoseconds after power-on until it listens.
  public var boot: ClosedRange<Double> = 390e6...420e6
  /// Display frames that it sends on its own when it has booted.
  public var bootFrames = 3
  public var asksName = true
  /// Whether it has a link to the BMS at all.
  public var pollsBms = true
  public var bmsPhysics = TransmitterPhysics.escToBms
  /// Nanoseconds between polls until the BMS wakes, and after.
  public var bmsWakePeriod = 14.97e6
  public var bmsPeriod = 209.5e6
  /// Share of BMS answers that it hands on late, and by how much (10 of 28 in a capture; the spread is assumed).
  public var bmsLate = TransmitterPhysics.Pause(chance: 0.36, length: 5e6...32e6)
  public init() {}
}

/// The motor controller: answers the dash, answers reads, hands reads of the BMS on, and polls the BMS itself.
struct Esc: Device {
  private let settings: EscSettings
  private let device: Int
  private var random: SplitMix64
  private var dashLink: Outbox
  private var bmsLink: Outbox
  private var registers = RegisterFile()
  private var awake = false
  private var nameAsked = false
  private var bmsAwake = false
  private var polls = 0
  /// Reads of the BMS for others that have no answer yet, oldest first.
  private var handedOn: [(register: UInt8, requester: Party, deadline: Int64)] = []

  private enum Alarm {
    static let dashLink = 0, bmsLink = 1, booted = 2, poll = 3
  }

  let hears: [Line] = [.escBle, .bmsToEsc]

  init(_ settings: EscSettings, device: Int, seed: UInt64) {
    self.settings = settings
    self.device = device
    random = SplitMix64(seed: seed, part: 10)
    // One chip, one clock: both links take the same draw for their drift.
    dashLink = Outbox(
      device: device, party: .esc, line: .escBle, alarm: Alarm.dashLink,
      transmitter: Transmitter(settings.physics, seed: seed, part: 11))
    bmsLink = Outbox(
      device: device, party: .esc, line: .escToBms, alarm: Alarm.bmsLink,
      transmitter: Transmitter(settings.bmsPhysics, seed: seed, part: 11))
    fillRegisters()
  }

  mutating func start(_ kernel: inout EventKernel) {
    kernel.wake(device, at: Int64(random.uniform(settings.boot)), Alarm.booted)
  }

  mutating func wake(_ alarm: Int, _ kernel: inout EventKernel) {
    switch alarm {
    case Alarm.dashLink: dashLink.flush(&kernel)
    case Alarm.bmsLink: bmsLink.flush(&kernel)
    case Alarm.booted: boot(&kernel)
    default: pollBms(&kernel)
    }
  }

  private mutating func boot(_ kernel: inout EventKernel) {
    awake = true
    for _ in 0..<settings.bootFrames {
      dashLink.post(wireFrame(0x21, 0x64, 0, displayBytes(zero: true, &kernel)), cause: .own, due: kernel.now, &kernel)
    }
    if settings.pollsBms { pollBms(&kernel) }
  }

  mutating func hear(_ heard: Transmission, _ kernel: inout EventKernel) {
    guard awake, heard.fits(heard.line == .escBle ? .standard : settings.bmsPhysics.baud),
      let frame = Frame(heard.truth.frame.span), case .single(let address) = frame.address
    else { return }
    switch (heard.line, address) {
    case (.bmsToEsc, 0x25): takeBmsReply(frame, &kernel)
    case (.escBle, 0x20): serve(frame, heard, &kernel)
    case (.escBle, 0x22): handOn(frame, heard, &kernel)
    default: break
    }
  }

  // MARK: - Towards the dash

  private mutating func serve(_ frame: Frame, _ heard: Transmission, _ kernel: inout EventKernel) {
    let requester = heard.truth.requester
    switch frame.command {
    case 0x64:
      answer(0x21, 0x64, 0, displayBytes(zero: false, &kernel), to: nil, heard, &kernel)
      if settings.asksName, !nameAsked {
        nameAsked = true
        dashLink.post(wireFrame(0x21, 0x01, 0), cause: .own, due: kernel.now + 150_000, &kernel)
      }
    case 0x01 where settings.answersReads, 0x61 where settings.answersReads:
      guard let count = frame.payload.first, count > 0, count <= 64 else { return }
      refresh(&kernel)
      answer(
        0x23, 0x01, frame.argument, registers.read(frame.argument, bytes: Int(count)), to: requester, heard, &kernel)
    case 0x02 where settings.answersReads:
      write(frame, &kernel)
      answer(0x23, 0x02, frame.argument, [1], to: requester, heard, &kernel)
    case 0x03: write(frame, &kernel)
    default: break
    }
  }

  private mutating func answer(
    _ address: UInt8, _ command: UInt8, _ argument: UInt8, _ payload: [UInt8], to requester: Party?,
    _ heard: Transmission, _ kernel: inout EventKernel
  ) {
    var delay = random.uniform(settings.replyDelay)
    if random.chance(settings.late.chance) { delay += random.uniform(settings.late.length) }
    dashLink.post(
      wireFrame(address, command, argument, payload), cause: requester.map { .reply(to: $0) } ?? .own,
      answers: requester ?? heard.truth.sender, due: kernel.now + Int64(delay), &kernel)
  }

  /// Mode, battery, light, beep (protocol.md 3.1); at boot all zero.
  private mutating func displayBytes(zero: Bool, _ kernel: inout EventKernel) -> [UInt8] {
    let extended = settings.display == .extended
    guard !zero else { return Array(repeating: 0, count: extended ? 6 : 4) }
    kernel.world.advance(to: kernel.now)
    let world = kernel.world
    let mode: UInt8 = (world.moving ? 1 : 0) | (world.eco ? 2 : 0)
    let light: UInt8 = world.lightOn ? 0x64 : 0
    kernel.world.beep = 0
    guard extended else { return [mode, UInt8(clamping: (world.percent + 12) / 13), light, world.beep] }
    return [mode, UInt8(clamping: world.percent), light, world.beep, UInt8(clamping: Int(world.speed * 3.6)), 0]
  }

  private mutating func write(_ frame: Frame, _ kernel: inout EventKernel) {
    guard let low = frame.payload.first else { return }
    let value = UInt16(low) | (frame.payload.count > 1 ? UInt16(frame.payload[1]) << 8 : 0)
    switch frame.argument {
    case 0x70: kernel.world.locked = true
    case 0x71: kernel.world.locked = false
    case 0x75: kernel.world.eco = value == 1
    case 0x72...0x7D: registers[frame.argument] = value
    default: return
    }
    kernel.world.beep = 1
  }

  // MARK: - Towards the BMS

  private mutating func pollBms(_ kernel: inout EventKernel) {
    let period = bmsAwake ? settings.bmsPeriod : settings.bmsWakePeriod
    let request = bmsAwake ? wireFrame(0x22, 0x01, 0x30, [0x0C]) : wireFrame(0x22, 0x01, 0x10, [0x10])
    bmsLink.post(request, cause: .own, due: kernel.now, &kernel)
    kernel.wake(device, at: kernel.now + Int64(period + random.bell() * 30e3), Alarm.poll)
  }

  private mutating func handOn(_ frame: Frame, _ heard: Transmission, _ kernel: inout EventKernel) {
    guard settings.pollsBms, settings.answersReads, frame.command == 0x01 || frame.command == 0x61,
      let count = frame.payload.first
    else { return }
    let requester = heard.truth.requester ?? heard.truth.sender
    handedOn.removeAll { $0.deadline < kernel.now }
    guard handedOn.count < 4 else { return }
    handedOn.append((frame.argument, requester, kernel.now + 200_000_000))
    bmsLink.post(
      wireFrame(0x22, 0x01, frame.argument, [count]), cause: requester == .phone ? .phone : .relay(for: requester),
      answers: nil, due: kernel.now + Int64(random.uniform(100e3...130e3)), &kernel)
  }

  private var lastHandedBack: Int64 = 0
  private mutating func takeBmsReply(_ frame: Frame, _ kernel: inout EventKernel) {
    bmsAwake = true
    guard let index = handedOn.firstIndex(where: { $0.register == frame.argument }) else { return }
    let requester = handedOn.remove(at: index).requester
    var delay = random.uniform(60e3...110e3)
    if random.chance(settings.bmsLate.chance) { delay += random.uniform(settings.bmsLate.length) }
    // One answer after the other: a late one holds up those behind it.
    lastHandedBack = max(lastHandedBack, kernel.now + Int64(delay))
    dashLink.post(
      wireFrame(0x25, frame.command, frame.argument, frame.payload), cause: .reply(to: requester), answers: requester,
      due: lastHandedBack, &kernel)
  }

  // MARK: - Registers

  private mutating func fillRegisters() {
    registers[0x00] = 0x515C
    registers.set(0x10, text: "13678/00012345")
    registers.set(0x17, text: "000000")
    registers[0x1A] = 0x0134
    registers[0x67] = 0x0115
    registers[0x68] = 0x0072
    registers[0x73] = 20_000
    registers[0x74] = 10_000
    registers[0x7B] = 1
  }

  /// Brings the live registers up to date (protocol.md 4.1, 4.2).
  private mutating func refresh(_ kernel: inout EventKernel) {
    kernel.world.advance(to: kernel.now)
    let world = kernel.world
    let seconds = Double(kernel.now) * 1e-9
    let speed = world.speed * 3600
    let range = Double(world.percent) * 22
    let status: UInt16 = 0x0800 | (world.locked ? 2 : 0)
    registers[0x1D] = status
    registers[0xB2] = status
    registers[0x75] = world.eco ? 1 : 0
    for register in [0x22, 0xB4] as [UInt8] { registers.set(register, Double(world.percent)) }
    for register in [0x26, 0xB5] as [UInt8] { registers.set(register, speed) }
    for register in [0x3A, 0xBA] as [UInt8] { registers.set(register, seconds.rounded(.down)) }
    for register in [0x3E, 0xBB] as [UInt8] { registers.set(register, world.boardTemperature * 10) }
    for register in [0x29, 0xB7] as [UInt8] { registers.setLong(register, world.odometer) }
    for register in [0x2F, 0xB9] as [UInt8] { registers.set(register, world.trip / 10) }
    for register in [0x65, 0xB6] as [UInt8] { registers.set(register, world.trip / max(1, world.ridingSeconds) * 3600) }
    for register in [0x47, 0x48] as [UInt8] { registers.set(register, world.voltage * 100) }
    for register in [0x49, 0x50] as [UInt8] { registers.set(register, world.current * 100) }
    registers.set(0x24, range)
    registers.set(0x25, range * 1.1)
    registers.setLong(0x32, 812_345 + seconds)
    registers.setLong(0x34, 401_234 + world.ridingSeconds)
    registers.set(0x3B, world.ridingSeconds.rounded(.down))
    registers.set(0xBD, world.current * world.voltage)
  }
}

extension GroundTruth {
  /// Who stands behind a request: the phone for what the BLE module forwards, else nobody for stock heartbeats.
  fileprivate var requester: Party? {
    switch (sender, cause) {
    case (_, .phone): .phone
    case (.dash, _): sender
    default: nil
    }
  }
}
