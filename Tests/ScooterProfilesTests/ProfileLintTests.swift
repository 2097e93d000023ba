import CaptureFiles
import Foundation
import NinebotBus
import ScooterProfiles
import Testing

@Suite("What lint finds in a profile")
struct ProfileLintTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var yaml: String
    /// Line and part of the message of each problem, in order.
    var problems: [(line: Int, message: String)]

    init(_ name: String, _ yaml: String, _ problems: (Int, String)...) {
      (testDescription, self.yaml, self.problems) = (name, yaml, problems)
    }
  }

  private static func register(_ field: String) -> String {
    "name: x\nextends: bus\nregisters:\n  esc:\n    0x10: \(field)\n"
  }

  static let cases: [Case] = [
    Case("a sound one", "name: x\nextends: m365\nregisters:\n  esc: { 0x7e: { name: horn, type: u16 } }\n"),
    Case("empty", "", (0, "the file is empty")),
    Case("not YAML", "name: [x\n", (2, "no YAML")),
    Case("a list", "- 1\n", (1, "must be a mapping"), (1, "no 'name'")),
    Case("no name", "title: x\n", (1, "no 'name'")),
    Case("unknown key", "name: x\nregister: {}\n", (2, "unknown key 'register' in a profile; allowed: name, title")),
    Case("the same key twice", "name: x\nname: y\n", (1, "the same key twice")),
    Case("unknown role", "name: x\nregisters:\n  motor: {}\n", (3, "role 'motor' is not known; allowed: esc, ble")),
    Case("unknown link", "name: x\nlinks:\n  can: {}\n", (3, "link 'can' is not known; allowed: esc-ble")),
    Case("half an address", "name: x\nlinks:\n  esc-ble:\n    0x20: { from: ble }\n", (4, "needs 'from' and 'to'")),
    Case("a number out of range", "name: x\nninebot:\n  0x100: esc\n", (3, "allowed: 0 to 255")),
    Case("no number", "name: x\nninebot:\n  zwanzig: esc\n", (3, "must be a whole number")),
    Case("unknown format", "name: x\ncommands:\n  55ab: {}\n", (3, "format '55ab' is not known; allowed: 55aa, 5aa5")),
    Case(
      "a command without kind", "name: x\ncommands:\n  55aa:\n    0x70: { name: y }\n", (4, "needs 'name' and 'kind'")),
    Case(
      "a read without answer", "name: x\ncommands:\n  55aa:\n    0x70: { name: y, kind: read }\n",
      (4, "needs the 'answer' code")),
    Case(
      "an answer that is no command",
      "name: x\ncommands:\n  55aa:\n    0x70: { name: y, kind: call, answer: 0x71 }\n", (4, "0x71 of 'y' is no command")
    ),
    Case("unknown field key", register("{ name: y, type: u16, scale: 2 }"), (5, "unknown key 'scale' in a field")),
    Case(
      "unknown type", register("{ name: y, type: float }"), (5, "type 'float' is not known; allowed: u8"), (5, "needs")),
    Case("a field without type", register("{ name: y }"), (5, "needs 'name' and 'type'")),
    Case("a name with a blank", register("{ name: a b, type: u8 }"), (5, "a-z, 0-9 and _"), (5, "needs")),
    Case("text without size", register("{ name: y, type: ascii }"), (5, "needs a 'size'")),
    Case("a size that is not the type's", register("{ name: y, type: u32, size: 2 }"), (5, "4 bytes, not 2")),
    Case("bits of three bytes", register("{ name: y, type: bits, size: 3 }"), (5, "1, 2 or 4 bytes")),
    Case("no unit", register("{ name: y, type: u16, decimals: 2 }"), (5, "scaled and has no 'unit'")),
    Case("a version with a unit", register("{ name: y, type: version, unit: V }"), (5, "is no number")),
    Case("a bit that is not there", register("{ name: y, type: bits, bits: { 16: z } }"), (5, "there is no bit 16")),
    Case("a value that cannot be", register("{ name: y, type: u8, values: { 256: z } }"), (5, "so never 256")),
    Case("a quote in a unit", register("{ name: y, type: u16, unit: 'a\"b' }"), (5, "without quotes")),
    Case(
      "overlapping fields", register("[{ name: y, type: u16 }, { name: z, type: u8, at: 1 }]"),
      (5, "'y' and 'z' overlap")),
    Case(
      "two disputed readings", register("[{ name: y, type: u16, disputed: a }, { name: z, type: i16, disputed: b }]")),
    Case(
      "overlapping registers",
      "name: x\nregisters:\n  esc:\n    0x10: { name: y, type: u32 }\n    0x11: { name: z, type: u16 }\n",
      (5, "0x11 overlaps 0x10, which reaches to 0x11")),
    Case(
      "one register written in two ways",
      "name: x\nregisters:\n  esc:\n    0x1a: { name: y, type: u16 }\n    26: { name: z, type: u16 }\n",
      (5, "0x1a stands twice")),
    Case(
      "past the last register", "name: x\nregisters:\n  esc:\n    0xff: { name: y, type: u32 }\n",
      (4, "past register 0xff")),
    Case(
      "repeat past the last register",
      "name: x\nregisters:\n  esc:\n    0xfe: { name: y, type: u16, repeat: 3 }\n", (4, "past register 0xff")),
    Case(
      "the same name twice",
      "name: x\nregisters:\n  esc:\n    0x10: { name: y, type: u16 }\n    0x11: { name: y, type: u16 }\n",
      (5, "'y' stands twice")),
    Case(
      "a name of the extended profile",
      "name: x\nextends: m365\nregisters:\n  esc:\n    0x7e: { name: cruise, type: u16 }\n",
      (5, "'cruise' stands twice")),
    Case(
      "a frame that is too short",
      "name: x\nextends: bus\nframes:\n  - command: 0x65\n    payload: 2\n    fields: [{ name: y, type: u32 }]\n",
      (4, "ends at byte 4 of 2")),
    Case("a frame without length", "name: x\nextends: bus\nframes:\n  - command: 0x65\n", (4, "'payload'")),
    Case(
      "a frame of no command", "name: x\nframes:\n  - { command: 0x65, payload: 2 }\n", (3, "in no list of commands")),
    Case(
      "the same frame twice",
      "name: x\nextends: bus\nframes:\n  - { command: 0x65, payload: 2 }\n  - { command: 0x65, payload: 2 }\n",
      (5, "a second frame")),
    Case(
      "errors that are not there",
      "name: x\nregisters:\n  esc:\n    0x10: { name: y, type: u16, values: errors }\n", (4, "has no 'errors'")),
    Case("extends nothing known", "name: x\nextends: m364\n", (2, "extends 'm364': there is none of that name")),
    Case("a slot out of order", "name: x\ntiming:\n  slot-us: [3, 2, 1]\n", (3, "[least, typical, most]")),
    Case("timing with words", "name: x\ntiming:\n  slot-us: [a, b, c]\n", (3, "[least, typical, most]")),
    Case("unknown timing", "name: x\ntiming:\n  slots: 3\n", (3, "unknown key 'slots' in timing")),
    Case(
      "several at once",
      "name: x\nfoo: 1\nregisters:\n  esc:\n    0x10: { type: u8 }\n    300: { name: y, type: u8 }\n",
      (2, "unknown key"), (5, "needs 'name'"), (6, "out of range")),
  ]

  @Test("problems with their lines", arguments: cases)
  func problems(_ row: Case) throws {
    let folder = try ProfileFolder(["x.yaml": row.yaml])
    let path = "\(folder.path)/x.yaml"
    let found = try ProfileLint.problems(of: path, in: folder.library)
    #expect(found.count == row.problems.count, "\(found)")
    for (problem, expected) in zip(found, row.problems) {
      #expect(problem.line == expected.line, "\(problem)")
      #expect(problem.message.contains(expected.message), "\(problem)")
      #expect(problem.file == path)
    }
  }

  @Test("extending in a circle is found, and loading it fails with the line")
  func circle() throws {
    let folder = try ProfileFolder(["a.yaml": "name: a\nextends: b\n", "b.yaml": "name: b\nextends: a\n"])
    let found = try ProfileLint.problems(of: "a", in: folder.library)
    #expect(found.map(\.description) == ["\(folder.path)/b.yaml:2: extends 'a', which extends this profile again"])
    #expect(throws: InputError.self) { try folder.library.profile("a") }
    let own = try ProfileFolder()
    try Data("name: c\nextends: c.yaml\n".utf8).write(to: URL(filePath: "\(own.path)/c.yaml"))
    let circle = try ProfileLint.problems(of: "\(own.path)/c.yaml", in: own.library)
    #expect(circle.map(\.line) == [2])
    #expect(circle.first?.message.contains("extends this profile again") == true)
  }

  @Test("a profile extends one known by name or a file beside it, and reads no other place")
  func extendedPlace() throws {
    let base = try ProfileFolder(["base.yaml": "name: base\nextends: bus\n"])
    let folder = try ProfileFolder([
      "beside.yaml": "name: beside\nextends: base.yaml\n", "base.yaml": "name: own\ntitle: beside it\n",
      "far.yaml": "name: far\nextends: \(base.path)/base.yaml\n", "up.yaml": "name: up\nextends: ../base.yaml\n",
    ])
    #expect(try folder.library.description("\(folder.path)/beside.yaml").title == "beside it")
    #expect(try folder.library.description("beside").title == "beside it")
    for name in ["far", "up"] {
      let found = try ProfileLint.problems(of: name, in: folder.library)
      #expect(found.map(\.line) == [2])
      #expect(
        found.first?.message.hasSuffix("is a path; allowed: a profile's name, or a file in the same folder") == true)
    }
  }

  @Test("every built-in profile is sound", arguments: ProfileLibrary.builtInNames + ["bus"])
  func builtIn(_ name: String) throws {
    let library = ProfileLibrary(folder: "/nonexistent")
    #expect(try ProfileLint.problems(of: name, in: library).map(\.description) == [])
    #expect(try library.profile(name).name == name)
  }

  @Test("damaged files give problems, never a crash", arguments: 1...40)
  func damaged(seed: UInt64) throws {
    var state = seed
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    let source = try String(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Sources/ScooterProfiles/Data/\(seed % 2 == 0 ? "bus" : "m365").yaml"), encoding: .utf8)
    var bytes = Array(source.utf8)
    for _ in 0..<(1 + random(20)) {
      let at = random(bytes.count - 20)
      switch random(3) {
      case 0: bytes[at] = UInt8(random(96) + 32)
      case 1: bytes.removeSubrange(at..<(at + 1 + random(15)))
      default:
        bytes.insert(contentsOf: Array("{[]}:-&*!|>'\"%@,?#\n 0x-99999999999".utf8.dropFirst(random(30))), at: at)
      }
    }
    let folder = try ProfileFolder(["x.yaml": String(decoding: bytes, as: UTF8.self)])
    let found = try ProfileLint.problems(of: "x", in: folder.library)
    for problem in found { #expect(problem.description.utf8.allSatisfy { $0 >= 0x20 }) }
    // What loads in spite of the damage can be used.
    if let profile = try? folder.library.profile("x") {
      let bytes = try Frame(to: 0x23, 0x01, 0xB0, [UInt8](repeating: 7, count: 32)).encoded()
      if let reading = profile.read(bytes.span) { profile.forEachField(of: reading, in: bytes.span) { _ in } }
    }
  }
}
