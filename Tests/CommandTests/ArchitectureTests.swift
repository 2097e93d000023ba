import Foundation
import Testing

/// The picture in `docs/architecture.md` is that of `Package.swift`.
@Suite struct ArchitectureTests {
  /// What each library and the program depend on, test and measuring targets left out.
  private static func dependencies() throws -> [String: Set<String>] {
    let package = try String(contentsOfFile: Golden.projectFile("Package.swift"), encoding: .utf8)
    var all: [String: Set<String>] = [:]
    let target = #/\.(?:target|executableTarget)\(\s*name: "([\w-]+)"(?:,\s*dependencies: \[(.*?)\],\s*\w+:)?/#
    for match in package.matches(of: target.dotMatchesNewlines()) {
      let names = (match.2 ?? "").replacing(#/\.product\([^)]*\)/#, with: "").matches(of: #/"([\w-]+)"/#)
      all[String(match.1)] = Set(names.map { String($0.1) })
    }
    return all
  }

  /// Everything that can be reached from `start`.
  private static func reach(_ start: String, in graph: [String: Set<String>]) -> Set<String> {
    var seen: Set<String> = []
    var open = [start]
    while let next = open.popLast() {
      for other in graph[next] ?? [] where seen.insert(other).inserted { open.append(other) }
    }
    return seen
  }

  @Test("the picture shows every module, and its arrows are the dependencies")
  func picture() throws {
    let package = try Self.dependencies()
    let page = try String(contentsOfFile: Golden.projectFile("docs/architecture.md"), encoding: .utf8)
    var picture: [String: Set<String>] = [:]
    for arrow in page.matches(of: #/(?m)^  (\w+)(?:\[[^\]]*\])? --> (\w+)/#) {
      picture[arrow.1 == "cli" ? "mi-bus" : String(arrow.1), default: []].insert(String(arrow.2))
    }
    #expect(picture.count > 5)
    let rooms = package.filter { !$0.key.hasPrefix("C") || $0.key == "CaptureFiles" }
      .filter { !$0.key.hasPrefix("mi-bus-") && $0.key != "TestSupport" }
    for (module, needs) in rooms {
      let shown = Self.reach(module, in: picture)
      for other in needs where rooms[other] != nil {
        #expect(shown.contains(other), "\(module) uses \(other), which the picture does not show")
      }
      for other in picture[module] ?? [] {
        #expect(rooms[other] != nil, "the picture shows \(other), which is no module")
        #expect(!Self.reach(other, in: package).contains(module), "the arrow from \(module) to \(other) points up")
      }
    }
  }
}
