import CaptureFiles
import Foundation
import TestSupport
import Testing

/// A file that is there while `body` runs.
@discardableResult
func withFile<Result>(_ content: [UInt8], _ body: (String) throws -> Result) throws -> Result {
  let url = FileManager.default.temporaryDirectory.appending(path: "mi-bus-test-\(UUID().uuidString)")
  try Data(content).write(to: url)
  defer { try? FileManager.default.removeItem(at: url) }
  return try body(url.path)
}

@Suite struct ZipArchiveTests {
  /// From Python's zipfile: `version` stored, `logic-1-1` deflated (30 000 zero bytes), `secret` with bzip2.
  static let deflated = hexBytes(
    """
    504b0304140000000000000021000dbed51a01000000010000000700000076657273696f6e32504b03041400000008000000
    2100204a02652e00000030750000090000006c6f6769632d312d31edc13101000000c2a0f54f6d094fa00000000000000000
    0000000000000000000000000000000000000000003e06504b03042e0000000c00000021008316dc8c250000000100000006
    000000736563726574425a6839314159265359774bb01400000000800040200021184682ee48a70a120ee9760280504b0102
    1403140000000000000021000dbed51a010000000100000007000000000000000000000080010000000076657273696f6e50
    4b0102140314000000080000002100204a02652e000000307500000900000000000000000000008001260000006c6f676963
    2d312d31504b01022e032e0000000c00000021008316dc8c250000000100000006000000000000000000000080017b000000
    736563726574504b05060000000003000300a0000000c40000000000
    """)

  private func unpack(_ archive: ZipArchive, _ name: String, piece: Int = 1000) throws -> [UInt8] {
    let member = try #require(archive.member(named: name))
    var stream = try archive.open(member)
    var bytes: [UInt8] = []
    while try stream.read(upTo: piece, into: &bytes) > 0 {}
    return bytes
  }

  @Test func listsAndStreamsMembers() throws {
    var zip = StoredZip()
    zip.add("version", Array("2".utf8))
    zip.add("logic/1", (0..<5000).map { UInt8(truncatingIfNeeded: $0) })
    zip.add("empty", [])
    try withFile(zip.finished()) { path in
      let archive = try ZipArchive(path: path)
      #expect(archive.members.map(\.name) == ["version", "logic/1", "empty"])
      #expect(archive.members.map(\.size) == [1, 5000, 0])
      #expect(try unpack(archive, "version") == Array("2".utf8))
      #expect(try unpack(archive, "logic/1", piece: 7) == (0..<5000).map { UInt8(truncatingIfNeeded: $0) })
      #expect(try unpack(archive, "empty") == [])
      #expect(archive.member(named: "other") == nil)
    }
  }

  @Test func streamsOfSeveralMembersDoNotDisturbEachOther() throws {
    var zip = StoredZip()
    zip.add("a", Array(repeating: 1, count: 3000))
    zip.add("b", Array(repeating: 2, count: 3000))
    try withFile(zip.finished()) { path in
      let archive = try ZipArchive(path: path)
      var a = try archive.open(archive.members[0])
      var b = try archive.open(archive.members[1])
      var bytesA: [UInt8] = []
      var bytesB: [UInt8] = []
      while try a.read(upTo: 100, into: &bytesA) + b.read(upTo: 100, into: &bytesB) > 0 {}
      #expect(bytesA == Array(repeating: 1, count: 3000))
      #expect(bytesB == Array(repeating: 2, count: 3000))
    }
  }

  @Test func limitsHold() throws {
    var zip = StoredZip()
    zip.add("a", Array(repeating: 1, count: 3000))
    zip.add("b", [1])
    try withFile(zip.finished()) { path in
      #expect(throws: InputError.self) { try ZipArchive(path: path, limits: .init(members: 1)) }
      let archive = try ZipArchive(path: path, limits: .init(memberSize: 2999))
      #expect(throws: InputError.self) { try archive.open(archive.members[0]) }
      #expect(try archive.contents(of: archive.members[1], atMost: 1) == [1])
      #expect(throws: InputError.self) { try archive.contents(of: archive.members[0], atMost: 2999) }
    }
  }

  @Test func overlappingMembersAreRefused() throws {
    var zip = StoredZip()
    zip.add("a", Array(repeating: 1, count: 3000))
    for index in 0..<50 { zip.addAlias("copy\(index)") }
    try withFile(zip.finished()) { path in
      let error = #expect(throws: InputError.self) { try ZipArchive(path: path) }
      #expect(error?.cause.contains("zip bomb") == true)
    }
  }

  @Test func aFalseSizeIsDamage() throws {
    var zip = StoredZip()
    zip.add("a", Array(repeating: 1, count: 3000), claimed: 10)
    try withFile(zip.finished()) { path in
      let archive = try ZipArchive(path: path)
      #expect(throws: InputError.self) { try unpack(archive, "a") }
    }
  }

  @Test func aChangedByteFailsTheCRCAfterTheData() throws {
    var zip = StoredZip()
    zip.add("a", Array(repeating: 1, count: 3000))
    var bytes = zip.finished()
    bytes[1000] ^= 1
    try withFile(bytes) { path in
      let archive = try ZipArchive(path: path)
      var stream = try archive.open(archive.members[0])
      var read: [UInt8] = []
      #expect(throws: InputError.self) { while try stream.read(upTo: 512, into: &read) > 0 {} }
      #expect(read.count == 3000)
    }
  }

  /// Whatever is cut off or changed: an error or the true bytes, never a crash.
  @Test func damageNeverCrashes() throws {
    var zip = StoredZip()
    zip.add("version", Array("2".utf8))
    zip.add("data", Array(repeating: 7, count: 40))
    let whole = zip.finished()
    for cut in 0..<whole.count {
      var changed = whole
      changed[cut] ^= 0xFF
      for bytes in [Array(whole.prefix(cut)), changed] {
        try withFile(bytes) { path in
          guard let archive = try? ZipArchive(path: path) else { return }
          for member in archive.members {
            guard let content = try? archive.contents(of: member, atMost: 1000) else { continue }
            #expect(content == Array("2".utf8) || content == Array(repeating: 7, count: 40) || content.isEmpty)
          }
        }
      }
    }
  }

  @Test func whatIsNoArchiveSaysSo() throws {
    #expect(throws: InputError.self) { try ZipArchive(path: "/no/such/file") }
    #expect(throws: InputError.self) { try ZipArchive(path: "/") }
    try withFile([]) { path in #expect(throws: InputError.self) { try ZipArchive(path: path) } }
    try withFile(Array(repeating: 0x50, count: 100)) { path in
      #expect(throws: InputError.self) { try ZipArchive(path: path) }
    }
  }

  @Test func deflatedMembersUnpack() throws {
    try withFile(Self.deflated) { path in
      let archive = try ZipArchive(path: path)
      #expect(try unpack(archive, "logic-1-1") == Array(repeating: 0, count: 30_000))
      #expect(throws: InputError.self) { try archive.open(#require(archive.member(named: "secret"))) }
    }
  }
}
