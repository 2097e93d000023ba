import BusMonitor
import CCurses
import CaptureFiles
import Glibc

/// The terminal in full-screen mode. It is put back when the value goes away.
///
/// Curses keeps its state for itself: one value at a time, used by one thread.
struct CursesScreen: ~Copyable {
  private let screen: OpaquePointer
  private let isColoured: Bool

  /// Numbers of the colour pairs.
  private enum Pair {
    static let cyan: Int16 = 1
    static let blue: Int16 = 2
    static let green: Int16 = 3
    static let magenta: Int16 = 4
    static let red: Int16 = 5
  }

  /// Takes over the terminal on standard input and output.
  ///
  /// - Parameter coloured: whether colours are wanted; without them, changes are underlined.
  init(coloured: Bool) throws(InputError) {
    guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
      throw InputError(
        isatty(STDOUT_FILENO) == 1 ? "standard input" : "standard output", "is no terminal",
        remedy: "the monitor needs one; 'mi-bus sniff' writes lines anywhere")
    }
    let name = getenv("TERM").map { String(cString: $0) } ?? ""
    guard ccurses_is_line_only() == 0 else {
      throw InputError(
        "TERM=\(name)", "this terminal cannot place its cursor", remedy: "try TERM=xterm, or use 'mi-bus sniff'")
    }
    guard let screen = ccurses_start(ccurses_standard_output(), ccurses_standard_input()) else {
      throw InputError("TERM=\(name)", "this terminal is not known here", remedy: "try TERM=xterm or TERM=vt100")
    }
    self.screen = screen
    cbreak()
    noecho()
    nonl()
    keypad(ccurses_window(), true)
    nodelay(ccurses_window(), true)
    // Long enough for the rest of a key's sequence, short enough for a person who presses Escape.
    set_escdelay(50)
    curs_set(0)
    isColoured = coloured && has_colors()
    if isColoured {
      start_color()
      use_default_colors()
      for (pair, colour) in [
        (Pair.cyan, COLOR_CYAN), (Pair.blue, COLOR_BLUE), (Pair.green, COLOR_GREEN), (Pair.magenta, COLOR_MAGENTA),
        (Pair.red, COLOR_RED),
      ] { init_pair(pair, Int16(colour), -1) }
    }
  }

  deinit {
    endwin()
    delscreen(screen)
  }

  var size: (width: Int, height: Int) { (Int(getmaxx(ccurses_window())), Int(getmaxy(ccurses_window()))) }

  func show(_ grid: Grid) {
    for line in 0..<grid.height {
      for (column, cell) in grid[line].enumerated() {
        var (attributes, pair) = look(cell.ink)
        if cell.isSelected { attributes ^= ccurses_reverse() }
        ccurses_put(Int32(line), Int32(column), wchar_t(bitPattern: cell.scalar.value), attributes, pair)
      }
    }
    wrefresh(ccurses_window())
  }

  private func look(_ ink: Ink) -> (attr_t, Int16) {
    let (attributes, pair): (attr_t, Int16) =
      switch ink {
      case .plain: (0, 0)
      case .strong: (ccurses_bold(), 0)
      case .bar: (ccurses_reverse(), 0)
      case .faint: (ccurses_faint(), 0)
      case .alarm: (ccurses_bold(), Pair.red)
      case .changed: (ccurses_bold() | (isColoured ? 0 : ccurses_underline()), Pair.red)
      case .esc: (0, Pair.cyan)
      case .ble: (0, Pair.blue)
      case .bms: (0, Pair.green)
      case .dash: (ccurses_bold(), Pair.magenta)
      }
    return (attributes, isColoured ? pair : 0)
  }

  // MARK: - What happens to the terminal

  /// Follows a new size of the window.
  func resize() {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else { return }
    resizeterm(Int32(size.ws_row), Int32(size.ws_col))
    wclear(ccurses_window())
  }

  /// Gives the terminal back and stops, until the shell goes on with it (Ctrl-Z, fg).
  func suspend() {
    endwin()
    raise(SIGSTOP)
  }

  /// Takes the terminal again after a stop, whoever stopped the program.
  func resume() {
    reset_prog_mode()
    curs_set(0)
    resize()
  }

  /// Keys that were pressed, without waiting; nil once the terminal is gone.
  func keys() -> [Key]? {
    var entry = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, 0) > 0 else { return [] }
    if Int32(entry.revents) & (POLLHUP | POLLERR | POLLNVAL) != 0 { return nil }
    var keys: [Key] = []
    var code = wint_t()
    // Bounded, so that a pasted book does not stop the screen.
    for _ in 0..<256 {
      let kind = ccurses_key(&code)
      guard kind != ERR else { break }
      if let key = kind == KEY_CODE_YES ? Self.named(Int32(bitPattern: code)) : Self.typed(code) { keys.append(key) }
    }
    return keys
  }

  private static func named(_ code: Int32) -> Key? {
    switch code {
    case KEY_UP: .up
    case KEY_DOWN: .down
    case KEY_PPAGE: .pageUp
    case KEY_NPAGE: .pageDown
    case KEY_HOME: .home
    case KEY_END: .end
    case KEY_ENTER: .enter
    case KEY_BACKSPACE: .backspace
    default: nil
    }
  }

  private static func typed(_ code: wint_t) -> Key? {
    switch code {
    case 0x0A, 0x0D: .enter
    case 0x1B: .escape
    case 0x08, 0x7F: .backspace
    default: Unicode.Scalar(code).map { .character($0) }
    }
  }
}
