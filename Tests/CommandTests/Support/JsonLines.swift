import Foundation
import Testing

/// JSON Lines as a strict reader sees them.
struct JsonLines {
  struct NoObject: Error, CustomStringConvertible {
    let line: String
    var description: String { "not a JSON object: \(line)" }
  }

  let objects: [[String: Any]]

  /// Throws for a line that is not one whole JSON object.
  init(_ text: String) throws {
    objects = try text.split(separator: "\n").map { line in
      guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
        throw NoObject(line: String(line.prefix(200)))
      }
      return object
    }
  }

  func of(kind: String) -> [[String: Any]] { objects.filter { $0["kind"] as? String == kind } }

  /// The bytes of all frames.
  var frames: [String] { of(kind: "frame").compactMap { $0["hex"] as? String } }
  /// The bytes of frames with a right checksum.
  var soundFrames: [String] {
    of(kind: "frame").filter { $0["ok"] as? Bool == true }.compactMap { $0["hex"] as? String }
  }
}
