public import NinebotBus

/// When a caller waited for bytes: nanoseconds on CLOCK_MONOTONIC.
public struct PollWindow: Hashable, Sendable {
  /// Just before the wait.
  public var entered: Int64
  /// Just after it.
  public var woke: Int64

  public init(entered: Int64, woke: Int64) {
    self.entered = entered
    self.woke = woke
  }

  /// Waits until one of the entries has something to tell, at latest until `deadline`. A signal ends the wait early.
  public static func wait(for entries: inout [PollEntry], until deadline: Int64, system: any SerialSystem) -> PollWindow
  {
    let entered = system.now()
    let milliseconds = deadline <= entered ? 0 : (deadline - entered - 1) / 1_000_000 + 1
    try? system.poll(&entries, milliseconds: Int32(clamping: milliseconds))
    return PollWindow(entered: entered, woke: system.now())
  }
}

/// Bounds the times of bytes that came in packets, from what is certain of each delivery.
///
/// * A byte ended before the read that returned it, and before those behind it: bytes are at least ten bits apart, at
///   the nominal rate plus 2.5 % (the fastest sender known is 2.1 % fast, protocol.md 5.3).
/// * It did not wait longer than adapter, transfer and host may take (`AdapterTiming`).
/// * It came after the bytes before it.
/// * A reader that had to wait was woken by its bytes; for one that did not, they may be there since the port was
///   last seen empty.
///
/// Where a delivery contradicts the second rule, the host was late: the widest bounds are taken and it is counted.
public struct PacketClock: Hashable, Sendable {
  /// Nanoseconds of CLOCK_MONOTONIC that are time 0 of the capture.
  public let origin: Int64
  public let baud: Baud
  public private(set) var adapter: AdapterTiming
  /// Deliveries that came later than the adapter's timing allows.
  public private(set) var lateDeliveries = 0

  /// Ten bits of the fastest and of the slowest sender, and 9.5 of the fastest: receivers look at the middle of the
  /// stop bit and are done then.
  private let fastByte: Int64
  private let slowByte: Int64
  private let fastReception: Int64

  /// Last time that the port was seen without bytes, CLOCK_MONOTONIC.
  private var emptyAt: Int64
  /// Earliest start of the last byte, and the time before which nothing comes any more; on the capture's clock.
  private var lastEarliest = Int64.min / 4
  private var silentUntil = Int64.min / 4

  /// A clock for a port that was opened, empty, at `opened` (CLOCK_MONOTONIC).
  public init(origin: Int64, opened: Int64, baud: Baud, adapter: AdapterTiming) {
    self.origin = origin
    self.baud = baud
    self.adapter = adapter
    emptyAt = opened
    let rate = Int64(max(baud.rate, 1))
    fastByte = 10_000_000_000_000 / (rate * 1025)
    slowByte = 10_000_000_000_000 / (rate * 975) + 1
    fastReception = 9_500_000_000_000 / (rate * 1025)
  }

  /// Appends the bounds of `count` bytes that one delivery brought.
  ///
  /// `window` is the wait before it, `read` the time just after its last read (CLOCK_MONOTONIC).
  public mutating func push(count: Int, window: PollWindow, read: Int64, into times: inout [ByteTime]) {
    guard count > 0 else { return }
    let waited = window.woke - window.entered > adapter.host
    let inKernel = max(emptyAt, waited ? window.woke : .min) - adapter.host
    let late = !fits(count, inKernel: inKernel, read: read)
    if late { lateDeliveries += 1 }
    times.reserveCapacity(times.count + count)
    for index in 0..<count {
      let later = count - 1 - index
      let latest = read - origin - fastReception - Int64(later) * fastByte
      let unwaited =
        late
        ? emptyAt - adapter.longest(at: baud)
        : inKernel - adapter.wait(later: later, of: count, at: baud)
      var earliest = max(unwaited - slowByte - origin, silentUntil, lastEarliest + fastByte)
      // Only a byte whose predecessors got too late a bound can come here.
      earliest = min(earliest, latest)
      times.append(ByteTime(start: TimeBounds(earliest: earliest, latest: latest)))
      lastEarliest = max(lastEarliest, earliest)
    }
  }

  /// Whether the bytes can have been sent one after another between the earliest time and the read.
  private func fits(_ count: Int, inKernel: Int64, read: Int64) -> Bool {
    for later in 0..<count {
      let earliest = inKernel - adapter.wait(later: later, of: count, at: baud) - slowByte
      if earliest > read - fastReception - Int64(later) * fastByte { return false }
    }
    return true
  }

  /// The port was opened anew, and empty, at `time` (CLOCK_MONOTONIC), perhaps on another adapter.
  public mutating func reopened(at time: Int64, adapter: AdapterTiming) {
    self.adapter = adapter
    emptyAt = max(emptyAt, time)
  }

  /// The port was seen without bytes at `time` (CLOCK_MONOTONIC, taken before the look).
  ///
  /// Returns the time before which no byte comes any more, on the capture's clock, where that moved on.
  public mutating func empty(at time: Int64) -> Int64? {
    emptyAt = max(emptyAt, time)
    let until = emptyAt - adapter.longest(at: baud) - slowByte - origin
    guard until > silentUntil else { return nil }
    silentUntil = until
    return until
  }
}
