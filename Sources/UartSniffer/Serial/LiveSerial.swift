public import CaptureFiles
public import NinebotBus
public import SystemPackage

/// Time 0 of a capture, on both clocks: one for all its taps.
public struct CaptureClock: Hashable, Sendable {
  /// Nanoseconds on CLOCK_MONOTONIC.
  public var monotonic: Int64
  /// Nanoseconds since 1970 at the same moment.
  public var unix: Int64

  public init(monotonic: Int64, unix: Int64) {
    self.monotonic = monotonic
    self.unix = unix
  }

  /// Now.
  public init(_ system: any SerialSystem = KernelSerial()) {
    self.init(monotonic: system.now(), unix: system.unixTime())
  }
}

/// A serial port as a source of timed bytes, driven by the caller's poll loop.
///
/// ```swift
/// while running {
///   var entries = port.descriptor.map { [PollEntry($0)] } ?? []
///   let window = PollWindow.wait(for: &entries, until: port.deadline ?? .max, system: system)
///   let reception = port.receive(after: window)
///   // reception.chunk to the decoder, reception.change to the user
/// }
/// ```
/// With several ports, all are in one wait, and `receive` of each is called after it, before the work on the bytes.
/// An unplugged adapter is reported once and looked for until it is back. Not for two threads: one loop owns it.
public final class LiveSerial {
  /// What happened to the port itself.
  public enum Change: Hashable, Sendable {
    /// It hung up. What it had delivered is in the same reception.
    case gone
    /// It is open again.
    case back
    /// It stayed away too long, or came back unusable.
    case ended(InputError)
  }

  /// What one call of `receive` gave.
  public struct Reception: Sendable {
    /// New bytes and new silence; both may be missing.
    public var chunk: ByteChunk
    /// News of the port itself.
    public var change: Change?
  }

  /// What the bytes are from.
  public private(set) var tap: Tap
  /// Time 0 of the byte times.
  public let clock: CaptureClock
  /// What is known of the adapter's delays.
  public private(set) var timing: AdapterTiming
  /// `ftdi_sio` and the like, where there is one.
  public private(set) var driver: String?
  /// The FTDI driver's `latency_timer` in milliseconds, after low latency was asked for.
  public private(set) var latencyTimer: Int?
  /// Whether the driver took the wish for low latency; nil where it knows no such thing.
  public private(set) var lowLatency: Bool?
  /// Whether the adapter is there.
  public private(set) var state: PortState

  private let system: any SerialSystem
  private let path: String
  private var port: SerialPort?
  private var packetClock: PacketClock
  private var parser = ParmrkParser()
  private var marked: [UInt8] = []
  private var faults: [LineFault] = []
  /// Counted up to the last re-open, and since; nil where the driver has no counters.
  private var earlierCounters: LineCounters?
  private var recentCounters: LineCounters?
  /// When to look whether the line is still silent, and when once more after that; CLOCK_MONOTONIC.
  private var nextLook: Int64?
  private var lastLook: Int64?
  private var endReported = false

  /// Bytes of one `receive`, at most: a quarter of a second at 2 Mbaud.
  private static let mostBytes = 1 << 16

  /// Opens a port to listen. `patience` is how long to wait for it when it goes away, in nanoseconds; nil for ever.
  /// `detail` says what it is where path and driver do not.
  public init(
    _ path: String, name: String = "bus0", detail: String? = nil, baud: Baud = .standard, clock: CaptureClock? = nil,
    patience: Int64? = nil, system: any SerialSystem = KernelSerial()
  ) throws(InputError) {
    let port = try SerialPort.open(path, baud: baud, system: system)
    let clock = clock ?? CaptureClock(system)
    let adapter = Self.adapter(of: port, baud, system)
    self.system = system
    self.path = path
    self.clock = clock
    driver = adapter.driver
    latencyTimer = adapter.latencyTimer
    timing = adapter.timing
    lowLatency = port.lowLatency
    state = PortState(path: path, patience: patience)
    packetClock = PacketClock(origin: clock.monotonic, opened: system.now(), baud: baud, adapter: adapter.timing)
    tap = Tap(
      name: name, detail: detail ?? adapter.driver.map { "\(path) (\($0))" } ?? path, baud: baud,
      quality: .packets(latency: adapter.timing.timer + adapter.timing.transfer))
    tap.isPacedByWire = !port.node.isPseudoTerminal
    recentCounters = port.countersAtOpen.map { $0.since($0) }
    self.port = consume port
  }

  /// What to wait for; nil while the adapter is away.
  public var descriptor: FileDescriptor? { port?.descriptor }

  /// When to call `receive` at the latest, on CLOCK_MONOTONIC; nil while only bytes matter.
  public var deadline: Int64? { port == nil ? state.deadline : nextLook }

  /// What the driver counted during the capture; nil where it has no counters.
  public var counters: LineCounters? {
    guard let recentCounters else { return earlierCounters }
    return earlierCounters.map { $0 + recentCounters } ?? recentCounters
  }

