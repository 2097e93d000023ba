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

  /// Runs until the time is over, a signal comes, every source has ended or the view is full.
  mutating func run(into pipeline: inout SniffPipeline, signals: borrowing SignalWatch) throws(OutputError) {
    while !pipeline.isFull, sources.contains(where: { $0 != nil }), system.now() < end {
      var entries = [PollEntry(signals.descriptor)]
      var owners = [-1]
      for (index, source) in sources.enumerated() {
        guard let descriptor = source?.descriptor else { continue }
        entries.append(PollEntry(descriptor))
        owners.append(index)
      }
      let window = PollWindow.wait(for: &entries, until: deadline(), system: system)
      if entries[0].ready { return }
      for index in sources.indices { try receive(index, window, &pipeline) }
      try pipeline.flush()
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

  private mutating func receive(
    _ index: Int, _ window: PollWindow, _ pipeline: inout SniffPipeline
  ) throws(OutputError) {
    switch sources[index] {
    case nil: return
    case .serial(let port):
      let reception = port.receive(after: window, tap: index)
      try pipeline.push(reception.chunk)
      switch reception.change {
      case nil: break
      case .gone:
        if endsWithPort {
          sources[index] = nil
        } else {
          Messages.note("\(port.tap.detail) is gone; waiting for it to come back (Ctrl-C ends)")
        }
      case .back: Messages.note("\(port.tap.detail) is back")
      case .ended(let error):
        Messages.error(error.description)
        sources[index] = nil
      }
    case .socket(let socket):
      let (chunk, isOver) = socket.receive(after: window, tap: index)
      try pipeline.push(chunk)
      if isOver {
        Messages.note("\(socket.tap.detail) closed the connection")
        sources[index] = nil
      }
    }
  }
}
