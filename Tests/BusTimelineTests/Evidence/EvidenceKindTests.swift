import Foundation
import Testing

@testable import BusTimeline

@Suite struct EvidenceKindTests {
  /// A file is all that a new kind needs: the build lists them.
  @Test func eachFileOfEvidenceIsAsked() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../Sources/BusTimeline/Attribution/Evidence").standardized
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
      $0.hasSuffix("Evidence.swift") && $0 != "Evidence.swift"
    }
    // AirTimeEvidence.swift: air-time.
    let names = files.sorted().map { file in
      file.dropLast("Evidence.swift".count).reduce(into: "") { name, letter in
        if letter.isUppercase, !name.isEmpty { name += "-" }
        name += letter.lowercased()
      }
    }
    #expect(EvidenceKind.allCases.map { "\($0.name)" } == names)
    #expect(EvidenceKind.allCases.map(\.row) == Array(names.indices))
  }

  @Test func aVoteIsTheDifferenceOfARowBetweenTwoCandidates() throws {
    var bench = EvidenceBench()
    bench.learnESC(EvidenceBench.measured(pitch: 86.8, clock: 0))
    bench.wire.beliefs.answerFit = .asked
    var table = EvidenceTable()
    table.weigh(
      EvidenceBench.observed(.escAnswer, EvidenceBench.measured(pitch: 86.8, clock: 0)), on: bench.wire.beliefs)
    let votes = table.votes(for: Candidate.esc, against: Candidate.newcomer)
    let sum = EvidenceKind.allCases.reduce(Float(0)) { $0 + votes[$1] }
    #expect(abs(sum - (table.total[Candidate.esc] - table.total[Candidate.newcomer])) < 1e-4)
    let strong = EvidenceKind.allCases.filter { votes.counts($0) }.map { "\($0.name)" }
    #expect(strong == ["bit-clock", "pitch", "rhythm", "role"])
  }
}