  /// Deliveries whose bytes lay in the host for longer than assumed; their bounds are wide.
  public var lateDeliveries: Int { packetClock.lateDeliveries }

  /// An adapter was plugged in somewhere: a port that is away is looked for at once.
  public func hint() { state.hint(at: system.now()) }

  /// Takes what has come. `window` is the wait that was just over. Never waits longer than a millisecond.
  public func receive(after window: PollWindow, tap index: Int = 0) -> Reception {
    var reception = Reception(chunk: ByteChunk(tap: index), change: nil)
    if port == nil {
      reopen(&reception)
    } else {
      take(after: window, into: &reception)
    }
    return reception
  }

  private func take(after window: PollWindow, into reception: inout Reception) {
    marked.removeAll(keepingCapacity: true)
    let (read, seenEmpty, isGone) = drain()
    if !marked.isEmpty {
      faults.removeAll(keepingCapacity: true)
      parser.push(marked, bytes: &reception.chunk.bytes, faults: &faults)
      let count = reception.chunk.bytes.count
      packetClock.push(count: count, window: window, read: read, into: &reception.chunk.times)
      for index in 0..<count { reception.chunk.times[index].fault = faults[index] }
      markLosses(&reception.chunk)
      // Twice: soon, for a frame that was cut short, and once more when surely nothing follows.
      let soon = read + timing.longest(at: packetClock.baud) + 5_000_000
      (nextLook, lastLook) = (soon, soon + 100_000_000)
    }
    if let seenEmpty {
      while let look = nextLook, look <= seenEmpty { (nextLook, lastLook) = (lastLook, nil) }
      reception.chunk.silentUntil = packetClock.empty(at: seenEmpty)
    }
    if isGone {
      earlierCounters = counters
      recentCounters = nil
      (nextLook, lastLook) = (nil, nil)
      port = nil
      state.lost(at: system.now())
      reception.change = .gone
    }
  }

  /// Reads until nothing is there. Returns the time after the last read that gave bytes, and the time before the one
  /// that gave none.
  private func drain() -> (read: Int64, seenEmpty: Int64?, isGone: Bool) {
    var read: Int64 = 0
    var settled = !timing.fillsPackets(at: packetClock.baud)
    while marked.count < Self.mostBytes {
      let before = system.now()
      switch port?.read(upTo: 4096, into: &marked) ?? .gone {
      case .bytes: read = system.now()
      case .gone: return (read, nil, true)
      case .empty:
        if marked.isEmpty || settled { return (read, before, false) }
        // The kernel hands on a big transfer in parts, and the bounds need the whole.
        settled = true
        guard let descriptor else { return (read, before, false) }
        var entries = [PollEntry(descriptor)]
        try? system.poll(&entries, milliseconds: 1)
      }
    }
    return (read, nil, false)
  }

  /// A receiver's overrun leaves no mark in the stream, only in the counters. The bytes were lost before this
  /// delivery or inside it.
  private func markLosses(_ chunk: inout ByteChunk) {
    guard let atOpen = port?.countersAtOpen, let now = port?.counters() else { return }
    let counted = now.since(atOpen)
    if let before = recentCounters,
      counted.overrun != before.overrun || counted.bufferOverrun != before.bufferOverrun,
      let index = chunk.times.firstIndex(where: { $0.fault == .none })
    {
      chunk.times[index].fault = .overrun
    }
    recentCounters = counted
  }

  private func reopen(_ reception: inout Reception) {
    let now = system.now()
    guard state.shouldOpen(at: now) else {
      if case .ended(let error) = state.phase, !endReported {
        endReported = true
        reception.change = .ended(error)
      }
      return
    }
    do throws(InputError) {
      let opened = try SerialPort.open(path, baud: packetClock.baud, system: system)
      let adapter = Self.adapter(of: opened, packetClock.baud, system)
      (driver, latencyTimer, timing) = (adapter.driver, adapter.latencyTimer, adapter.timing)
      lowLatency = opened.lowLatency
      recentCounters = opened.countersAtOpen.map { $0.since($0) }
      port = consume opened
      parser = ParmrkParser()
      packetClock.reopened(at: system.now(), adapter: adapter.timing)
      state.opened()
      reception.change = .back
    } catch {
      state.failed(error, isAbsent: (try? system.status(of: path)) == nil, at: now)
    }
  }

  private static func adapter(
    of port: borrowing SerialPort, _ baud: Baud, _ system: any SerialSystem
  ) -> (driver: String?, latencyTimer: Int?, timing: AdapterTiming) {
    let (name, driver) = system.identity(of: port.node)
    let timer = system.attribute("latency_timer", of: port.node).flatMap(Int.init)
    let timing = AdapterTiming.of(
      driver: driver, name: name, latencyTimer: timer, isPseudoTerminal: port.node.isPseudoTerminal, baud: baud)
    return (driver, timer, timing)
  }
}
