import Foundation
import Testing

/// Recordings of both links of a scooter, made on clocks that differ or on one.
@Suite struct RecordingClockTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func simulate(_ arguments: String...) throws {
    #expect(try Command.run(["simulate", "phone"] + arguments, in: scratch).ending == .exit(0))
  }

  @Test("clocks that differ are found by content and told with a bound")
  func differing() throws {
    try simulate("--line", "esc_ble", "--write", "a.pcapng")
    try simulate("--line", "bms_to_esc", "--start", "1700000100", "--write", "b.pcapng")
    let outcome = try Command.run(["diagnose", "a.pcapng", "b.pcapng", "--json"], in: scratch)
    #expect(outcome.ending == .exit(0))
    #expect(outcome.errors.contains("the clock of b.pcapng is "), "\(outcome.errors)")
    let verdict = try #require(try JsonLines(outcome.output).of(kind: "verdict").first)
    let clock = try #require((verdict["recording_clocks"] as? [[String: Any]])?.first)
    let offset = try #require(clock["offset_s"] as? Double), bound = try #require(clock["bound_s"] as? Double)
    #expect(abs(offset - 100) <= bound && bound < 0.02)
    // Merged by that, they cover a minute and not nearly three.
    let wire = try #require(verdict["wire"] as? [String: Any])
    #expect(try #require(wire["duration"] as? Double) < 70)
  }

  @Test("taps of one host agree, which only the JSON tells")
  func agreeing() throws {
    try simulate("--line", "esc_ble", "--write", "a.pcapng")
    try simulate("--line", "bms_to_esc", "--write", "b.pcapng")
    let outcome = try Command.run(["diagnose", "a.pcapng", "b.pcapng", "--json"], in: scratch)
    #expect(!outcome.errors.contains("the clock of"), "\(outcome.errors)")
    let verdict = try #require(try JsonLines(outcome.output).of(kind: "verdict").first)
    #expect((verdict["recording_clocks"] as? [[String: Any]])?.first?["agrees"] as? Bool == true)
  }

  /// Two recordings of one ride; the second one's clock is 100 s ahead, less a whole ride of the first.
  private func twoClocks() throws {
    try simulate("--line", "esc_ble", "--write", "a.pcapng")
    try simulate("--line", "bms_to_esc", "--start", "1700000100", "--write", "b.pcapng")
  }

  @Test("sniff puts them in order by content, and tells dates as they were recorded", arguments: ["a.pcapng", "a.txt"])
  func sniffed(first: String) throws {
    try twoClocks()
    if first == "a.txt" {
      #expect(try Command.run(["sniff", "a.pcapng", "--write", first], in: scratch).ending == .exit(0))
    }
    let outcome = try Command.run(["sniff", first, "b.pcapng", "--json"], in: scratch)
    #expect(outcome.ending == .exit(0))
    #expect(outcome.errors.contains("the clock of b.pcapng is "), "\(outcome.errors)")
    let lines = try JsonLines(outcome.output)
    let frames = lines.of(kind: "frame")
    let header = try #require(lines.of(kind: "header").first)
    let taps = try #require(header["taps"] as? [[String: Any]])
    let ahead = try #require(taps.last?["clock_ahead_s"] as? Double)
    #expect(abs(ahead - 100) < 0.02 && taps.first?["clock_ahead_s"] == nil)
    // An answer of the battery on its own line lies before the ESC's copy of it on the other.
    let times = frames.compactMap { $0["t"] as? Double }
    #expect(times == times.sorted() && times.count > 1000 && times.allSatisfy { $0 < 70 })
    let early = frames.prefix(frames.count / 10)
    #expect(Set(early.compactMap { $0["tap"] as? String }).count == 2, "both are there from the beginning")
    // Dates are those of the recording, whatever the order.
    let dated = try Command.run(["sniff", first, "b.pcapng", "-t", "a"], in: scratch)
    let alone = try Command.run(["sniff", "b=b.pcapng", "-t", "a"], in: scratch)
    func dates(_ text: String, _ tap: String) -> [Substring] {
      text.split(separator: "\n").filter { $0.contains(" \(tap) ") }.compactMap { $0.split(separator: " ").first }
    }
    #expect(!dates(alone.output, "b").isEmpty)
    #expect(dates(dated.output, "bus1") == dates(alone.output, "b"))
  }

  @Test("what sniff stores keeps the recorded times and the order", arguments: ["m.pcapng", "m.txt"])
  func stored(file: String) throws {
    try twoClocks()
    let merged = try Command.run(["sniff", "a.pcapng", "b.pcapng", "-t", "a", "--write", file], in: scratch)
    #expect(merged.ending == .exit(0), "\(merged.errors)")
    #expect(try Command.run(["sniff", file, "-t", "a"], in: scratch).output == merged.output)
    let json = try Command.run(["sniff", "a.pcapng", "b.pcapng", "--json"], in: scratch).output
    let again = try Command.run(["sniff", file, "--json"], in: scratch).output
    let frames = try (JsonLines(json).of(kind: "frame"), JsonLines(again).of(kind: "frame"))
    #expect(frames.0.count == frames.1.count)
    for key in ["t", "hex", "sender", "cause"] {
      #expect(frames.0.map { "\($0[key] ?? "")" } == frames.1.map { "\($0[key] ?? "")" }, "\(key)")
    }
  }

  @Test("two recordings of one wire are no case of two dashes")
  func oneWire() throws {
    #expect(try Command.run(["simulate", "displaydash", "--write", "a.pcapng"], in: scratch).ending == .exit(0))
    let twice = ["displaydash", "--start", "1700000002.25", "--write", "b.pcapng"]
    #expect(try Command.run(["simulate"] + twice, in: scratch).ending == .exit(0))
    let refused = try Command.run(["diagnose", "a.pcapng", "b.pcapng"], in: scratch)
    #expect(refused.ending == .exit(2) && refused.output.isEmpty)
    #expect(refused.errors.contains("b.pcapng: is a recording of the same wire as a.pcapng"), "\(refused.errors)")
    let listed = try Command.run(["senders", "a.pcapng", "b.pcapng"], in: scratch)
    #expect(listed.ending == .exit(0) && listed.errors.contains("comes twice"), "\(listed.errors)")
  }

  /// The battery's answers on its own line are not answers to what was asked on the other.
  @Test("the battery's line takes no cause away")
  func bothLinks() throws {
    let phone = ["--ble", "a.ble", "--token", "a.token"]
    for arguments in [
      ["--adapter", "ftdi-1ms", "--write", "a.pcapng"] + phone,
      ["--adapter", "ftdi-16ms", "--line", "bms_to_esc", "--write", "b.pcapng"],
    ] {
      let made = try Command.run(["simulate", "displaydash", "--seed", "21"] + arguments, in: scratch)
      #expect(made.ending == .exit(0))
    }
    let verdicts = try [["a.pcapng"], ["a.pcapng", "b.pcapng"]].map { bus in
      let outcome = try Command.run(["diagnose"] + bus + ["a.ble", "--token", "a.token", "--json"], in: scratch)
      let verdict = try #require(try JsonLines(outcome.output).of(kind: "verdict").first)
      return try #require(verdict["notifications"] as? [String: Any])
    }
    #expect("\(verdicts[0]["unsolicited"] ?? "")" == "\(verdicts[1]["unsolicited"] ?? "")")
    let causes = try verdicts.map { try #require($0["caused_by"] as? [String: Int]) }
    #expect(causes[0] == causes[1] && (causes[0]["dash1"] ?? 0) > 100)
  }

  @Test("every verb that merges recordings says how their clocks stand", arguments: ["senders", "timeline", "sniff"])
  func told(verb: String) throws {
    try twoClocks()
    let outcome = try Command.run([verb, "a.pcapng", "b.pcapng"], in: scratch)
    #expect(outcome.ending == .exit(0))
    #expect(outcome.errors.contains("the clock of b.pcapng is "), "\(outcome.errors)")
    try simulate("--line", "bms_to_esc", "--write", "c.pcapng")
    #expect(!(try Command.run([verb, "a.pcapng", "c.pcapng"], in: scratch).errors.contains("the clock of")))
  }
}
