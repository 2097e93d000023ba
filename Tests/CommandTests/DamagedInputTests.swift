import Foundation
import ScooterSim
import Testing

/// Recordings that are broken, empty, huge or something else entirely: what was readable is shown, one line says what
/// is wrong, and nothing crashes or hangs.
@Suite struct DamagedInputTests {
  let scratch: Scratch
  let script: WireScript

  init() throws {
    scratch = try Scratch()
    script = try .stockSecond()
    try scratch.write(script.csv, as: "stock.csv")
  }

  private func sniff(_ arguments: String...) throws -> Command.Outcome {
    try Command.run(["sniff"] + arguments, in: scratch)
  }

  /// The lines of errors, summary lines left out.
  private func complaints(_ outcome: Command.Outcome) -> [Substring] {
    outcome.errors.split(separator: "\n").filter { $0.hasPrefix("mi-bus: ") && !$0.hasPrefix("mi-bus: note:") }
  }

  // MARK: - Cut off

  @Test("a recording that is cut off is shown up to there", arguments: ["pcapng", "csv", "txt"])
  func cutOff(_ format: String) throws {
    _ = try sniff("stock.csv", "--summary", "--write", "whole.pcapng")
    _ = try sniff("stock.csv", "--summary", "--write", "whole.txt")
    let whole = format == "csv" ? script.csv : scratch.bytes("whole.\(format)")
    for part in [0.9, 0.5, 0.2] {
      try scratch.write(whole.prefix(Int(Double(whole.count) * part)), as: "cut")
      let outcome = try sniff("cut", "--json")
      #expect([.exit(0), .exit(2)].contains(outcome.ending), "\(outcome.errors)")
      #expect(complaints(outcome).count == (outcome.ending == .exit(0) ? 0 : 1), "\(outcome.errors)")
      let frames = try JsonLines(outcome.output).soundFrames
      #expect(frames == Array(script.frames.prefix(frames.count)))
      #expect(Double(frames.count) > Double(script.frames.count) * part * 0.7, "\(frames.count) frames of \(part)")
    }
    if format == "pcapng" { #expect(complaints(try sniff("cut")).count == 1, "a cut pcapng is told") }
  }

  @Test("a damaged middle costs what is damaged, and is told")
  func damagedMiddle() throws {
    var lines = script.csv.split(separator: 0x0A).map { Array($0) }
    lines[300] = Array("what is this".utf8)
    try scratch.write(lines.joined(separator: [0x0A]), as: "x.csv")
    let outcome = try sniff("x.csv", "--json")
    #expect(outcome.ending == .exit(2))
    #expect(complaints(outcome).count == 1 && outcome.errors.contains("line 301"), "\(outcome.errors)")
    let frames = try JsonLines(outcome.output).soundFrames
    #expect(frames.count > 15 && frames == Array(script.frames.prefix(frames.count)))
  }

  // MARK: - Something else

  struct Rubbish: Sendable, CustomTestStringConvertible {
    var name: String
    var content: [UInt8]
    var code: Int32
    /// What standard error holds.
    var says: String
    var testDescription: String { name }
  }

  static let rubbish: [Rubbish] = [
    Rubbish(name: "empty", content: [], code: 2, says: "is empty"),
    Rubbish(name: "one byte of text", content: [0x41], code: 2, says: "no known format"),
    Rubbish(
      name: "prose", content: Array("Dear diary,\ntoday I bought a scooter.\n".utf8), code: 2, says: "no known format"),
    Rubbish(
      name: "zip without a directory", content: [0x50, 0x4B, 3, 4] + Array(repeating: 7, count: 90), code: 2,
      says: "zip"),
    Rubbish(name: "pcapng header alone", content: [0x0A, 0x0D, 0x0D, 0x0A], code: 2, says: "rubbish"),
    Rubbish(
      name: "pcapng with a huge block",
      content: [0x0A, 0x0D, 0x0D, 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x4D, 0x3C, 0x2B, 0x1A]
        + Array(repeating: 0, count: 64), code: 2, says: "rubbish"),
    Rubbish(
      name: "logicdata title alone", content: [0x7F, 1, 10, 1, 10] + Array("Data save2".utf8), code: 2, says: "rubbish"),
    Rubbish(
      name: "VCD that stops", content: Array("$timescale 1 ns $end\n$var wire 1 ! a".utf8), code: 2, says: "rubbish"),
    Rubbish(name: "noise", content: Self.noise(60_000), code: 0, says: "no sound frame"),
    Rubbish(name: "zeros", content: Array(repeating: 0, count: 60_000), code: 0, says: "no sound frame"),
    Rubbish(
      name: "headers without end", content: (0..<20_000).flatMap { _ in [0x55, 0xAA] as [UInt8] }, code: 0,
      says: "no sound frame"),
    Rubbish(name: "half a frame", content: [0x55, 0xAA, 0xFF, 0x20, 0x65], code: 0, says: "0 frames"),
  ]

  static func noise(_ count: Int) -> [UInt8] {
    var random = SplitMix64(seed: 7)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }

  @Test("what is no recording is told or shown as garbage", arguments: rubbish)
  func somethingElse(_ rubbish: Rubbish) throws {
    try scratch.write(rubbish.content, as: "rubbish")
    for options in [[], ["--json"]] {
      let outcome = try Command.run(["sniff", "rubbish"] + options, in: scratch)
      #expect(outcome.ending == .exit(rubbish.code), "\(outcome.errors)")
      #expect(outcome.errors.contains(rubbish.says), "\(outcome.errors)")
      #expect(complaints(outcome).count == (rubbish.code == 0 ? 0 : 1), "\(outcome.errors)")
      if options == ["--json"] { _ = try JsonLines(outcome.output) }
    }
    let piped = try Command.run(["sniff", "-"], input: rubbish.content)
    #expect(piped.ending == .exit(rubbish.code), "\(piped.errors)")
  }

  @Test("every byte of noise is shown once")
  func nothingIsLost() throws {
    let noise = Self.noise(60_000)
    try scratch.write(noise, as: "noise")
    let lines = try JsonLines(try sniff("noise", "--json").output)
    let shown = lines.objects.compactMap { $0["hex"] as? String }.joined()
    #expect(shown == WireScript.hex(noise))
  }

  // MARK: - Settings that do not fit

  @Test("a wrong baud rate is told: framing errors and no frames")
  func wrongBaud() throws {
    var dump = ValueChangeDumpWriter([.escBle])
    var scooter = Scooter(try .named("stock"))
    var recorder = EdgeRecorder()
    while let occurrence = scooter.next(until: 1_000_000_000) {
      recorder.push(occurrence)
      dump.push(recorder.takeEdges().filter { $0.channel == 0 })
    }
    dump.push(recorder.finish().filter { $0.channel == 0 })
    try scratch.write(dump.text, as: "x.vcd")
    #expect(try JsonLines(try sniff("x.vcd", "--json").output).soundFrames.count > 40, "it is found by itself")
    let wrong = try sniff("x.vcd", "--baud", "9600")
    #expect(wrong.ending == .exit(0))
    #expect(wrong.errors.contains("baud rate") && wrong.errors.contains("--baud"), "\(wrong.errors)")
  }

  @Test("times that no clock has do not stop the program", arguments: ["a", "d", "z", "i"])
  func absurdTimes(_ style: String) throws {
    let log = """
      # mi-bus: tap=bus0 baud=115200 origin=4611686018427387904
      (9223372036.854775807) bus0 55AA07206500042627000022FF R
      (0.000000001) bus0 55AA07206500042627000022FF R
      (99999999999999999999.5) bus0 55AA07206500042627000022FF R

      """
    try scratch.write(log.utf8, as: "x.txt")
    for more in [["--ns"], ["--summary"], ["--json"], ["--write", "\(style).pcapng"]] {
      let outcome = try Command.run(["sniff", "x.txt", "-t", style] + more, in: scratch)
      #expect([.exit(0), .exit(2)].contains(outcome.ending), "\(outcome.errors)")
      #expect(complaints(outcome).count <= 1)
    }
  }

  @Test("memory does not grow with the length of the input", arguments: ["zeros", "frames"])
  func memory(_ kind: String) throws {
    let piece = kind == "zeros" ? [UInt8](repeating: 0, count: 1 << 20) : (0..<1000).flatMap { _ in script.raw }
    try scratch.write(piece, as: "piece")
    let feed = #"""
      { n=0; while [ $n -lt $1 ]; do cat piece; n=$((n+1)); done; echo > fed; sleep 30; } | "$MI_BUS" sniff - --raw > lines &
      while [ ! -e fed ]; do sleep 0.05; done
      sleep 0.5
      grep VmHWM "/proc/$!/status"; kill -INT $!; wait $!
      """#
    func peak(_ pieces: Int) throws -> Int {
      try? FileManager.default.removeItem(atPath: scratch.file("fed"))
      let outcome = try Command.shell(feed, ["\(pieces)"], in: scratch)
      let words = outcome.output.split(separator: " ")
      return try #require(words.dropFirst().first.flatMap { Int($0) }, "\(outcome.output) \(outcome.errors)")
    }
    let (small, large) = (try peak(1), try peak(4))
    #expect(large < small + 4096, "\(small) KiB, \(large) KiB")
  }
}
