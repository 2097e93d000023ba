import Foundation
import Testing

@testable import ScooterSim

/// docs/scenarios.md against the reader of scenarios.
@Suite struct ScenarioDocumentTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  @Test("every key that the reader knows is in the document, with its range, and the other way round")
  func keys() throws {
    let document = try Self.text("docs/scenarios.md")
    let source = try Self.text("Sources/ScooterSim/Scenarios/ScenarioReader.swift")
    var known: Set<String> = []
    for call in source.matches(
      of:
        /(?:set\(&[\w.]+, |number\(|choice\(|range\(|reads\(|items\(|text\(|fields\(|pauses\(|read\(|&[\w.]+, )"([a-z][a-z0-9-]*)"/
    ) {
      known.insert(String(call.1))
    }
    #expect(known.count > 70, "the reader is written otherwise: this test finds \(known.count) keys only")
    for key in known.sorted() { #expect(document.contains("`\(key)`") || document.contains("\(key):"), "\(key)") }
    // Rows of tables, but for the words that are values.
    for row in document.matches(of: /\n\| `([a-z][a-z0-9-]*)` \|/) {
      #expect(known.contains(String(row.1)), "\(row.1) is no key")
    }
  }

  @Test("ranges in the document are those that the reader takes")
  func ranges() throws {
    let document = try Self.text("docs/scenarios.md")
    // The lists of keys by the heading above them.
    let sections = ["esc", "ble", "bms", "phone", "noise", "ride", "transmitter"]
    var checked = 0
    for section in sections {
      let part =
        document.components(separatedBy: "\n### `\(section)`").last?.components(separatedBy: "\n### ").first ?? ""
      for row in part.matches(of: /\n\| `([a-z][a-z0-9-]*)` \| (?:number|range)[^|]*\| (-?[0-9.]+) to (-?[0-9.]+) \|/) {
        let (key, least, most) = (String(row.1), try #require(Double(row.2)), try #require(Double(row.3)))
        func read(_ value: Double) throws {
          let inner = "{ \(key): \(value) }"
          let yaml = section == "transmitter" ? "esc: { transmitter: \(inner) }" : "\(section): \(inner)"
          _ = try Scenario(yaml: yaml, name: "x")
        }
        try read(least)
        try read(most)
        #expect(throws: (any Error).self, "\(section) \(key)") { try read(most * 1.01 + 1e-3) }
        #expect(throws: (any Error).self, "\(section) \(key)") { try read(least - abs(least) * 0.01 - 1e-3) }
        checked += 1
      }
    }
    #expect(checked > 35, "\(checked)")
  }

  @Test("the example of the document runs")
  func example() throws {
    let document = try Self.text("docs/scenarios.md")
    let yaml = try #require(
      document.components(separatedBy: "```yaml\n").dropFirst().first?.components(separatedBy: "```").first)
    let scenario = try Scenario(yaml: yaml, name: "example")
    #expect(scenario.dashes.count == 1 && scenario.phone != nil)
    var scooter = Scooter(scenario)
    var senders: Set<String> = []
    while let occurrence = scooter.next(until: 5_000_000_000) {
      if case .transmission(let transmission) = occurrence { senders.insert("\(transmission.truth.sender)") }
    }
    #expect(senders.isSuperset(of: ["esc", "ble", "bms", "dash1"]), "\(senders)")
  }
}
