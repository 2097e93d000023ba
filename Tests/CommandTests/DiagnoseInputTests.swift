import Foundation
import ScooterSim
import Testing

/// `diagnose`, `timeline` and `senders` on inputs that are damaged, or come once only.
@Suite struct DiagnoseInputTests {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    let made = try Command.run(
      ["simulate", "displaydash", "--for", "8s", "--ble", "p.btsnoop", "--token", "t"]
        + ["x.vcd", "x.csv", "x.pcapng", "x.txt"].flatMap { ["--write", $0] }, in: scratch)
    #expect(made.ending == .exit(0), "\(made.errors)")
  }

  private func run(_ words: String, input: [UInt8] = []) throws -> Command.Outcome {
    try Command.run(words.split(separator: " ").map(String.init), in: scratch, input: input)
  }

  /// The lines of errors, notes left out.
  private func complaints(_ outcome: Command.Outcome) -> [Substring] {
    outcome.errors.split(separator: "\n").filter { $0.hasPrefix("mi-bus: ") && !$0.hasPrefix("mi-bus: note:") }
  }

  /// Cuts a file in two and keeps the first part.
  private func cut(_ name: String, _ part: Double = 0.6) throws {
    let whole = scratch.bytes(name)
    try scratch.write(whole.prefix(Int(Double(whole.count) * part)), as: "cut.\(name)")
  }

  /// What is in no known format passes for bytes of another bus.
  @Test("a second file without a frame is named")
  func unreadableSecond() throws {
    try scratch.write((0..<3000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }, as: "odd.bin")
    let outcome = try run("diagnose x.vcd odd.bin")
    #expect(outcome.errors.contains("odd.bin holds no frame that could be read"), "\(outcome.errors)")
    #expect(!outcome.errors.contains("x.vcd holds no frame"))
    #expect(try !run("diagnose odd.bin").errors.contains("holds no frame"))
  }

  // MARK: - One file

  /// The bus's pcapng with an interface for the phone's log added, and its packets at the end.
  private func oneFile() -> [UInt8] {
    func little(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    func big(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
    func block(_ type: Int, _ body: [UInt8]) -> [UInt8] {
      let padded = body + [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
      return little(type) + little(padded.count + 12) + padded + little(padded.count + 12)
    }
    var file = scratch.bytes("x.pcapng")
    var (at, interfaces, end) = (0, 0, 0)
    while at < file.count {
      let length = big(ArraySlice(file[(at + 4)..<(at + 8)].reversed()))
      if file[at] == 1, file[at + 1] == 0 { (interfaces, end) = (interfaces + 1, at + length) }
      at += length
    }
    // HCI packets behind a word that tells the direction; microseconds.
    file.insert(contentsOf: block(1, [201, 0, 0, 0, 0, 0, 0, 0]), at: end)
    let log = scratch.bytes("p.btsnoop")
    at = 16
    while at < log.count {
      let count = big(log[(at + 4)..<(at + 8)])
      let time = big(log[(at + 16)..<(at + 24)]) - 0x00dc_ddb3_0f2f_8000
      let data = [0, 0, 0, log[at + 11] & 1] + log[(at + 24)..<(at + 24 + count)]
      let head = [interfaces, time >> 32, time & 0xFFFF_FFFF, data.count, data.count].flatMap(little)
      file += block(6, head + data)
      at += 24 + count
    }
    return file
  }

  @Test("a pcapng that holds both sides is both", arguments: ["diagnose", "timeline"])
  func bothSides(verb: String) throws {
    try scratch.write(oneFile(), as: "both.pcapng")
    let apart = try run("\(verb) x.pcapng p.btsnoop --token t")
    let together = try run("\(verb) both.pcapng --token t")
    #expect(together.ending == apart.ending)
    #expect(!apart.output.isEmpty && together.output == apart.output, "\(together.output)\(together.errors)")
  }

  // MARK: - Damage

  @Test("a report that no longer fits leaves the one before", arguments: ["--html", "--perfetto"])
  func fullDisk(option: String) throws {
    try scratch.write(Array("the one before".utf8), as: "report")
    // The shell bounds the size of files that the program may write, in blocks of 512 bytes.
    let outcome = try Command.shell(
      #"trap '' XFSZ; ulimit -f 8; "$MI_BUS" diagnose x.txt $1 report"#, [option], in: scratch)
    #expect(outcome.ending == .exit(2) && outcome.errors.contains("report: "), "\(outcome.errors)")
    #expect(scratch.text("report") == "the one before")
    #expect(try Command.shell("ls report*", in: scratch).output == "report\n")
    _ = try run("diagnose x.txt \(option) report")
    #expect(scratch.bytes("report").count > 8 * 512)
  }

  @Test("no output replaces what is read", arguments: ["--html", "--perfetto"])
  func overwriting(option: String) throws {
    let before = scratch.bytes("x.txt")
    try scratch.write(Array("extends: m365\n".utf8), as: "my.yaml")
    try scratch.write(Array("{}".utf8), as: "prints")
    for verb in ["diagnose x=x.txt \(option) ./x.txt", "senders x.txt --save x.txt", "senders x.txt --plot ./x.txt"] {
      let outcome = try run(verb)
      #expect(outcome.ending == .exit(2), "\(verb)")
      #expect(outcome.errors.contains("x.txt: is read and would be overwritten"), "\(verb): \(outcome.errors)")
    }
    let token = try run("diagnose x.txt p.btsnoop --token t \(option) t")
    #expect(token.ending == .exit(2) && token.errors.contains("t: is read"), "\(token.errors)")
    #expect(scratch.bytes("x.txt") == before)
    let profile = try run("diagnose x.txt --profile ./my.yaml \(option) my.yaml")
    #expect(profile.ending == .exit(2) && profile.errors.contains("my.yaml: is read"), "\(profile.errors)")
    let prints = try run("senders x.txt --load prints --plot prints")
    #expect(prints.ending == .exit(2) && prints.errors.contains("prints: is read"), "\(prints.errors)")
    let twice = try run("diagnose x.txt --html r --perfetto r")
    #expect(twice.ending == .exit(2) && twice.errors.contains("r: is named for two outputs"), "\(twice.errors)")
  }

  @Test("a log of which no line can be read is no input", arguments: ["sniff", "senders", "diagnose"])
  func unreadable(verb: String) throws {
    try scratch.write(Array("(1.0) bus0 55AX R\n(x) bus0 55AA R\n".utf8), as: "no.txt")
    let outcome = try run("\(verb) no.txt")
    #expect(outcome.ending == .exit(2))
    #expect(outcome.errors.contains("no.txt: holds no line of a log that can be read"), "\(outcome.errors)")
    // One readable line is enough.
    try scratch.write(Array("(1.0) bus0 55AX R\n(1.1) bus0 55AA0320017B065AFF R\n".utf8), as: "one.txt")
    #expect(try run("sniff one.txt").ending == .exit(0))
  }

  /// Somebody opened the log in an editor of Windows.
  @Test("line ends of Windows change nothing")
  func windows() throws {
    try scratch.write(scratch.bytes("x.txt").flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }, as: "w.txt")
    let frames = try ["x.txt", "w.txt"].map { try run("sniff \($0) -t a").output }
    #expect(frames[0] == frames[1] && frames[0].contains(" levers"))
  }

  @Test("a file's words do not control the terminal")
  func controlCharacters() throws {
    try scratch.write(Array("(1.0) \u{1B}[31mX\u{7} 55AA0320017B065AFF R\n".utf8), as: "c.txt")
    for verb in ["sniff", "senders", "diagnose"] {
      let shown = try run("\(verb) c.txt")
      #expect(!(shown.output + shown.errors).unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{7}" }, "\(verb)")
    }
    #expect(try run("sniff c.txt").output.contains("[31mX"))
  }

  @Test("a time line can begin at 0")
  func zero() throws {
    let begin = try run("timeline x.txt --from 0s --to 0.2s")
    #expect(begin.ending == .exit(0) && begin.output.contains(" levers"), "\(begin.errors)")
    #expect(try run("timeline x.txt --from -1s").ending == .exit(2))
  }

  @Test("what was readable is diagnosed, and the damage gives 2", arguments: ["x.csv", "x.pcapng"])
  func damagedBus(_ name: String) throws {
    try cut(name)
    for verb in ["diagnose cut.\(name)", "diagnose cut.\(name) p.btsnoop --token t", "senders cut.\(name)"] {
      let outcome = try run(verb)
      #expect(outcome.ending == .exit(2), "\(verb): \(outcome.errors)")
      #expect(outcome.output.contains("dash1"), "\(verb): what was readable is shown")
      #expect(complaints(outcome).count == 1 && outcome.errors.contains("cut.\(name)"), "\(verb): \(outcome.errors)")
    }
    let verdict = try #require(try JsonLines(try run("diagnose cut.\(name) --json").output).objects.first)
    #expect(verdict["injects"] as? Bool == true, "the finding is in the object, whatever the exit code")
    let defects = try #require(verdict["defects"] as? [String])
    #expect(defects.count == 1 && defects[0].contains("cut.\(name)"))
    let remarks = try #require(verdict["remarks"] as? [String])
    #expect(remarks.contains { $0.contains(defects[0]) }, "a report says it as well")
  }

  @Test("a phone's log that breaks off is told the same way", arguments: ["diagnose", "timeline"])
  func damagedLog(_ verb: String) throws {
    try cut("p.btsnoop")
    for sides in ["x.pcapng cut.p.btsnoop"] + (verb == "diagnose" ? ["cut.p.btsnoop"] : []) {
      let outcome = try run("\(verb) \(sides) --token t --json")
      #expect(outcome.ending == .exit(2), "\(outcome.errors)")
      #expect(complaints(outcome).count == 1, "\(outcome.errors)")
      let verdict = try #require(try JsonLines(outcome.output).of(kind: "verdict").first)
      #expect((verdict["defects"] as? [String])?.count == 1)
    }
  }

  @Test("a time line of a damaged bus is shown up to there", arguments: ["", "--json"])
  func damagedTimeline(_ option: String) throws {
    try cut("x.csv")
    let outcome = try run("timeline cut.x.csv \(option)")
    #expect(outcome.ending == .exit(2), "\(outcome.errors)")
    #expect(complaints(outcome).count == 1, "\(outcome.errors)")
    #expect(outcome.lines.count > 100)
  }

  @Test("of nothing there is no verdict", arguments: ["diagnose", "timeline"])
  func nothingReadable(_ verb: String) throws {
    try scratch.write("t_us,byte,framing_ok\nyesterday,55,1\n".utf8, as: "none.csv")
    let outcome = try run("\(verb) none.csv --json")
    #expect(outcome.ending == .exit(2), "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
    #expect(complaints(outcome).count == 1 && outcome.errors.contains("line 2"), "\(outcome.errors)")
  }

  @Test("a whole recording has no defects")
  func whole() throws {
    let outcome = try run("diagnose x.pcapng p.btsnoop --token t --json")
    #expect(outcome.ending == .exit(1), "\(outcome.errors)")
    let verdict = try #require(try JsonLines(outcome.output).objects.first)
    #expect(verdict["defects"] == nil)
    #expect((verdict["notes"] as? [String])?.contains { $0.contains("token is right") } == true)
  }

  /// The log with bytes of some of its records changed: `body` gets each record's place and length.
  private func log(changedBy body: (inout [UInt8], Int, Int) -> Void) throws {
    var log = scratch.bytes("p.btsnoop")
    var at = 16
    while at + 24 <= log.count {
      let count = log[(at + 4)..<(at + 8)].reduce(0) { $0 << 8 | Int($1) }
      body(&log, at, count)
      at += 24 + count
    }
    try scratch.write(log, as: "q.btsnoop")
  }

  @Test("what the phone received and cannot be read is told apart")
  func unreadable() throws {
    var left = 3
    try log { log, at, count in
      let isReceived = log[at + 11] & 1 == 1
      // H4, ACL and L2CAP headers, opcode and handle stand before the value.
      guard isReceived, left > 0, count > 20, at > log.count / 2, log[(at + 36)...].starts(with: [0x55, 0xAB]) else {
        return
      }
      log[at + 42] ^= 0x10
      left -= 1
    }
    #expect(left == 0)
    func notifications(_ log: String) throws -> [String: Any] {
      let outcome = try run("diagnose \(log) --token t --json")
      return try #require(try JsonLines(outcome.output).objects.first?["notifications"] as? [String: Any])
    }
    let (whole, changed) = (try notifications("p.btsnoop"), try notifications("q.btsnoop"))
    #expect(whole["unreadable"] as? Int == 0)
    #expect(changed["unreadable"] as? Int == 3)
    #expect(changed["total"] as? Int == whole["total"] as? Int)
  }

  @Test("times that no clock shows end no program", arguments: [0x00, 0x7F, 0x80, 0xFF] as [UInt8])
  func impossibleTimes(_ byte: UInt8) throws {
    var number = 0
    try log { log, at, _ in
      number += 1
      if number % 3 == 0 { for index in (at + 16)..<(at + 24) { log[index] = byte } }
    }
    for words in ["sniff q.btsnoop --token t", "diagnose q.btsnoop --token t", "diagnose x.pcapng q.btsnoop --token t"]
    {
      let outcome = try run(words)
      #expect(outcome.ending == .exit(words.hasPrefix("sniff") ? 0 : 1), "\(words): \(outcome.errors)")
    }
  }

  @Test("times of the phone's clock count from where those of events do, though nothing was seen at first")
  func timesOfTheClock() throws {
    let file = scratch.bytes("x.pcapng")
    var late: [UInt8] = []
    var (at, packets) = (0, 0)
    while at < file.count {
      let length = Int(file[at + 4]) | Int(file[at + 5]) << 8
      if file[at] == 6 { packets += 1 }
      // The first half of the packets is left out; the capture's time 0 stands with its interface.
      if file[at] != 6 || packets > 330 { late += file[at..<(at + length)] }
      at += length
    }
    try scratch.write(late, as: "late.pcapng")
    let outcome = try run("diagnose late.pcapng p.btsnoop --token t --json")
    let verdict = try #require(try JsonLines(outcome.output).objects.first)
    let best = try #require((verdict["alignment"] as? [String: Any])?["best"] as? [String: Any])
    let first = try #require(
      try JsonLines(run("sniff late.pcapng --json").output).objects.first { $0["kind"] as? String == "frame" })
    let (time, begin) = (try #require(best["t"] as? Double), try #require(first["t"] as? Double))
    #expect(begin > 1 && time >= begin && time < 9, "\(time), \(begin)")
  }

  // MARK: - Outputs, and stretches

  @Test(
    "an output that cannot be written is no finding",
    arguments: ["diagnose x.pcapng --html /dev/full", "diagnose x.pcapng --perfetto /dev/full", "diagnose x.pcapng"])
  func fullDisk(_ words: String) throws {
    let output = words.contains("/dev/full") ? "/dev/null" : "/dev/full"
    let outcome = try Command.shell(#""$MI_BUS" $1 > $2"#, [words, output], in: scratch)
    #expect(outcome.ending == .exit(2), "\(outcome.errors)")
    #expect(outcome.errors.contains("the disk is full"))
  }

  @Test(
    "a stretch without anything is told, with what there is",
    arguments: ["--around 1e9s", "--from 100s", "--from 20s --to 21s", "--to 0s"], ["", "--json"])
  func emptyStretch(_ range: String, _ form: String) throws {
    let outcome = try run("timeline x.pcapng \(range) \(form)")
    #expect(outcome.ending == .exit(0), "\(outcome.errors)")
    #expect(outcome.errors.contains("nothing is in that stretch"), "\(outcome.errors)")
    #expect(outcome.errors.contains("0.0") && outcome.errors.contains("to 7.9"), "\(outcome.errors)")
  }

  // MARK: - The phone's log alone

  @Test("a page of the phone's log alone says so and draws its messages")
  func pageOfLog() throws {
    let outcome = try run("diagnose p.btsnoop --token t --html page.html --perfetto trace.pftrace")
    #expect(outcome.ending == .exit(1), "\(outcome.errors)")
    let page = scratch.text("page.html")
    #expect(page.contains("<title>p.btsnoop · mi-bus</title>") && !page.contains("p.btsnoop + p.btsnoop"))
    #expect(page.contains("This is the phone&#39;s log alone") && !page.contains("There is no phone log"))
    #expect(!page.contains("There is nothing to draw") && page.contains("class=\"lanes\""))
    #expect(scratch.bytes("trace.pftrace").count > 1000)
  }

  @Test("of a log without times nothing can be drawn, and the page says why")
  func pageOfTextLog() throws {
    let log = """
      <- 55 ab 0c 10 00 0f 84 75 85 cd f8 76 6e e6 e8 09 52 9b 62 92 State.COMM
      <- 7b d1 09 22 11 8d e0 f5 State.COMM

      """
    try scratch.write(log.utf8, as: "log.txt")
    let outcome = try run("diagnose log.txt --html page.html")
    #expect(outcome.ending == .exit(0), "\(outcome.errors)")
    #expect(scratch.text("page.html").contains("There is nothing to draw: the phone&#39;s log tells no times"))
  }

  @Test(
    "what cannot be done with a phone's log is refused",
    arguments: ["--write y.pcapng", "--changes", "--explain", "--sender dash1"])
  func busOptionsOfLog(_ options: String) throws {
    let outcome = try run("sniff p.btsnoop --token t \(options)")
    #expect(outcome.ending == .exit(2) && outcome.output.isEmpty)
    #expect(outcome.errors.contains("phone's log") && outcome.errors.contains(options.prefix { $0 != " " }))
    #expect(!FileManager.default.fileExists(atPath: scratch.file("y.pcapng")))
  }

  @Test("a phone's log is read for the time that is asked for")
  func partOfLog() throws {
    let outcome = try run("sniff p.btsnoop --token t --json --for 2s")
    #expect(outcome.ending == .exit(0), "\(outcome.errors)")
    let times = try JsonLines(outcome.output).of(kind: "ble").compactMap { $0["t"] as? Double }
    #expect(times.count > 10 && times.allSatisfy { $0 <= 2.1 }, "\(times.max() ?? 0)")
  }

  // MARK: - Inputs that come once

  @Test(
    "standard input is a source like any other",
    arguments: ["senders", "diagnose", "timeline"], ["x.vcd", "x.csv", "x.pcapng", "x.txt"])
  func standardInput(_ verb: String, _ name: String) throws {
    let file = try run("\(verb) \(name)")
    for source in ["-", "wire=-"] {
      let piped = try Command.shell(#"cat "$2" | "$MI_BUS" $1 $3"#, [verb, name, source], in: scratch)
      #expect(piped.ending == file.ending, "\(piped.errors)")
      let lines = file.lines.count
      #expect(lines > 3 && abs(piped.lines.count - lines) <= lines / 10, "\(piped.lines.count) of \(lines) lines")
      #expect(piped.output.contains("dash1"))
    }
  }

  @Test("samples on standard input", arguments: ["senders", "diagnose"])
  func samples(_ verb: String) throws {
    _ = try run("simulate displaydash --for 4s --write x.raw --rate 2MHz")
    let outcome = try Command.shell(#"cat x.raw | "$MI_BUS" $1 --logic 2MHz -"#, [verb], in: scratch)
    #expect(outcome.ending == .exit(verb == "diagnose" ? 1 : 0), "\(outcome.errors)")
    #expect(outcome.output.contains("dash1"))
  }

  @Test("with a phone's log the bus is read twice, so a pipe is refused", arguments: ["-", "wire=-", "pipe"])
  func pipeBesideLog(_ source: String) throws {
    for verb in ["diagnose", "timeline"] {
      let outcome = try Command.shell(
        #"rm -f pipe; mkfifo pipe; { cat x.vcd > pipe & } 2> /dev/null; cat x.vcd | "$MI_BUS" $1 $2 p.btsnoop --token t; code=$?; kill $! 2> /dev/null; exit $code"#,
        [verb, source], in: scratch)
      #expect(outcome.ending == .exit(2), "\(outcome.errors)")
      #expect(outcome.errors.contains("cannot be read twice") && outcome.errors.contains("save it to a file"))
    }
  }

  @Test("a pipe in the place of a file is read as one", arguments: ["sniff", "senders", "diagnose"])
  func namedPipe(_ verb: String) throws {
    let outcome = try Command.shell(
      #"mkfifo pipe; { cat x.vcd > pipe & } 2> /dev/null; "$MI_BUS" $1 pipe"#, [verb], in: scratch)
    #expect(outcome.ending == .exit(verb == "diagnose" ? 1 : 0), "\(outcome.errors)")
    #expect(outcome.output.contains("dash1"))
  }
}
