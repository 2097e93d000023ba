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
    while !consumer.isFull, sources.contains(where: { $0 != nil }), system.now() < end {
      var entries = stop.map { [PollEntry($0)] } ?? []
      for descriptor in consumer.descriptors + sources.compactMap({ $0?.descriptor }) {
        entries.append(PollEntry(descriptor))
      }
      let window = PollWindow.wait(for: &entries, until: min(deadline(), consumer.deadline), system: system)
      if stop != nil, entries[0].ready { return }
      for index in sources.indices { try receive(index, window, &consumer) }
      try consumer.flush()
    }
  }

  /// The next time that something is to be done without bytes: at most a second away.
  private func deadline() -> Int64 {
    var deadline = min(end, system.now() + 1_000_000_000)
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
      try consumer.push(reception.chunk)
      switch reception.change {
      case nil: break
      case .gone:
        if endsWithPort {
          sources[index] = nil
        } else {
          consumer.note("\(port.tap.detail) is gone; waiting for it to come back (Ctrl-C ends)")
        }
      case .back: consumer.note("\(port.tap.detail) is back")
      case .ended(let error):
        consumer.fail(error)
        sources[index] = nil
      }
    case .socket(let socket):
      let (chunk, isOver) = socket.receive(after: window, tap: index)
      try consumer.push(chunk)
      if isOver {
        consumer.note("\(socket.tap.detail) closed the connection")
        sources[index] = nil
      }
    }
  }
}
