import CaptureFiles
import Glibc
import Synchronization

/// Words for the person, on standard error.
enum Messages {
  static func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      _ = Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
    }
  }

  /// One line with the program's name before it.
  static func error(_ text: String) { write("mi-bus: \(text)\n") }

  /// One line that is worth knowing and no error.
  static func note(_ text: String) { write("mi-bus: note: \(text)\n") }
}

extension [InputError] {
  /// Ends a command whose inputs were damaged or failed, after everything that was readable was shown.
  func throwAll() throws(InputError) {
    for error in dropLast() { Messages.error(error.description) }
    if let last { throw last }
  }
}
