import NinebotBus

/// How a BLE module behaves. The defaults are a stock M365 with firmware 0x072 (protocol.md 5.2, 5.4, 6.9).
public struct BleSettings: Hashable, Sendable {
  public var physics = TransmitterPhysics.bleModule
  /// Nanoseconds from slot to slot.
  public var slot = 19.86e6
  /// Deviation of a slot's start from its place in the grid, nanoseconds.
  public var slotJitter = 12e3
  /// Each how many slots one starts late, and by how much; the next is on the grid again. Seen in a capture, the
  /// reason is unknown.
  public var lateEvery = 11
  public var lateBy: ClosedRange<Double> = 1.05e6...1.2e6
  /// Share of slots that are far off the grid, and by how much to either side ("some slots 16-17 ms").
  public var stray = TransmitterPhysics.Pause(chance: 0.002, length: 1.5e6...3.5e6)
  /// One 64 in so many slots, the others carry 65.
  public var pattern = 5
  /// Whether a phone's read of the ESC becomes a 61 with the levers in it; proven for firmware 0x072 only.
  public var rewritesReads = true
  /// Whether replies that nobody behind it asked for go to the phone (protocol.md 6.8: seen on a Pro 2).
  public var forwardsForeign = false
  /// Share of notifications that are followed by an empty one (protocol.md 6.8; the share is assumed).
  public var emptyNotifications = 0.0
  public var version: UInt16 = 0x0072
  public var name = "MIScooter1234"
  /// Nanoseconds of uptime between reboots, and how long each takes; nil: it does not reboot.
  public var rebootEvery: ClosedRange<Double>?
  public var rebootTakes: ClosedRange<Double> = 0.8e9...2.0e9
  public init() {}
}

/// The stock dash: sends its heartbeats on a grid of slots and hands the phone's requests to the wire.
struct BleModule: Device {
  private let settings: BleSettings
  private let device: Int
  private let phone: Int?
  private var random: SplitMix64
  private var outbox: Outbox
  private var running = false
  /// Somebody is connected over the air.
  private var connected = false
  /// After a reboot a phone needs a while to connect again.
  private var connectable: Int64 = 0
  /// Grid time of the next slot.
  private var grid: Int64 = 0
  private var slots = 0
  private var sinceVersion = 0
  private var needsName = false
  /// Requests of the phone that wait for a slot.
  private var requests: [[UInt8]] = []
  /// Reads of the phone that wait for a reply: address of the reply, register, deadline.
  private var expected: [(address: UInt8, command: UInt8, register: UInt8, deadline: Int64)] = []

  private enum Alarm {
    static let outbox = 0, slot = 1, reboot = 2, boot = 3
  }
  private static let mostRequests = 4

  let hears: [Line] = [.escBle]

  init(_ settings: BleSettings, device: Int, phone: Int?, seed: UInt64) {
    self.settings = settings
    self.device = device
    self.phone = phone
    random = SplitMix64(seed: seed, part: 40)
    outbox = Outbox(
      device: device, party: .ble, line: .escBle, alarm: Alarm.outbox,
      transmitter: Transmitter(settings.physics, seed: seed, part: 41))
  }

  mutating func start(_ kernel: inout EventKernel) {
    kernel.wake(device, at: Int64(random.uniform(10e6...30e6)), Alarm.boot)
  }

  mutating func wake(_ alarm: Int, _ kernel: inout EventKernel) {
    switch alarm {
    case Alarm.outbox: outbox.flush(&kernel)
    case Alarm.slot: takeSlot(&kernel)
    case Alarm.reboot: reboot(&kernel)
    default: boot(&kernel)
    }
  }

  private mutating func boot(_ kernel: inout EventKernel) {
    running = true
    grid = kernel.now
    slots = 0
    sinceVersion = 0
    requests = []
    expected = []
    kernel.wake(device, at: kernel.now, Alarm.slot)
    if let uptime = settings.rebootEvery {
      kernel.wake(device, at: kernel.now + Int64(random.uniform(uptime)), Alarm.reboot)
    }
  }

  private mutating func reboot(_ kernel: inout EventKernel) {
    running = false
    connected = false
    outbox.clear()
    let boots = kernel.now + Int64(random.uniform(settings.rebootTakes))
    // Advertising, connecting and log-in; assumed.
    connectable = boots + Int64(random.uniform(1e9...2.5e9))
    kernel.wake(device, at: boots, Alarm.boot)
  }

  // MARK: - Slots

