import Foundation
import Testing

@testable import ScooterProfiles

/// `make profiles` (`MI_BUS_RENEW_GOLDEN=1 swift test --filter PackedProfileTests`) packs the YAML files anew.
@Suite("Built-in profiles, packed")
struct PackedProfileTests {
  private static let data = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Sources/ScooterProfiles/Data")
  private static let renews = ProcessInfo.processInfo.environment["MI_BUS_RENEW_GOLDEN"] == "1"

  @Test("say what the YAML file says, line by line", arguments: BuiltInProfile.allCases)
  func upToDate(_ profile: BuiltInProfile) throws {
    let text = try String(contentsOf: Self.data.appendingPathComponent(profile.fileName + ".yaml"), encoding: .utf8)
    let root = try #require(try YamlNode.read(text))
    let packed = Self.data.appendingPathComponent("Packed/\(profile.fileName).nodes")
    if Self.renews { try Data(PackedNodes.bytes(of: root)).write(to: packed) }
    #expect(
      try Data(contentsOf: packed) == Data(PackedNodes.bytes(of: root)),
      "\(profile.fileName).yaml was changed: run 'make profiles'")
    if !Self.renews { #expect(PackedNodes.node(profile.packed) == root) }
  }

  @Test("what was packed is unpacked the same")
  func roundTrip() throws {
    let long = String(repeating: "long ", count: 5000)
    for text in ["a: 1\n? [x, \"\"]\n: {b: [], ü: ö}\n", "only", "[]", "{}", "- [[[1]]]\n- ~\n", "\n\n\n- \(long)"] {
      let root = try #require(try YamlNode.read(text))
      #expect(PackedNodes.node(PackedNodes.bytes(of: root)) == root)
    }
  }

  @Test("damaged bytes are refused, whatever the damage")
  func damage() throws {
    let bytes = BuiltInProfile.bus.packed
    for end in stride(from: 0, to: bytes.count, by: 97) { #expect(PackedNodes.node(Array(bytes[..<end])) == nil) }
    #expect(PackedNodes.node(bytes + [0]) == nil)
    // A count beyond the end, a number without end, a kind that is none, nesting without end.
    for bytes: [UInt8] in [
      [0xFC, 0x7F, 1], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [3, 1], .init(repeating: 5, count: 1000),
    ] {
      #expect(PackedNodes.node(bytes) == nil)
    }
    for place in stride(from: 0, to: bytes.count, by: 97) {
      var spoilt = bytes
      spoilt[place] ^= 0x91
      _ = PackedNodes.node(spoilt)
    }
  }

  @Test("aliases inside aliases do not multiply without end")
  func aliases() throws {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      let list = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(list)]\n"
    }
    #expect(throws: YamlNode.ReadError.self) { _ = try YamlNode.read(text) }
  }
}
