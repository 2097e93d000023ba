import PackagePlugin

/// The kinds of evidence: each `SomethingEvidence.swift` has a type of that name.
///
/// They are listed in code and not found at run time, since the compiler sees through known types only.
enum EvidenceList {
  static func code(for target: any Target) throws -> String {
    let kinds = try target.files(in: "Attribution/Evidence", suffix: "Evidence.swift")
      .filter { !$0.name.isEmpty }
      .map { "\($0.name)Evidence" }
    let rows = kinds.enumerated().map { "extension \($1) { static var row: Int { \($0) } }" }
    let all = kinds.map { "    EvidenceKind(\($0).self)," }
    let asked = kinds.map { "    ask(\($0)(), observation, wire)" }
    return """
      // Made by the plugin FolderLists from Attribution/Evidence.

      /// One for each kind of evidence.
      typealias PerEvidence<Element> = InlineArray<\(kinds.count), Element>

      \(rows.joined(separator: "\n"))

      extension EvidenceKind: CaseIterable {
        public static let allCases = [
      \(all.joined(separator: "\n"))
        ]
      }

      extension EvidenceTable {
        @inline(__always)
        mutating func askAll(_ observation: Observation, _ wire: WireBeliefs) {
      \(asked.joined(separator: "\n"))
        }
      }

      """
  }
}