  private mutating func takeSlot(_ kernel: inout EventKernel) {
    guard running else { return }
    let (frame, cause) = nextFrame(&kernel)
    outbox.post(frame, cause: cause, answers: frame[3] == 0x24 ? .esc : nil, due: kernel.now, &kernel)
    slots += 1
    grid += Int64(settings.slot)
    var next = Double(grid) + random.bell() * settings.slotJitter
    if settings.lateEvery > 0, slots % settings.lateEvery == 0 { next += random.uniform(settings.lateBy) }
    if random.chance(settings.stray.chance) {
      next += random.uniform(settings.stray.length) * (random.chance(0.5) ? 1 : -1)
    }
    kernel.wake(device, at: Int64(next), Alarm.slot)
  }

  private mutating func nextFrame(_ kernel: inout EventKernel) -> ([UInt8], Cause) {
    kernel.world.advance(to: kernel.now)
    // The converter has not settled when the first frame goes out (protocol.md 3.1).
    let (throttle, brake) = slots == 0 ? (0x1C, 0x13) : kernel.world.levers()
    if needsName {
      needsName = false
      sinceVersion = settings.pattern - 1
      let name = Array(settings.name.utf8.prefix(13))
      return (wireFrame(0x24, 0x01, 0, name + Array(repeating: 0, count: 13 - name.count)), .own)
    }
    if !requests.isEmpty {
      sinceVersion = settings.pattern - 1
      return (rewritten(requests.removeFirst(), throttle, brake), .phone)
    }
    sinceVersion += 1
    guard sinceVersion >= settings.pattern else {
      return (wireFrame(0x20, 0x65, 0, [4, throttle, brake, 0, 0]), .own)
    }
    sinceVersion = 0
    let low = UInt8(truncatingIfNeeded: settings.version), high = UInt8(truncatingIfNeeded: settings.version >> 8)
    return (wireFrame(0x20, 0x64, 0, [6, throttle, brake, 0, 0, low, high]), .own)
  }

  /// What goes on the wire for a phone's frame (protocol.md 6.9).
  private func rewritten(_ request: [UInt8], _ throttle: UInt8, _ brake: UInt8) -> [UInt8] {
    guard settings.rewritesReads, let frame = Frame(request.span), frame.address == .single(0x20),
      frame.command == 0x01, let count = frame.payload.first
    else { return request }
    return wireFrame(0x20, 0x61, frame.argument, [count, 2, throttle, brake])
  }

  // MARK: - Between wire and phone

  mutating func receive(_ message: RadioFrame, _ kernel: inout EventKernel) {
    guard running, kernel.now >= connectable else { return }
    connected = true
    guard requests.count < Self.mostRequests, let frame = Frame(message.frame.span) else { return }
    requests.append(message.frame)
    guard frame.command == 0x01 || frame.command == 0x02, case .single(let address) = frame.address else { return }
    expected.removeAll { $0.deadline < kernel.now }
    if expected.count < 16 {
      expected.append((address + 3, frame.command, frame.argument, kernel.now + 500_000_000))
    }
  }

  mutating func hear(_ heard: Transmission, _ kernel: inout EventKernel) {
    guard running, let frame = Frame(heard.truth.frame.span), case .single(let address) = frame.address else { return }
    if address == 0x21, frame.command == 0x01 { needsName = true }
    guard let phone, connected, address == 0x23 || address == 0x25 else { return }
    let match = expected.firstIndex {
      $0.address == address && $0.command == frame.command && $0.register == frame.argument && $0.deadline >= kernel.now
    }
    if let match { expected.remove(at: match) }
    guard match != nil || settings.forwardsForeign else { return }
    // Asked for and caused by the phone are two things: a dash's equal read can be answered first.
    notify(heard.truth.frame, solicited: heard.truth.cause == .reply(to: .phone), phone, &kernel)
    if random.chance(settings.emptyNotifications) { notify([], solicited: false, phone, &kernel) }
  }

  private mutating func notify(_ frame: [UInt8], solicited: Bool, _ phone: Int, _ kernel: inout EventKernel) {
    // Connection interval 7.5-30 ms, assumed; notifications stay in order.
    airFree = max(airFree + 500_000, kernel.now + Int64(random.uniform(3e6...25e6)))
    kernel.send(
      RadioFrame(time: airFree, direction: .toPhone, frame: frame, solicited: solicited), to: phone, arrival: airFree)
  }
  private var airFree: Int64 = 0
}
