import Foundation
import Testing

/// Every key of every JSON object is explained in docs/output.md, in the paragraphs of its kind.
@Suite struct JsonKeyTests {
  /// The document by its `**kind**` marks: from each to the next line that begins with another, or with a heading.
  private static func sections() throws -> [String: String] {
    let text = try String(contentsOfFile: Golden.projectFile("docs/output.md"), encoding: .utf8)
    var sections: [String: String] = [:]
    var current: [String] = []
    for line in text.split(separator: "\n") {
      let marks = line.split(separator: "**", omittingEmptySubsequences: false).enumerated()
        .filter { $0.offset % 2 == 1 }.map { String($0.element) }
      if line.hasPrefix("#") || line.hasPrefix("**") { current = [] }
      current += marks
      for kind in current { sections[kind, default: ""] += line + "\n" }
    }
    return sections
  }

  /// Names below these are data, not keys.
  private static let open: Set<String> = ["fields", "claims", "caused_by", "votes", "forged_as"]

  private static func keys(_ value: Any, into keys: inout Set<String>) {
    if let list = value as? [Any] { for item in list { Self.keys(item, into: &keys) } }
    guard let object = value as? [String: Any] else { return }
    for (key, value) in object where key != "kind" {
      keys.insert(key)
      if !open.contains(key) { Self.keys(value, into: &keys) }
    }
  }

  @Test("docs/output.md explains every key")
  func documented() throws {
    let scratch = try Scratch()
    func run(_ words: String) throws -> Command.Outcome {
      try Command.run(words.split(separator: " ").map(String.init), in: scratch)
    }
    _ = try run(
      "simulate displaydash --for 12s --write x.pcapng --ble p.btsnoop --token t --truth truth.jsonl --interval 30")
    try scratch.write(scratch.bytes("x.pcapng").prefix(60_000), as: "cut.pcapng")
    var lines = scratch.text("truth.jsonl")
    for words in [
      "sniff x.pcapng --json", "sniff x.pcapng --json --explain --count 200", "sniff p.btsnoop --token t --json",
      "sniff p.btsnoop --json", "senders x.pcapng --json", "timeline x.pcapng p.btsnoop --token t --json",
      "diagnose cut.pcapng p.btsnoop --token t --json", "diagnose p.btsnoop --token t --json", "ports --json",
    ] { lines += try run(words).output }
    let sections = try Self.sections()
    var found: [String: Set<String>] = [:]
    for object in try JsonLines(lines).objects {
      let kind = try #require(object["kind"] as? String)
      Self.keys(object, into: &found[kind, default: []])
    }
    let kinds = ["header", "frame", "garbage", "collision", "summary", "ble", "item", "sender", "verdict", "truth"]
    for kind in kinds { #expect(found[kind] != nil, "no object of kind \(kind): the test says nothing of it") }
    for (kind, keys) in found {
      var text = sections[kind] ?? ""
      // What goes on a wire has keys in common.
      if ["frame", "garbage", "line-error"].contains(kind) {
        text += (sections["every event"] ?? "") + (sections["frame"] ?? "")
      }
      #expect(!text.isEmpty, "\(kind) is not in the document")
      for key in keys.sorted() { #expect(text.contains("`\(key)`"), "\(kind): \(key)") }
    }
  }
}
