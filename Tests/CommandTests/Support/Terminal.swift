import Foundation
import Testing
import UartSniffer

/// A program in a terminal that the test plays: an xterm of 80 columns and 24 lines on a pseudo terminal.
final class Terminal {
  private let port: PseudoTerminal
  /// The program's side, held open so that its settings can be looked at.
  private let slave: Int32
  private var child: Child
  private var seen: [UInt8] = []
  private let before: termios

  /// - Parameter pipe: a file that standard output goes to instead.
  init(_ arguments: [String], term: String = "xterm", pipe: String? = nil, in scratch: Scratch) throws {
    port = try PseudoTerminal()
    slave = open(port.path, O_RDWR | O_NOCTTY | O_CLOEXEC)
    var settings = termios()
    tcgetattr(slave, &settings)
    // As a shell leaves it to its programs.
    settings.c_lflag |= tcflag_t(ICANON | ECHO | ISIG)
    settings.c_oflag |= tcflag_t(OPOST | ONLCR)
    tcsetattr(slave, TCSANOW, &settings)
    before = settings
    Self.setSize(slave, 80, 24)
    child = try Child(
      pipe == nil ? Command.path : "/bin/sh",
      pipe.map { ["-c", "\"$MI_BUS\" \"$@\" | cat > \($0)", "sh"] + arguments } ?? arguments, in: scratch.path,
      environment: Command.environment(scratch, ["TERM": term]),
      input: slave, output: slave, errors: slave)
  }

  deinit { close(slave) }

  func type(_ keys: String) { try? port.write(Array(keys.utf8), deadline: KernelSerial().now() + 1_000_000_000) }

  func send(_ signal: Int32) { child.send(signal) }

  func resize(_ columns: UInt16, _ lines: UInt16) {
    Self.setSize(slave, columns, lines)
    // The kernel tells the foreground program of a controlling terminal, which this is not.
    child.send(SIGWINCH)
  }

  private static func setSize(_ descriptor: Int32, _ columns: UInt16, _ lines: UInt16) {
    var size = winsize(ws_row: lines, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(descriptor, UInt(TIOCSWINSZ), &size)
  }

  /// Forgets what was written so far.
  func forget() {
    read()
    seen = []
  }

  /// Waits until a word without blanks was written; curses moves the cursor over blanks.
  func shows(_ word: String) -> Bool { waitFor { Self.find(word, in: $0) } }

  func waitForStop() -> Bool {
    waitFor { _ in
      let state = (try? String(contentsOfFile: "/proc/\(child.process)/stat", encoding: .utf8)) ?? ""
      return state.split(separator: " ").dropFirst(2).first == "T"
    }
  }

  /// Whether the normal screen, the cursor and the settings are back.
  var isRestored: Bool {
    read()
    var now = termios()
    tcgetattr(slave, &now)
    return Self.find("\u{1B}[?1049l", in: seen) && Self.find("\u{1B}[?25h", in: seen)
      && now.c_lflag == before.c_lflag && now.c_oflag == before.c_oflag && now.c_iflag == before.c_iflag
  }

  /// Waits for the program's end and looks at what it leaves.
  func expectEnd(
    _ ending: Child.Ending, isFullScreen: Bool = true, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    // A program that nobody reads from cannot end.
    let deadline = ContinuousClock.now + Command.patience
    var found: Child.Ending?
    while found == nil, ContinuousClock.now < deadline {
      read()
      found = child.wait(until: .now + .milliseconds(10))
    }
    #expect(found == ending, "\(String(decoding: seen.suffix(400), as: UTF8.self))", sourceLocation: sourceLocation)
    if isFullScreen { #expect(isRestored, sourceLocation: sourceLocation) }
  }

  private func waitFor(_ condition: ([UInt8]) -> Bool) -> Bool {
    Command.wait {
      read()
      return condition(seen)
    }
  }

  private func read() {
    while true {
      let bytes = port.read(upTo: 4096)
      if bytes.isEmpty { return }
      seen += bytes
    }
  }

  private static func find(_ word: String, in bytes: [UInt8]) -> Bool {
    Data(bytes).range(of: Data(word.utf8)) != nil
  }
}
