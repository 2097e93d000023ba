import Foundation
import TestSupport

/// One line of a `.frames.txt` reference.
struct ReferenceFrame {
  var start: Double
  var channel: String
  var isFrame: Bool
  var bytes: [UInt8]
  var pitch: Double?
  var bitClock: Double?

  /// The lines of a reference, times in microseconds.
  static func load(_ name: String) throws -> [ReferenceFrame] {
    let text = try String(contentsOfFile: SharedCaptures.path(name), encoding: .utf8)
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
      let words = line.split(separator: " ")
      guard words.count > 5, let start = Double(words[0]) else { return nil }
      let values = words[5...].filter { !$0.contains("=") }
      return ReferenceFrame(
        start: start, channel: "channel \(words[2].dropFirst(2))", isFrame: words[4] == "ok",
        bytes: hexBytes(values.joined()), pitch: value("pitch=", in: words), bitClock: value("bit=", in: words))
    }
  }

  private static func value(_ key: String, in words: [Substring]) -> Double? {
    guard let word = words.first(where: { $0.hasPrefix(key) }) else { return nil }
    return Double(word.dropFirst(key.count).prefix { "+-.0123456789".contains($0) })
  }
}
