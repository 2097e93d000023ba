import Glibc

/// Keeps the numbers 0, 1 and 2 for the standard streams.
enum StandardStreams {
  /// Gives a stream that the caller closed a descriptor of its own. Without that, the next file that is opened becomes
  /// standard input, and a pipe of the program's own is read as a recording, or a capture takes the lines on standard
  /// output.
  static func hold() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) == -1 {
      // Open the wrong way round, so that reading what nobody gave, or writing what nobody gets, is an error and is
      // said; messages alone may go nowhere. The lowest free number is the one that is missing.
      _ = open("/dev/null", descriptor == STDOUT_FILENO ? O_RDONLY : O_WRONLY)
    }
  }
}
