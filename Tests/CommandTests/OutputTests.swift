import NinebotBus
import ScooterSim
import Testing

/// What is printed for one second of a scooter that is written down in `WireScript`.
@Suite struct OutputTests {
  let scratch: Scratch
  let script: WireScript

  init() throws {
    scratch = try Scratch()
    script = try .stockSecond()
    try scratch.write(script.csv, as: "stock.csv")
  }

  private func sniff(_ options: String...) throws -> Command.Outcome {
    let outcome = try Command.run(["sniff", "stock.csv"] + options, in: scratch)
    #expect(outcome.ending == .exit(0), "\(outcome.errors)")
    return outcome
  }

  @Test func textLines() throws {
    let outcome = try sniff()
    try Golden.expect(outcome.output, is: "sniff.txt")
    try Golden.expect(outcome.errors, is: "sniff-summary.txt")
  }

  @Test func jsonLines() throws {
    try Golden.expect(try sniff("--json").output, is: "sniff.json")
  }

  @Test func colourOnlyWhenAskedFor() throws {
    #expect(!(try sniff().output.contains("\u{1B}")))
    #expect(!(try sniff("--color", "never").output.contains("\u{1B}")))
    let coloured = try sniff("--color", "always", "--count", "60").output
    #expect(coloured.contains("\u{1B}["))
    let plain = coloured.replacing(#/\u{1B}\[[0-9;]*m/#, with: "")
    #expect(plain == (try sniff("--count", "60").output), "colour changes nothing else")
  }

  @Test("on a terminal there is colour, unless NO_COLOR is set", arguments: ["", "1"])
  func noColor(_ value: String) throws {
    // script(1) gives the program a terminal.
    let outcome = try Command.shell(
      #"command -v script >/dev/null || exit 77; script -qec "$MI_BUS sniff stock.csv --count 3" /dev/null"#,
      in: scratch, environment: value.isEmpty ? [:] : ["NO_COLOR": value])
    guard outcome.ending != .exit(77) else { return }
    #expect(outcome.output.contains("\u{1B}[") == value.isEmpty, "\(outcome.output)")
  }

  @Test("every JSON line is one object with the keys of the schema")
  func schema() throws {
    let lines = try JsonLines(try sniff("--json").output)
    let header = try #require(lines.objects.first)
    #expect(header["kind"] as? String == "header" && header["schema"] as? Int == 1)
    #expect(lines.objects.last?["kind"] as? String == "summary")
    let common: Set = ["kind", "t", "t_err", "dur", "tap", "hex"]
    let frame: Set = ["proto", "ok", "from", "to", "addr", "cmd", "arg", "name", "fields"]
    let finding: Set = ["sender", "confidence", "evidence", "cause"]
    for object in lines.objects.dropFirst().dropLast() {
      let keys = Set(object.keys)
      switch object["kind"] as? String {
      case "frame": #expect(keys.isSuperset(of: common.union(frame).union(finding)), "\(object)")
      case "garbage": #expect(keys == common, "\(object)")
      case "line-error": #expect(keys == common.union(["error"]), "\(object)")
      default: Issue.record("an unknown kind: \(object)")
      }
      let confidence = object["confidence"] as? Double ?? 0
      #expect((0...1).contains(confidence))
    }
    #expect(lines.soundFrames == script.frames)
    #expect(lines.of(kind: "frame").count == script.frames.count + 1, "and the one with a bad checksum")
    #expect(lines.of(kind: "garbage").compactMap { $0["hex"] as? String } == ["a7f3"])
    #expect(lines.of(kind: "line-error").compactMap { $0["hex"] as? String } == ["00"])
  }

  @Test("of bytes without times nothing is told that only times tell")
  func untimed() throws {
    #expect(try Command.run(["simulate", "stock", "--for", "5s", "--write", "x.bin"], in: scratch).ending == .exit(0))
    let text = try Command.run(["sniff", "x.bin", "--summary"], in: scratch).output
    #expect(text.contains("bad checksums ") && !text.contains("load"), "\(text)")
    let lines = try JsonLines(try Command.run(["sniff", "x.bin", "--json"], in: scratch).output)
    let taps = try #require(lines.objects.last?["taps"] as? [[String: Any]])
    #expect(taps.count == 1 && taps.allSatisfy { $0["load"] == nil })
    #expect(!lines.soundFrames.isEmpty)
    for frame in lines.of(kind: "frame") { #expect(frame["dur"] == nil && frame["t_err"] == nil) }
    let senders = try Command.run(["senders", "x.bin"], in: scratch).output
    let rows = senders.split(separator: "\n").filter { $0.hasPrefix("esc ") || $0.hasPrefix("ble ") }
    #expect(rows.count == 2 && rows.allSatisfy { $0.split(separator: " ")[3] == "-" }, "\(senders)")
    let objects = try JsonLines(try Command.run(["senders", "x.bin", "--json"], in: scratch).output).of(kind: "sender")
    #expect(!objects.isEmpty && objects.allSatisfy { $0["share"] == nil })
  }

  @Test("what an adapter's packets hide of the time in use is not lost", arguments: ["ftdi-16ms", "ftdi-1ms"])
  func load(adapter: String) throws {
    var loads: [Double] = []
    for name in ["edges", adapter] {
      let simulated = try Command.run(
        ["simulate", "displaydash", "--adapter", name, "--write", "\(name).pcapng"], in: scratch)
      #expect(simulated.ending == .exit(0))
      let summary = try Command.run(["sniff", "\(name).pcapng", "--summary", "--json"], in: scratch).output
      let taps = try #require(try JsonLines(summary).objects.last?["taps"] as? [[String: Any]])
      let verdict = try Command.run(["diagnose", "\(name).pcapng", "--json"], in: scratch).output
      let wire = try #require(try JsonLines(verdict).objects.last?["wire"] as? [String: Any])
      let load = try #require(wire["load"] as? Double)
      #expect(taps.first?["load"] as? Double == load, "every verb tells the same")
      loads.append(load)
    }
    #expect(abs(loads[1] / loads[0] - 1) < 0.05, "\(loads)")
  }

  @Test("a summary in JSON is one object", arguments: [["--summary"], ["--summary", "--changes"]])
  func summary(_ options: [String]) throws {
    let outcome = try Command.run(["sniff", "stock.csv", "--json"] + options, in: scratch)
    let lines = try JsonLines(outcome.output)
    #expect(lines.objects.count == 1)
    let summary = try #require(lines.objects.first)
    #expect(summary["kind"] as? String == "summary")
    #expect(summary["frames"] as? Int == script.frames.count + 1)
    #expect(outcome.errors.isEmpty)
    let taps = try #require(summary["taps"] as? [[String: Any]])
    #expect(taps.count == 1)
    #expect(taps[0]["bad_checksums"] as? Int == 1)
    #expect(taps[0]["garbage_bytes"] as? Int == 2)
    #expect(taps[0]["line_errors"] as? Int == 1)
  }

  @Test func summaryForPeople() throws {
    let outcome = try sniff("--summary")
    #expect(outcome.errors.isEmpty)
    #expect(outcome.output == (try sniff().errors), "the same words, but as data")
  }

  // MARK: - Times

  @Test("-t chooses how times are shown", arguments: ["a", "d", "z", "i", "n"])
  func timeStyle(_ letter: String) throws {
    let lines = try sniff("-t", letter, "--from", "ble").lines
    let first = try #require(lines.first), second = try #require(lines.dropFirst().first)
    let starts: [String] =
      switch letter {
      case "a", "z": ["0.010000 bus0", "0.029860 bus0"]
      case "d": ["0.000000 bus0", "0.019860 bus0"]
      case "i": ["1970-01-01T00:00:00.010000Z bus0", "1970-01-01T00:00:00.029860Z bus0"]
      default: ["bus0", "bus0"]
      }
    for (line, start) in zip([first, second], starts) {
      #expect(line.drop { $0 == " " }.hasPrefix(start), "\(line)")
    }
  }

  @Test func nanoseconds() throws {
    let line = try #require(try sniff("--ns", "--count", "1").lines.first)
    #expect(line.contains(" 0.010000000 bus0"), "\(line)")
  }

  // MARK: - What is shown

  @Test func rawShowsBytesOnly() throws {
    let lines = try sniff("--raw", "-t", "n").lines.map { $0.dropFirst("bus0 ".count) }
    let frames = lines.filter { !$0.hasPrefix("!") }.map { $0.filter { $0 != " " } }
    #expect(frames == script.frames)
    #expect(lines.contains("!a7 f3") && lines.contains("!00"))
  }

  struct Filter: Sendable, CustomTestStringConvertible {
    var options: [String]
    /// Which frames stay, by their bytes in hexadecimal.
    var keeps: @Sendable (Substring) -> Bool
    var testDescription: String { options.joined(separator: " ") }
  }

  /// Address, command and argument lie at digits 6, 8 and 10.
  static func at(_ digit: Int, _ text: String) -> @Sendable (Substring) -> Bool {
    { $0.dropFirst(digit).hasPrefix(text) }
  }

  static let filters = [
    Filter(options: ["--from", "esc"]) { at(6, "21")($0) || at(6, "23")($0) },
    Filter(options: ["--from", "ble", "--to", "bms"], keeps: at(6, "22")),
    Filter(options: ["--from", "bms"], keeps: at(6, "25")),
    Filter(options: ["--cmd", "64"], keeps: at(8, "64")),
    Filter(options: ["--cmd", "64", "--cmd", "61"]) { at(8, "64")($0) || at(8, "61")($0) },
    Filter(options: ["--reg", "b0"]) { at(10, "b0")($0) },
    Filter(options: ["--reg", "32", "--reg", "B0"]) { at(10, "b0")($0) || at(10, "32")($0) },
    Filter(options: ["--match", "2064:ffff"], keeps: at(6, "2064")),
    Filter(options: ["--match", "2064:ff00"], keeps: at(6, "20")),
    Filter(options: ["--match", "2065~ffff"]) { !at(6, "2065")($0) },
    Filter(options: ["--match", "21:ff", "--match", "2361:ff00"]) { at(6, "21")($0) || at(6, "23")($0) },
  ]

  @Test("filters choose frames and nothing else is shown", arguments: filters)
  func filter(_ filter: Filter) throws {
    let shown = try JsonLines(try Command.run(["sniff", "stock.csv", "--json"] + filter.options, in: scratch).output)
    let expected = script.frames.filter { filter.keeps($0[...]) }
    #expect(!expected.isEmpty)
    #expect(shown.soundFrames == expected)
    #expect(shown.of(kind: "garbage").isEmpty && shown.of(kind: "line-error").isEmpty)
    #expect(shown.of(kind: "summary").first?["frames"] as? Int == script.frames.count + 1, "it counts everything")
  }

  @Test("--sender goes by the evidence")
  func sender() throws {
    // On this wire the battery's answers come from the ESC, whatever their address says.
    for name in ["esc", "ble"] {
      let shown = try JsonLines(try sniff("--json", "--sender", name).output).of(kind: "frame")
      #expect(!shown.isEmpty && shown.allSatisfy { $0["sender"] as? String == name })
    }
  }

  @Test("--changes shows a message when its data differ from the last time")
  func changes() throws {
    let shown = try JsonLines(try sniff("--json", "--changes").output).soundFrames
    var last: [Substring: String] = [:]
    let expected = script.frames.filter { frame in
      let key = frame.dropFirst(4).prefix(8)
      defer { last[key] = frame }
      return last[key] != frame
    }
    #expect(shown == expected)
    #expect(shown.count < script.frames.count / 2)
  }

  @Test("--count ends after so many lines, and the summary tells of these", arguments: [1, 7])
  func count(_ count: Int) throws {
    let outcome = try sniff("--count", "\(count)")
    #expect(outcome.lines.count == count)
    #expect(outcome.errors.hasPrefix("\(count) frames in"), "\(outcome.errors)")
  }

  @Test("--for reads a recording up to that time, without cutting a frame")
  func duration() throws {
    // At 0.5 s a frame is on the wire in no case: the slots begin at 10 ms + n * 19.86 ms.
    let lines = try JsonLines(try sniff("--json", "--for", "500ms").output)
    let times = lines.of(kind: "frame").compactMap { $0["t"] as? Double }
    #expect(times.allSatisfy { $0 <= 0.5 } && (times.last ?? 0) > 0.47)
    #expect(lines.soundFrames == Array(script.frames.prefix(lines.soundFrames.count)))
    #expect(lines.of(kind: "garbage").isEmpty)
    // In the middle of a frame: it began before, so it is shown whole.
    let middle = try JsonLines(try sniff("--json", "--for", "10.3ms").output)
    #expect(middle.frames == Array(script.frames.prefix(1)) && middle.of(kind: "garbage").isEmpty)
  }

  // MARK: - Several sources

  @Test("NAME=SOURCE names the tap, and several recordings are merged in time")
  func merged() throws {
    var other = WireScript()
    for slot in 0..<20 as Range<Int64> {
      try other.add(
        Frame(address: .pair(source: 0x3D, destination: 0x20), command: 1, argument: 0x10, payload: [0x0E]),
        at: 25_000 + slot * 40_000, .plain)
    }
    try scratch.write(other.csv, as: "other.csv")
    let outcome = try Command.run(["sniff", "wire=stock.csv", "second=other.csv", "--json"], in: scratch)
    let frames = try JsonLines(outcome.output).of(kind: "frame")
    let times = frames.compactMap { $0["t"] as? Double }
    #expect(times == times.sorted(), "in the order of time")
    for (tap, expected) in [("wire", script.frames), ("second", other.frames)] {
      let sound = frames.filter { $0["tap"] as? String == tap && $0["ok"] as? Bool == true }
      #expect(sound.compactMap { $0["hex"] as? String } == expected)
    }
    let ninebot = try #require(frames.first { $0["tap"] as? String == "second" })
    #expect(ninebot["proto"] as? String == "5aa5")
    #expect(ninebot["src"] as? String == "3d" && ninebot["dst"] as? String == "20" && ninebot["addr"] == nil)
  }

  @Test func aNameWithEqualsSignThatExistsIsAFile() throws {
    try scratch.write(script.csv, as: "a=b.csv")
    let outcome = try Command.run(["sniff", "a=b.csv", "--count", "1"], in: scratch)
    #expect(outcome.output.contains(" bus0 "))
  }
}
