import NinebotBus

/// A third-party module on the single wire: what it polls and when (protocol.md 4.6, 5.5, 7).
public struct DashSettings: Hashable, Sendable {
  /// What makes it send its next request.
  public enum Trigger: Hashable, Sendable {
    /// Right behind a sound `20 65` frame, nanoseconds after its end, but at most once per `atMost` nanoseconds.
    case heartbeat(delay: ClosedRange<Double>, atMost: Double)
    /// Its own timer; it waits until the wire was quiet for `quiet` nanoseconds, 0: it does not listen.
    case timer(period: ClosedRange<Double>, quiet: Double)
  }

  public var physics = TransmitterPhysics()
  public var trigger = Trigger.heartbeat(delay: 60e3...200e3, atMost: 0)
  /// Nanoseconds after power-on until it starts.
  public var boot: ClosedRange<Double> = 1.2e9...1.6e9
  public var ring: [RegisterRead] = []
  /// It sends `20 61` with the levers it last heard, as the stock module does for the phone.
  public var copiesLevers = false
  /// Seconds between forged `21 64` frames that make the stock board beep; nil: none.
  public var beepEvery: ClosedRange<Double>?
  /// Seconds between writes from its menu; nil: none.
  public var writeEvery: ClosedRange<Double>?
  public init() {}
}

/// A dash that somebody added. Everything it does is in its settings.
struct PollingDash: Device {
  private let settings: DashSettings
  private let device: Int
  private var random: SplitMix64
  private var outbox: Outbox
  private var awake = false
  private var place = 0
  private var lastRequest: Int64 = .min / 2
  private var levers: (UInt8, UInt8) = (0x26, 0x27)
  private var nextBeep: Int64 = .max
  private var nextWrite: Int64 = .max

  private enum Alarm {
    static let outbox = 0, booted = 1, timer = 2
  }

  let hears: [Line] = [.escBle]

  init(_ settings: DashSettings, number: Int, device: Int, seed: UInt64) {
    self.settings = settings
    self.device = device
    let part = UInt64(100 + 10 * number)
    random = SplitMix64(seed: seed, part: part)
    outbox = Outbox(
      device: device, party: .dash(number), line: .escBle, alarm: Alarm.outbox,
      transmitter: Transmitter(settings.physics, seed: seed, part: part + 1))
  }

  mutating func start(_ kernel: inout EventKernel) {
    kernel.wake(device, at: Int64(random.uniform(settings.boot)), Alarm.booted)
  }

  mutating func wake(_ alarm: Int, _ kernel: inout EventKernel) {
    switch alarm {
    case Alarm.outbox: outbox.flush(&kernel)
    case Alarm.booted:
      awake = true
      nextBeep = due(settings.beepEvery, kernel.now)
      nextWrite = due(settings.writeEvery, kernel.now)
      if case .timer = settings.trigger { kernel.wake(device, at: kernel.now, Alarm.timer) }
    default:
      guard case .timer(let period, let quiet) = settings.trigger else { return }
      let free = quiet > 0 ? kernel.quietSince(.escBle) + Int64(quiet) : kernel.now
      guard free <= kernel.now else { return kernel.wake(device, at: free, Alarm.timer) }
      send(at: kernel.now, &kernel)
      kernel.wake(device, at: kernel.now + Int64(random.uniform(period)), Alarm.timer)
    }
  }

  mutating func hear(_ heard: Transmission, _ kernel: inout EventKernel) {
    guard let frame = Frame(heard.truth.frame.span), frame.address == .single(0x20) else { return }
    if (frame.command == 0x65 || frame.command == 0x64), frame.payload.count >= 3 {
      levers = (frame.payload[1], frame.payload[2])
    }
    guard awake, frame.command == 0x65, case .heartbeat(let delay, let atMost) = settings.trigger,
      kernel.now - lastRequest >= Int64(atMost)
    else { return }
    send(at: kernel.now + Int64(random.uniform(delay)), &kernel)
  }

  private mutating func send(at time: Int64, _ kernel: inout EventKernel) {
    guard let frame = nextFrame(kernel.now) else { return }
    lastRequest = kernel.now
    outbox.post(frame, cause: .own, due: time, &kernel)
  }

  private mutating func nextFrame(_ now: Int64) -> [UInt8]? {
    if now >= nextBeep {
      nextBeep = due(settings.beepEvery, now)
      return wireFrame(0x21, 0x64, 0, [0, 4, 0, 1])
    }
    if now >= nextWrite {
      nextWrite = due(settings.writeEvery, now)
      return wireFrame(0x20, 0x03, 0x7D, [random.chance(0.5) ? 2 : 0, 0])
    }
    guard !settings.ring.isEmpty else { return nil }
    let read = settings.ring[place]
    place = (place + 1) % settings.ring.count
    if settings.copiesLevers, read.address == 0x20 {
      return wireFrame(0x20, 0x61, read.register, [read.count, 2, levers.0, levers.1])
    }
    return wireFrame(read.address, 0x01, read.register, [read.count])
  }

  private mutating func due(_ every: ClosedRange<Double>?, _ now: Int64) -> Int64 {
    every.map { now + Int64(random.uniform($0) * 1e9) } ?? .max
  }
}
