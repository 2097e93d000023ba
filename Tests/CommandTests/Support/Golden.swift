import Foundation
import Testing

/// Outputs that are kept as files in `Golden/` and compared byte by byte.
///
/// `MI_BUS_RENEW_GOLDEN=1 swift test --filter CommandTests` writes them anew; then read what `git diff` shows.
enum Golden {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Golden")
  private static let renews = ProcessInfo.processInfo.environment["MI_BUS_RENEW_GOLDEN"] == "1"

  /// Compares `text` with the kept one; on a difference the failure shows the lines that differ.
  static func expect(
    _ text: String, is name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try expect(text, at: folder.appending(path: name), sourceLocation: sourceLocation)
  }

  /// The same for a file of the project, by its path from the root.
  static func expect(
    _ text: String, isProjectFile path: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try expect(text, at: URL(filePath: projectFile(path)), sourceLocation: sourceLocation)
  }

  /// Where a file of the project is, by its path from the root.
  static func projectFile(_ path: String) -> String {
    folder.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: path)
      .path
  }

  private static func expect(_ text: String, at file: URL, sourceLocation: SourceLocation) throws {
    if renews {
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
      return
    }
    let kept = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    guard kept != text else { return }
    Issue.record(
      """
      \(file.lastPathComponent) differs (- kept, + now); if that is wanted: \
      MI_BUS_RENEW_GOLDEN=1 swift test --filter CommandTests
      \(difference(kept, text))
      """, sourceLocation: sourceLocation)
  }

  /// The lines that differ, at most forty.
  private static func difference(_ kept: String, _ now: String) -> String {
    let before = kept.split(separator: "\n", omittingEmptySubsequences: false)
    let after = now.split(separator: "\n", omittingEmptySubsequences: false)
    let changes = after.difference(from: before).map { change in
      switch change {
      case .remove(let line, let text, _): (line: line, order: 0, text: "\(line + 1) - \(text)")
      case .insert(let line, let text, _): (line: line, order: 1, text: "\(line + 1) + \(text)")
      }
    }
    return changes.sorted { ($0.line, $0.order) < ($1.line, $1.order) }.prefix(40).map(\.text).joined(separator: "\n")
  }
}
