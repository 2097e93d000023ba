import CaptureFiles
import Foundation
import NinebotBus
import ScooterProfiles
import Testing

@Suite("Finding and extending profiles")
struct ProfileLibraryTests {
  @Test(
    "the user's folder follows XDG",
    arguments: [
      (["XDG_DATA_HOME": "/data", "HOME": "/home/a"], "/data/mi-bus/profiles"),
      (["HOME": "/home/a"], "/home/a/.local/share/mi-bus/profiles"),
      (["XDG_DATA_HOME": "relative", "HOME": "/home/a"], "/home/a/.local/share/mi-bus/profiles"),
      (["XDG_DATA_HOME": "", "HOME": "/home/a"], "/home/a/.local/share/mi-bus/profiles"),
    ])
  func folder(_ environment: [String: String], _ expected: String) {
    #expect(ProfileLibrary(environment: environment).folder == expected)
  }

  @Test("a user profile is found by name and by path, before a built-in one, and may extend that")
  func userProfiles() throws {
    let yaml = "name: mine\nextends: m365\nregisters:\n  esc:\n    0x7e: { name: horn, type: u16 }\n    0x7d: none\n"
    let folder = try ProfileFolder(["mine.yaml": yaml, "m365.yaml": "name: patched\nextends: m365\n", ".x.yaml": ""])
    #expect(folder.library.userNames() == ["m365", "mine"])
    #expect(try folder.library.profile("m365").name == "patched")
    for name in ["mine", "\(folder.path)/mine.yaml"] {
      let profile = try folder.library.profile(name)
      #expect(profile.fields(of: .esc, register: 0x7E).map { profile.string($0.name) } == ["horn"])
      #expect(profile.fields(of: .esc, register: 0x7D).isEmpty)
      #expect(profile.fields(of: .esc, register: 0x7C).map { profile.string($0.name) } == ["cruise"])
    }
  }

  @Test("a register of a family replaces what covered it")
  func replacing() throws {
    let yaml = "name: x\nextends: m365\nregisters:\n  esc:\n    0xb8: { name: odd, type: u16 }\n"
    let folder = try ProfileFolder(["x.yaml": yaml])
    let profile = try folder.library.profile("x")
    #expect(profile.fields(of: .esc, register: 0xB7).isEmpty)
    #expect(profile.fields(of: .esc, register: 0xB8).count == 1)
    #expect(try ProfileLint.problems(of: "x", in: folder.library).isEmpty)
  }

  @Test("errors name the thing, the cause and the way out")
  func errors() throws {
    let folder = try ProfileFolder(["bad.yaml": "name: x\nfoo: 1\n"])
    let library = folder.library
    func message(_ name: String) -> String {
      do {
        _ = try library.profile(name)
        return "loaded"
      } catch { return error.description }
    }
    #expect(
      message("m364")
        == "profile 'm364': there is none of that name; allowed: m365, pro, pro2, 1s, essential, es, max, bad, or the path of a file"
    )
    #expect(message("/nonexistent/x.yaml") == "/nonexistent/x.yaml: there is no such file")
    #expect(message(folder.path + "/") == "\(folder.path)/: is a folder; name a profile file in it")
    #expect(message("bad").hasPrefix("\(folder.path)/bad.yaml:2: unknown key 'foo'"))
    try Data([0x6E, 0xFF, 0xFE]).write(to: URL(filePath: folder.path + "/binary.yaml"))
    #expect(message("binary").hasSuffix("is not UTF-8 text, so it is no profile"))
    try Data(repeating: 0x23, count: 2 << 20).write(to: URL(filePath: folder.path + "/huge.yaml"))
    #expect(message("huge").contains("larger than 1024 KiB"))
    #expect(message("").contains("there is none of that name"))
  }

  @Test("families differ where they should")
  func families() throws {
    let library = ProfileLibrary(folder: "/nonexistent")
    func unit(_ name: String, _ role: Role, _ register: UInt8) throws -> String {
      let profile = try library.profile(name)
      let field = try #require(profile.fields(of: role, register: register).first)
      return "\(profile.string(field.name)) \(field.decimals) \(profile.string(field.unit))"
    }
    #expect(try unit("m365", .esc, 0x73) == "normal_speed_limit 3 km/h")
    #expect(try unit("es", .esc, 0x73) == "normal_speed_limit 1 km/h")
    #expect(try unit("max", .esc, 0xB5) == "speed 1 km/h")
    #expect(try unit("es", .bms, 0x1D) == "overflow_count_1 0 ")
    #expect(try unit("es", .externalBms, 0x34) == "voltage 2 V")
    #expect(try unit("pro2", .bms, 0x34) == "voltage 2 V")
  }

  @Test("beliefs on timing are in nanoseconds and may be changed one by one")
  func timing() throws {
    let library = ProfileLibrary(folder: "/nonexistent")
    let timing = try library.profile("m365").timing
    #expect(timing.slot == .init(least: 16_000_000, typical: 19_860_000, most: 23_600_000))
    #expect(timing.replyDelay[.esc]?.typical == 117_000)
    let ble = try #require(timing.transmitters.first { $0.role == .ble && $0.link == .escBle })
    #expect(ble.pitch?.typical == 94_300)
    #expect(ble.bitClock.map(\.typical) == [-12000, -6000])
    let es = try library.profile("es").timing
    #expect(es.slot == timing.slot)
    #expect(es.transmitters.filter { $0.role == .bms }.map(\.pitch?.typical) == [86_100])
  }

  @Test("every error code has a name, and names need no escaping")
  func labels() throws {
    for name in ProfileLibrary.builtInNames {
      let profile = try ProfileLibrary(folder: "/nonexistent").profile(name)
      #expect(profile.errors.count > 35)
      #expect(Label.allows(String(decoding: profile.labels, as: UTF8.self).prefix(60_000).description))
      let field = try #require(profile.fields(of: .esc, register: 0xB0).first)
      #expect(profile.name(of: 14, in: field).map(profile.string) == "throttle hall sensor")
      #expect(profile.name(of: 30, in: field) == nil)
    }
  }
}
