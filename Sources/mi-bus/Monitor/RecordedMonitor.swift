import BusMonitor
import BusTimeline
import CaptureFiles
import UartSniffer

/// The monitor on a recording, which plays as fast as it was, or so many times faster.
struct RecordedMonitor: ~Copyable {
  private var source: any RecordedSource
  private var stream: AttributedStream<EventQueue>
  private var monitor: Monitor
  private var desk: MonitorDesk
  private let speed: Double
  /// Nanoseconds of the recording to play.
  private let duration: Int64
  private let system = KernelSerial()
  private var isRead = false
  /// What made the recording end early.
  private(set) var failure: InputError?

  /// The moment of the recording that the screen shows, in nanoseconds; nil until its first event is known.
  private var position: Int64?
  private var first: Int64 = 0
  /// CLOCK_MONOTONIC when `position` was last moved.
  private var moved: Int64 = 0

  /// Events that are read ahead at least: each piece of a recording holds many.
  private static let ahead = 256

  init(
    source: any RecordedSource, stream: consuming AttributedStream<EventQueue>, monitor: consuming Monitor,
    desk: consuming MonitorDesk, speed: Double, duration: Int64?
  ) {
    self.source = source
    self.stream = stream
    self.monitor = monitor
    self.desk = desk
    self.speed = speed
    self.duration = duration ?? .max
  }

  /// What could not be used although the rest could.
  var warnings: [InputError] { source.warnings }

  /// Plays until the person or a signal ends it, or the time is over.
  mutating func run() {
    while !desk.isOver(monitor) {
      read()
      if move() { return }
      while let next = stream.sink.next, let position, next <= position {
        stream.sink.pop { event, bytes in monitor.take(event, bytes: bytes) }
      }
      if let position { monitor.advance(to: position) }
      desk.serve(&monitor)
      desk.wait(until: wakeUp())
    }
  }

  /// Reads ahead; at the end of the recording the picture stays.
  private mutating func read() {
    while !isRead, stream.sink.count < Self.ahead {
      do {
        if let chunk = try source.next() {
          name()
          stream.push(chunk)
          continue
        }
      } catch {
        failure = error
      }
      isRead = true
      name()
      stream.finish()
    }
    guard isRead, stream.sink.count == 0, monitor.note == nil else { return }
    monitor.tell(failure.map { "\($0)" } ?? "end of the recording; q quits")
  }

  private mutating func name() {
    if stream.name(taps: source.taps) { monitor.name(taps: source.taps.map(\.name)) }
  }

  /// Moves the position on by the time that passed, unless the screen stands still. Tells whether the time is over.
  private mutating func move() -> Bool {
    let now = system.now()
    defer { moved = now }
    guard let before = position else {
      guard let next = stream.sink.next else { return false }
      (first, position) = (next, next)
      return false
    }
    // At the end there is nothing to go on to.
    guard !monitor.isPaused, stream.sink.count > 0 else { return duration != .max && isRead && stream.sink.count == 0 }
    let step = min(Double(now - moved) * speed, 1e18)
    position = before + Int64(step)
    return before - first >= duration
  }

  /// When the next event is due, on CLOCK_MONOTONIC.
  private func wakeUp() -> Int64 {
    guard let next = stream.sink.next, let position, !monitor.isPaused else { return .max }
    return system.now() + Int64(min(max(0, Double(next - position) / speed), 1e9))
  }
}
