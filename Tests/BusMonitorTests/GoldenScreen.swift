import BusMonitor
import Foundation
import Testing

/// Screens that are kept as files in `Golden/`: their text, a line of `=`, their inks.
///
/// `MI_BUS_RENEW_GOLDEN=1 swift test --filter BusMonitorTests` writes them anew; then read what `git diff` shows.
enum GoldenScreen {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

  static func expect(_ grid: Grid, is name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let text = (grid.lines + ["========"] + grid.inks).joined(separator: "\n") + "\n"
    let file = folder.appending(path: "\(name).txt")
    if ProcessInfo.processInfo.environment["MI_BUS_RENEW_GOLDEN"] == "1" {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      return try text.write(to: file, atomically: true, encoding: .utf8)
    }
    let kept = try String(contentsOf: file, encoding: .utf8)
    guard kept != text else { return }
    let lines = zip(kept.split(separator: "\n"), text.split(separator: "\n")).enumerated()
    let difference = lines.filter { $1.0 != $1.1 }.prefix(20).map { "\($0 + 1) - \($1.0)\n\($0 + 1) + \($1.1)" }
    Issue.record(
      "\(name) differs (- kept, + now)\n\(difference.joined(separator: "\n"))", sourceLocation: sourceLocation)
  }
}
