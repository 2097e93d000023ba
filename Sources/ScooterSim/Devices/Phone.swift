import NinebotBus

/// What a phone does with the scooter.
public struct PhoneSettings: Hashable, Sendable {
  /// Seconds after power-on. From then on the BLE module has somebody to notify.
  public var connectsAt = 2.5
  /// Seconds from connecting to the first request: log-in; assumed.
  public var loginTakes = 1.2
  /// Nanoseconds between two requests: "one read per 60-180 ms" (protocol.md 4.6).
  public var period: ClosedRange<Double> = 60e6...180e6
  /// Read once after connecting.
  public var startUp: [RegisterRead] = [
    RegisterRead(0x20, 0x10, 0x0E), RegisterRead(0x20, 0x1A, 0x02), RegisterRead(0x20, 0x67, 0x04),
    RegisterRead(0x20, 0x17, 0x06),
  ]
  /// Pages of the app, each a ring of reads.
  public var pages: [[RegisterRead]] = [
    [
      RegisterRead(0x20, 0xB0, 0x20), RegisterRead(0x20, 0x23, 0x06), RegisterRead(0x20, 0x3A, 0x04),
      RegisterRead(0x20, 0x7C, 0x02),
    ],
    [
      RegisterRead(0x22, 0x3B, 0x02), RegisterRead(0x22, 0x31, 0x0A), RegisterRead(0x22, 0x20, 0x06),
      RegisterRead(0x22, 0x1B, 0x04), RegisterRead(0x22, 0x10, 0x12),
    ],
  ]
  /// Seconds on one page; assumed.
  public var pageTime: ClosedRange<Double> = 5...20
  /// Share of requests that are writes: tail light, cruise control, lock and unlock.
  public var writes = 0.01
  public init() {}
}

/// A read request: whom, which register, how many bytes.
public struct RegisterRead: Hashable, Sendable {
  public var address: UInt8
  public var register: UInt8
  public var count: UInt8
  public init(_ address: UInt8, _ register: UInt8, _ count: UInt8) {
    self.address = address
    self.register = register
    self.count = count
  }
}

/// A phone with the scooter's app open.
struct Phone: Device {
  private let settings: PhoneSettings
  private let device: Int
  private let ble: Int
  private var random: SplitMix64
  private var startUp: Int = 0
  private var page = 0
  private var place = 0
  private var pageEnd: Int64 = 0
  private var isConnected = false
  private var isLocked = false
  let hears: [Line] = []

  /// 03 writes without a reply (protocol.md 9.1).
  private static let writes: [(register: UInt8, value: UInt8)] = [
    (0x7D, 2), (0x7D, 0), (0x7C, 1), (0x7C, 0), (0x70, 1), (0x7B, 1),
  ]

  init(_ settings: PhoneSettings, device: Int, ble: Int, seed: UInt64) {
    self.settings = settings
    self.device = device
    self.ble = ble
    random = SplitMix64(seed: seed, part: 50)
  }

  mutating func start(_ kernel: inout EventKernel) {
    kernel.wake(device, at: Int64(settings.connectsAt * 1e9), 0)
  }

  mutating func wake(_ alarm: Int, _ kernel: inout EventKernel) {
    guard isConnected else {
      isConnected = true
      let hello = RadioFrame(time: kernel.now, direction: .toScooter, frame: [], solicited: true)
      kernel.send(hello, to: ble, arrival: kernel.now)
      return kernel.wake(device, at: kernel.now + Int64(settings.loginTakes * 1e9), 0)
    }
    if let frame = nextRequest(kernel.now) {
      let message = RadioFrame(time: kernel.now, direction: .toScooter, frame: frame, solicited: true)
      kernel.note(.radio(message))
      kernel.send(message, to: ble, arrival: kernel.now + Int64(random.uniform(2e6...20e6)))
    }
    kernel.wake(device, at: kernel.now + Int64(random.uniform(settings.period)), 0)
  }

  mutating func receive(_ message: RadioFrame, _ kernel: inout EventKernel) {
    kernel.note(.radio(message))
  }

  private mutating func nextRequest(_ now: Int64) -> [UInt8]? {
    if startUp < settings.startUp.count {
      startUp += 1
      return request(settings.startUp[startUp - 1])
    }
    if random.chance(settings.writes), let write = nextWrite() {
      return wireFrame(0x20, 0x03, write.register, [write.value, 0])
    }
    guard !settings.pages.isEmpty else { return nil }
    if now >= pageEnd {
      page = pageEnd == 0 ? 0 : (page + 1) % settings.pages.count
      pageEnd = now + Int64(random.uniform(settings.pageTime) * 1e9)
      place = 0
    }
    let ring = settings.pages[page]
    guard !ring.isEmpty else { return nil }
    place = (place + 1) % ring.count
    return request(ring[place])
  }

  /// A locked scooter is unlocked next.
  private mutating func nextWrite() -> (register: UInt8, value: UInt8)? {
    let write = isLocked ? (0x71, 1) : Self.writes.randomElement(using: &random)
    isLocked = write?.register == 0x70
    return write
  }

  private func request(_ read: RegisterRead) -> [UInt8] { wireFrame(read.address, 0x01, read.register, [read.count]) }
}
