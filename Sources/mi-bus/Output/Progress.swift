import Glibc

/// Tells on a terminal how far a long read has come; silent for short ones and where nobody watches.
struct Progress {
  private let start = ContinuousClock.now
  private var told = ContinuousClock.now
  private var bytes = 0
  private var pieces = 0
  private var isShown = false
  private let isWatched = isatty(STDERR_FILENO) == 1 && isatty(STDOUT_FILENO) == 0

  mutating func add(_ count: Int) {
    bytes += count
    pieces += 1
    // Asking for the time costs more than a small chunk does.
    guard isWatched, pieces & 0xFF == 0 else { return }
    let now = ContinuousClock.now
    guard now - start > .seconds(1), now - told > .milliseconds(200) else { return }
    told = now
    isShown = true
    Messages.write("\r\(bytes / 1_000_000) MB of bus data read…")
  }

  mutating func end() {
    if isShown { Messages.write("\r\u{1B}[K") }
  }
}
