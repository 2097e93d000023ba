import Foundation

/// The real recordings, which are not part of the project: `../shared/captures` beside it, or `MI_BUS_CAPTURES`.
public enum SharedCaptures {
  /// The folder, or nil where there is none; a test that needs it is then skipped by name.
  public static let folder: String? = {
    let beside = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/captures")
    let path = ProcessInfo.processInfo.environment["MI_BUS_CAPTURES"] ?? beside.standardizedFileURL.path
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }()

  /// For `.enabled(if:)`.
  public static var present: Bool { folder != nil }

  /// The path of one recording.
  public static func path(_ name: String) -> String { "\(folder ?? "no-captures")/\(name)" }
}
