import BusMonitor
import CaptureFiles
import SystemPackage
import UartSniffer

/// The person's side of the monitor: keys and signals in, screens out.
struct MonitorDesk: ~Copyable {
  private let signals: TerminalSignals
  private let screen: CursesScreen
  private let system = KernelSerial()
  /// Nanoseconds of CLOCK_MONOTONIC: when the screen is drawn again.
  private(set) var deadline: Int64 = 0
  /// Whether a signal came to end, or the terminal went away.
  private var isEnded = false

  /// Nanoseconds from one screen to the next: as fast as a person reads.
  private static let frame: Int64 = 100_000_000

  init(coloured: Bool) throws(InputError) {
    // Curses would take the signals itself if nobody had.
    let signals = try TerminalSignals()
    self.init(signals, try CursesScreen(coloured: coloured))
  }

  private init(_ signals: consuming TerminalSignals, _ screen: consuming CursesScreen) {
    self.signals = signals
    self.screen = screen
  }

  var descriptors: [FileDescriptor] { [.standardInput, signals.descriptor] }

  func isOver(_ monitor: borrowing Monitor) -> Bool { isEnded || monitor.isOver }

  /// Does what keys and signals ask for, and draws when it is time.
  mutating func serve(_ monitor: inout Monitor) {
    for event in signals.events() {
      switch event {
      case .end: isEnded = true
      case .suspend: screen.suspend()
      case .resume: screen.resume()
      case .resize: screen.resize()
      }
      deadline = 0
    }
    if let keys = screen.keys() {
      for key in keys { monitor.press(key) }
      if !keys.isEmpty { deadline = 0 }
    } else {
      isEnded = true
    }
    let now = system.now()
    guard now >= deadline, !isOver(monitor) else { return }
    let (width, height) = screen.size
    screen.show(monitor.draw(width: width, height: height))
    deadline = now + Self.frame
  }

  /// Waits for a key, a signal, the next screen or `time` (nanoseconds of CLOCK_MONOTONIC), whichever is first.
  func wait(until time: Int64) {
    var entries = descriptors.map { PollEntry($0) }
    _ = PollWindow.wait(for: &entries, until: min(time, deadline), system: system)
  }
}
