import BleSide
import CaptureFiles
import Foundation
import NinebotBus
import ScooterSim
import Testing

/// `simulate`: what it writes is read back by the same program, and agrees with the truth beside it.
@Suite struct SimulateTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @discardableResult
  private func simulate(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
    let outcome = try Command.run(["simulate"] + arguments, in: scratch)
    #expect(outcome.ending == .exit(0), "\(outcome.errors)", sourceLocation: sourceLocation)
    return outcome.output
  }

  private func truth(_ name: String) throws -> JsonLines { try JsonLines(scratch.text(name)) }

  /// The frames on the single wire that nothing ran into.
  private func whole(_ name: String) throws -> [String] {
    try truth(name).of(kind: "truth").filter { frame in
      frame["line"] as? String == "esc_ble" && frame["collided"] as? Bool == false
    }.compactMap { $0["hex"] as? String }
  }

  @Test("the phone's log, read with the written token, holds exactly the messages of the truth")
  func phone() throws {
    try simulate("displaydash", "--write", "bus.pcapng", "--ble", "p.btsnoop", "--token", "t", "--truth", "x.jsonl")
    let radio = try truth("x.jsonl").of(kind: "radio").filter { $0["hex"] as? String != "" }
    let isEarly = { (message: [String: Any]) in message["direction"] as? String == "to-phone" }
    let early = radio.prefix(while: isEarly)
    let sealed = radio.drop(while: isEarly)
    #expect(!early.isEmpty && sealed.count > 400)

    let token = try KeyFile.token(at: scratch.file("t"))
    #expect(token.warning == nil)
    var recording = try BleRecording(path: scratch.file("p.btsnoop"), keys: KeyRing(tokens: [token.secret]))
    var messages: [BleMessage] = []
    while let event = try recording.next() { if case .message(let message) = event { messages.append(message) } }
    #expect(messages.prefix(early.count).allSatisfy { $0.condition == .preSession && $0.solicited == false })
    let readable = messages.dropFirst(early.count)
    // The frame without its header and checksum.
    let bodies = sealed.map { sent in String((sent["hex"] as? String ?? "").dropFirst(6).dropLast(4)) }
    #expect(readable.map { WireScript.hex($0.body) } == bodies)
    let directions = sealed.map { sent in sent["direction"] as? String ?? "" }
    #expect(readable.map { "\($0.direction.name)" } == directions)
    for (message, sent) in zip(readable, sealed) {
      let time = try #require(sent["t"] as? Double)
      #expect(abs(Double(message.time - Scooter.epoch) / 1e9 - time) < 2e-6)
    }
    let replies = zip(readable, sealed).filter { $0.0.direction == .toPhone }
    let wrong = replies.count { $0.0.solicited != $0.1["solicited"] as? Bool }
    #expect(Double(wrong) < 0.035 * Double(replies.count))
  }

  @Test(
    "each recording of the bus holds the frames of the truth",
    arguments: ["x.pcapng", "x.txt", "x.log", "x.bin", "x.csv", "x.vcd"])
  func bus(_ name: String) throws {
    try simulate("stock", "--for", "3s", "--write", name, "--truth", "x.jsonl")
    let sent = try whole("x.jsonl")
    let read = try JsonLines(try Command.run(["sniff", name, "--json"], in: scratch).output)
    #expect(sent.count > 100)
    #expect(read.soundFrames == sent)
  }

  @Test("samples at a chosen rate hold the frames of the truth")
  func samples() throws {
    try simulate("stock", "--for", "2s", "--write", "x.raw", "--rate", "1MHz", "--truth", "x.jsonl")
    #expect(scratch.bytes("x.raw").count == 2_000_000)
    let outcome = try Command.shell(#""$MI_BUS" sniff --logic 1MHz --json - < x.raw"#, in: scratch)
    let sent = try whole("x.jsonl")
    #expect(try JsonLines(outcome.output).soundFrames == sent)
  }

  @Test("recordings know when they began", arguments: [nil, "1600000000.5"])
  func start(_ start: String?) throws {
    let more = start.map { ["--start", $0] } ?? []
    let outcome = try Command.run(
      ["simulate", "--for", "1s", "--write", "x.pcapng", "--truth", "x.jsonl"] + more, in: scratch)
    #expect(outcome.ending == .exit(0))
    let began = start.flatMap { Double($0) } ?? 1_700_000_000
    let header = try #require(try truth("x.jsonl").objects.first)
    #expect(header["start"] as? Double == began)
    let read = try JsonLines(try Command.run(["sniff", "x.pcapng", "--json"], in: scratch).output)
    #expect(read.objects.first?["start"] as? Double == began)
  }

  /// Bytes and their times in microseconds.
  private func timedBytes(_ name: String) -> (bytes: [Substring], times: [Double]) {
    let rows = scratch.text(name).split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
    return (rows.map { $0[1] }, rows.compactMap { Double($0[0]) })
  }

  @Test(
    "adapters deliver the same bytes with worse times",
    arguments: [("bytes", 0.001...1), ("ftdi-16ms", 100...20_000), ("pl011", 10...20_000)]
      as [(String, ClosedRange<Double>)])
  func adapters(_ adapter: String, _ worst: ClosedRange<Double>) throws {
    try simulate("stock", "--for", "2s", "--write", "edges.csv")
    try simulate("stock", "--for", "2s", "--adapter", adapter, "--write", "x.csv", "--write", "x.bin")
    let (edges, found) = (timedBytes("edges.csv"), timedBytes("x.csv"))
    #expect(found.bytes == edges.bytes)
    #expect(scratch.bytes("x.bin").count == edges.bytes.count)
    let error = zip(found.times, edges.times).map { abs($0 - $1) }.max() ?? 0
    #expect(worst.contains(error), "\(error) us")
  }

  @Test("the same seed writes the same files")
  func deterministic() throws {
    for round in ["a", "b"] {
      try simulate(
        "displaydash", "--seed", "9", "--for", "8s", "--write", "\(round).pcapng", "--write", "\(round).vcd", "--ble",
        "\(round).btsnoop", "--token", "\(round).token", "--truth", "\(round).jsonl", "--interval", "30")
    }
    for ending in ["pcapng", "vcd", "btsnoop", "token", "jsonl"] {
      #expect(!scratch.bytes("a.\(ending)").isEmpty)
      #expect(scratch.bytes("a.\(ending)") == scratch.bytes("b.\(ending)"), "\(ending)")
    }
    try simulate("displaydash", "--seed", "10", "--for", "8s", "--ble", "c.btsnoop", "--token", "c.token")
    #expect(scratch.bytes("c.token") != scratch.bytes("a.token"))
  }

  @Test("the token is the owner's alone")
  func modes() throws {
    try simulate("phone", "--for", "1s", "--ble", "p.btsnoop", "--token", "t")
    let attributes = try FileManager.default.attributesOfItem(atPath: scratch.file("t"))
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(scratch.bytes("t").count == 12)
  }

  @Test("a file that exists stays, and a run that cannot begin leaves nothing behind")
  func exists() throws {
    try scratch.write("mine".utf8, as: "p.btsnoop")
    let outcome = try Command.run(
      ["simulate", "phone", "--write", "x.pcapng", "--ble", "p.btsnoop", "--token", "t"], in: scratch)
    #expect(outcome.ending == .exit(2))
    #expect(outcome.errors.contains("p.btsnoop") && outcome.errors.contains("exists"))
    #expect(scratch.text("p.btsnoop") == "mine")
    for name in ["x.pcapng", "t"] { #expect(!FileManager.default.fileExists(atPath: scratch.file(name))) }
  }

  @Test("a full disk is said in one line, and what was written before can be read")
  func fullDisk() throws {
    let outcome = try Command.shell(
      #"trap '' XFSZ; ulimit -f 200; "$MI_BUS" simulate phone --for 10m --write x.pcapng"#, in: scratch)
    #expect(outcome.ending == .exit(1))
    #expect(outcome.errors.hasPrefix("mi-bus: x.pcapng: ") && outcome.errors.split(separator: "\n").count == 1)
    #expect(try Command.run(["sniff", "x.pcapng", "--summary"], in: scratch).ending == .exit(0))
  }

  @Test(
    "wrong usage is said and ends with 2",
    arguments: [
      (["simulate"], "nothing to write"), (["simulate", "nope", "--truth", "x"], "displaydash"),
      (["simulate", "--write", "x.foo"], "names no format"), (["simulate", "--token", "t", "--truth", "x"], "--ble"),
      (["simulate", "stock", "--ble", "x"], "has no phone"), (["simulate", "--truth", "x", "--for", "0"], "--for"),
      (["simulate", "--write", "x.pcapng", "--adapter", "usb"], "ftdi-1ms"),
      (["simulate", "--write", "x.pcapng", "--line", "can"], "esc_to_bms"),
      (["simulate", "--write", "x.csv", "--line", "esc_ble", "--line", "bms_to_esc"], "one wire"),
      (["simulate", "phone", "--ble", "x", "--interval", "2"], "7.5"),
      (["simulate", "--write", "x.raw", "--rate", "9600"], "100kHz"),
      (["simulate", "missing.yaml", "--truth", "x"], "missing.yaml"),
    ] as [([String], String)])
  func usage(_ arguments: [String], _ words: String) throws {
    let outcome = try Command.run(arguments, in: scratch)
    #expect(outcome.ending == .exit(2))
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: scratch.file("x")))
  }

  @Test("the list names every scenario with a line about it; a file is a scenario, too")
  func scenarios() throws {
    let lines = try Command.run(["simulate", "--list"], in: scratch).lines
    #expect(lines.map { String($0.prefix { $0 != " " }) } == Scenario.names)
    #expect(lines.allSatisfy { $0.split(separator: " ").count > 3 })
    try scratch.write("about: mine\nphone: {}\n".utf8, as: "mine.yaml")
    try simulate("mine.yaml", "--for", "4s", "--ble", "p.btsnoop")
    #expect(scratch.bytes("p.btsnoop").count > 1000)
  }
}
