import CaptureFiles
import Glibc
import NinebotBus
import SystemPackage
import UartSniffer

/// Something that bytes come from while a person watches.
enum LiveSource {
  case serial(LiveSerial)
  case socket(LiveSocket)

  var tap: Tap {
    switch self {
    case .serial(let port): port.tap
    case .socket(let socket): socket.tap
    }
  }

  var descriptor: FileDescriptor? {
    switch self {
    case .serial(let port): port.descriptor
    case .socket(let socket): socket.descriptor
    }
  }
}

/// Waits for all live sources at once and hands on what they receive, until it is time to stop.
struct LiveLoop: ~Copyable {
  private var sources: [LiveSource?]
  private let clock: CaptureClock
  /// CLOCK_MONOTONIC nanoseconds at which the capture ends.
  private let end: Int64
  /// A simulated port that is gone has ended its run; a real one is waited for.
  private let endsWithPort: Bool
  private let system = KernelSerial()
  /// What was received and not yet handed on, and since when (CLOCK_MONOTONIC nanoseconds).
  private var held: [ByteChunk] = []
  private var heldSince = Int64.max
  /// What ended sources before their time, for the end of the run.
  private(set) var failures: [InputError] = []

  /// Bytes are read as they come, since their times depend on it, but handed on a few deliveries at a time: the work
  /// on a single one costs more for fetching code and tables into the processor's caches than for itself. A wake-up
  /// after `enough` hands on, and if there is none a timer does after `most`: nobody sees 25 ms.
  private static let enough: Int64 = 15_000_000
  private static let most: Int64 = 25_000_000

  /// - Parameter duration: nanoseconds; nil to run until a signal.
  init(_ sources: [LiveSource], clock: CaptureClock, duration: Int64?, endsWithPort: Bool) {
    self.sources = sources
    self.clock = clock
    end = duration.map { clock.monotonic + $0 } ?? .max
    self.endsWithPort = endsWithPort
  }

  /// Runs until the time is over, a signal comes, every source has ended or the consumer is full.
  mutating func run<Consumer: LiveConsumer & ~Copyable>(
    into consumer: inout Consumer, signals: borrowing SignalWatch
  ) throws(OutputError) {
    try run(into: &consumer, until: signals.descriptor)
  }

  /// - Parameter stop: ends the run once it can be read.
  mutating func run<Consumer: LiveConsumer & ~Copyable>(
    into consumer: inout Consumer, until stop: FileDescriptor? = nil
  ) throws(OutputError) {
    var entries: [PollEntry] = []
    while !consumer.isFull, sources.contains(where: { $0 != nil }), system.now() < end {
      entries.removeAll(keepingCapacity: true)
      if let stop { entries.append(PollEntry(stop)) }
      for descriptor in consumer.descriptors { entries.append(PollEntry(descriptor)) }
      for source in sources { if let descriptor = source?.descriptor { entries.append(PollEntry(descriptor)) } }
      let window = PollWindow.wait(for: &entries, until: min(deadline(), consumer.deadline), system: system)
      if stop != nil, entries[0].ready { break }
      for index in sources.indices { try receive(index, window, &consumer) }
      if heldSince != .max, window.woke - heldSince >= Self.enough { try handOn(&consumer) }
      try consumer.flush()
    }
    try handOn(&consumer)
  }

  private mutating func hold(_ chunk: ByteChunk, since time: Int64) {
    guard !chunk.bytes.isEmpty || chunk.silentUntil != nil else { return }
    held.append(chunk)
    heldSince = min(heldSince, time)
  }

  private mutating func handOn<Consumer: LiveConsumer & ~Copyable>(_ consumer: inout Consumer) throws(OutputError) {
    for chunk in held { try consumer.push(chunk) }
    held.removeAll(keepingCapacity: true)
    heldSince = .max
  }

  /// The next time that something is to be done without bytes: at most a second away.
  private func deadline() -> Int64 {
    var deadline = min(end, system.now() + 1_000_000_000)
    if heldSince != .max { deadline = min(deadline, heldSince + Self.most) }
    for case .serial(let port)?? in sources {
      if let wanted = port.deadline { deadline = min(deadline, wanted) }
    }
    return deadline
  }

  private mutating func receive<Consumer: LiveConsumer & ~Copyable>(
    _ index: Int, _ window: PollWindow, _ consumer: inout Consumer
  ) throws(OutputError) {
    switch sources[index] {
    case nil: return
    case .serial(let port):
      let reception = port.receive(after: window, tap: index)
      hold(reception.chunk, since: window.woke)
      // News of the port come behind the lines of what it still delivered.
      if reception.change != nil { try handOn(&consumer) }
      switch reception.change {
      case nil: break
      case .gone:
        if endsWithPort {
          sources[index] = nil
        } else {
          consumer.note("\(port.tap.detail) is gone; waiting for it to come back (Ctrl-C ends)")
        }
      case .back: consumer.note("\(port.tap.detail) is back")
      case .ended(let error): fail(index, error, &consumer)
      }
    case .socket(let socket):
      let (chunk, end) = socket.receive(after: window, tap: index)
      hold(chunk, since: window.woke)
      if end != nil { try handOn(&consumer) }
      switch end {
      case nil: break
      case .closed:
        consumer.note("\(socket.tap.detail) closed the connection")
        sources[index] = nil
      case .failed(let error): fail(index, error, &consumer)
      }
    }
  }

  /// A source cannot go on. While others do, that is told at once.
  private mutating func fail<Consumer: LiveConsumer & ~Copyable>(
    _ index: Int, _ error: InputError, _ consumer: inout Consumer
  ) {
    sources[index] = nil
    failures.append(error)
    if sources.contains(where: { $0 != nil }) { consumer.note(error.description) }
  }
}
