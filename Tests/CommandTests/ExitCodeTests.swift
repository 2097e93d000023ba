import Testing

/// Exit codes and streams of things that go wrong: 2 for usage and unusable inputs, and one clear line.
@Suite struct ExitCodeTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var arguments: [String]
    var code: Int32
    /// What the first line on standard error holds.
    var says: [String]
    var testDescription: String { arguments.joined(separator: " ") }

    init(_ arguments: String..., code: Int32 = 2, says: [String]) {
      self.arguments = arguments
      self.code = code
      self.says = says
    }
  }

  static let misuse: [Case] = [
    Case("nonsense", says: ["nonsense"]),
    Case("sniff", "--nonsense", says: ["--nonsense"]),
    Case("sniff", "-t", "x", "sim:", says: ["'x'"]),
    Case("sniff", "--count", "0", "sim:", says: ["--count 0"]),
    Case("sniff", "--count", "-5", "sim:", says: ["--count"]),
    Case("sniff", "--count", "2", "--summary", "sim:", says: ["--summary", "--count"]),
    Case("sniff", "--for", "x", "sim:", says: ["--for"]),
    Case("sniff", "--for", "0", "sim:", says: ["--for"]),
    Case("sniff", "--for", "1e400s", "sim:", says: ["--for"]),
    Case("sniff", "--for", "nan", "sim:", says: ["--for"]),
    Case("sniff", "--baud", "0", "sim:", says: ["--baud 0"]),
    Case("sniff", "--baud", "99999999999999999999", "sim:", says: ["--baud"]),
    Case("sniff", "--pause", "0", "sim:", says: ["--pause"]),
    Case("sniff", "--pause", "nan", "sim:", says: ["--pause"]),
    Case("sniff", "--logic", "8 parsecs", "-", says: ["--logic", "8MHz"]),
    Case("sniff", "--logic", "nan", "-", says: ["--logic"]),
    Case("sniff", "--logic", "0.01", "-", says: ["--logic"]),
    Case("sniff", "--unitsize", "2", "-", says: ["--unitsize", "--logic"]),
    Case("sniff", "--unitsize", "9", "--logic", "8MHz", "-", says: ["--unitsize 9", "1 to 8"]),
    Case("sniff", "--link", "esc", "sim:", says: ["--link esc", "esc-ble"]),
    Case("sniff", "--from", "engine", "sim:", says: ["--from engine", "esc", "ble"]),
    Case("sniff", "--to", "engine", "sim:", says: ["--to engine"]),
    Case("sniff", "--cmd", "xyz", "sim:", says: ["--cmd xyz"]),
    Case("sniff", "--reg", "1ff", "sim:", says: ["--reg 1ff"]),
    Case("sniff", "--match", "20", "sim:", says: ["--match 20"]),
    Case("sniff", "--match", "20:ffff", "sim:", says: ["--match"]),
    Case("sniff", "--match", "+1:ff", "sim:", says: ["--match"]),
    Case("sniff", "--sender", "engine", "sim:", says: ["--sender engine", "esc"]),
    Case("sniff", "--color", "pink", "sim:", says: ["pink"]),
    Case("sniff", "--profile", "tank", "sim:", says: ["tank", "m365"]),
    Case("sniff", "--raw", "--json", "sim:", says: ["--raw", "--json"]),
    Case("timeline", "x", "--from", "5s", "--to", "4s", says: ["--from 5s", "--to 4s"]),
    Case("timeline", "x", "--from", "1500ms", "--to", "1.5", says: ["--from 1500ms"]),
    Case("profiles", "check", says: ["file"]),
  ]

  @Test("wrong usage", arguments: misuse)
  func wrongUsage(_ wrong: Case) throws {
    let outcome = try Command.run(wrong.arguments)
    #expect(outcome.ending == .exit(wrong.code))
    #expect(outcome.output.isEmpty, "errors are no data")
    let first = outcome.errors.prefix { $0 != "\n" }
    for word in wrong.says { #expect(first.contains(word), "\(first)") }
  }

  static let missing: [Case] = [
    Case("sniff", "no-such-file", says: ["no-such-file", "check the path"]),
    Case("sniff", "/dev/ttyUSB987", says: ["/dev/ttyUSB987", "no such port", "mi-bus ports"]),
    Case("sniff", "/dev/serial/by-id/usb-none", says: ["no such port"]),
    Case("sniff", "/dev/null", says: ["/dev/null", "not a serial port"]),
    Case("sniff", "/", says: ["/", "is a directory"]),
    Case("sniff", "", says: ["''"]),
    Case("sniff", "=sim:", says: ["cannot name a tap"]),
    Case("sniff", "a b=sim:", says: ["'a b' cannot name a tap"]),
    Case("sniff", "-", "-", says: ["standard input can be read only once"]),
    Case("sniff", "-", says: ["standard input", "is empty"]),
    Case("sniff", "sim:no-such-scooter", says: ["no-such-scooter", "stock"]),
    Case("sniff", "sim:stock,seed=x", says: ["seed=x"]),
    Case("sniff", "tcp:nowhere", says: ["tcp:HOST:PORT"]),
    Case("sniff", "tcp:127.0.0.1:0", says: ["tcp:HOST:PORT"]),
    Case("sniff", "tcp:127.0.0.1:99999", says: ["tcp:HOST:PORT"]),
    Case("sniff", "tcp:127.0.0.1:1", says: ["tcp:127.0.0.1:1", "cannot connect"]),
    Case("sniff", "sim:", "-", says: ["live"]),
    Case("sniff", "sim:", "--logic", "8MHz", says: ["sim:", "leave out --logic"]),
    Case("sniff", "sim:", "--write", "x.doc", says: ["x.doc", ".pcapng"]),
    Case("sniff", "sim:", "--write", "/no/such/folder/x.pcapng", says: ["/no/such/folder/x.pcapng"]),
    Case("profiles", "check", "no-such-file", says: ["no-such-file"]),
  ]

  @Test("inputs that cannot be opened: one line that names the thing", arguments: missing)
  func cannotBeOpened(_ wrong: Case) throws {
    let outcome = try Command.run(wrong.arguments)
    #expect(outcome.ending == .exit(wrong.code))
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("mi-bus: "))
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    for word in wrong.says { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
  }

  @Test("without a source and without an adapter the way out is named")
  func noSource() throws {
    let outcome = try Command.run(["sniff", "--for", "1s"])
    // A machine with an adapter would sniff it.
    guard outcome.ending == .exit(2) else { return #expect(outcome.ending == .exit(0)) }
    #expect(outcome.errors.contains("no source"))
  }

  @Test("what is asked for about the program itself goes to standard output", arguments: ["--help", "--version"])
  func about(_ option: String) throws {
    let outcome = try Command.run([option])
    #expect(outcome.ending == .exit(0))
    #expect(!outcome.output.isEmpty && outcome.errors.isEmpty)
  }

  @Test("ports lists adapters as JSON too")
  func ports() throws {
    let text = try Command.run(["ports"])
    #expect(text.ending == .exit(0))
    let json = try Command.run(["ports", "--json"])
    #expect(json.ending == .exit(0))
    for port in try JsonLines(json.output).objects {
      #expect(port["kind"] as? String == "port" && port["path"] is String && port["can_open"] is Bool)
    }
  }

  @Test("a sound profile gives 0, a faulty one 1 and its problems")
  func profiles() throws {
    let scratch = try Scratch()
    let faulty = try scratch.write("title: x\nextends: nowhere\n".utf8, as: "faulty.yaml")
    let found = try Command.run(["profiles", "check", faulty])
    #expect(found.ending == .exit(1))
    #expect(!found.output.isEmpty && found.errors.isEmpty)
    let sound = try scratch.write("name: sound\nextends: m365\ntitle: Mine\n".utf8, as: "sound.yaml")
    let fine = try Command.run(["profiles", "check", sound])
    #expect(fine.ending == .exit(0), "\(fine.output)\(fine.errors)")
    #expect(try Command.run(["profiles"]).output.contains("m365"))
  }
}
