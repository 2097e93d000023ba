import Glibc

/// How wide lines may be.
enum TerminalWidth {
  /// Where nothing tells.
  private static let usual = 100

  /// What COLUMNS says, or of the terminal. Behind a pipe that is the one that shows errors, or the one that the program
  /// was started from: a pager shows its lines there.
  static var columns: Int {
    if let text = getenv("COLUMNS"), let columns = Int(String(cString: text)), columns > 20 { return columns }
    return columns(of: STDOUT_FILENO) ?? columns(of: STDERR_FILENO) ?? ofStart ?? usual
  }

  /// The process may have no terminal at all.
  private static var ofStart: Int? {
    let terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC)
    guard terminal >= 0 else { return nil }
    defer { close(terminal) }
    return columns(of: terminal)
  }

  private static func columns(of descriptor: Int32) -> Int? {
    var size = winsize()
    return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20 ? Int(size.ws_col) : nil
  }
}
