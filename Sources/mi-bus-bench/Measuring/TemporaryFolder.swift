import CaptureFiles
import Foundation

/// A folder for what programs read, deleted with its last reference.
final class TemporaryFolder: Sendable {
  private let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "mi-bus-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }

  /// Writes the bytes `times` times, one after another, and returns the path.
  func write(_ bytes: [UInt8], to name: String, times: Int = 1) throws -> String {
    let path = path(name)
    guard FileManager.default.createFile(atPath: path, contents: nil) else {
      throw InputError(path, "cannot be made", remedy: "see that the temporary folder may be written")
    }
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    defer { try? file.close() }
    let data = Data(bytes)
    for _ in 0..<times { try file.write(contentsOf: data) }
    return path
  }

  func remove(_ name: String) { try? FileManager.default.removeItem(atPath: path(name)) }
}
