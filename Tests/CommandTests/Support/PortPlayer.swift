import Foundation
import UartSniffer

/// A line that plays bytes into a pseudo terminal when they are due, as an adapter would deliver them.
enum PortPlayer {
  /// Plays and returns when the last byte is written; bytes due within 1 ms go together.
  static func play(_ bytes: [WireScript.TimedByte], into port: borrowing PseudoTerminal) throws {
    let system = KernelSerial()
    let first = bytes.first?.start ?? 0
    let origin = system.now()
    var next = 0
    while next < bytes.count {
      // A byte is there when its stop bit is over.
      let now = system.now() - origin + first - 87_000
      var end = next
      while end < bytes.count, bytes[end].start <= now { end += 1 }
      if end > next { try port.write(bytes[next..<end].map(\.byte), deadline: system.now() + 5_000_000_000) }
      next = end
      usleep(1000)
    }
  }
}
