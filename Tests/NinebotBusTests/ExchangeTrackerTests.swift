import ScooterSim
import TestSupport
import Testing

@testable import NinebotBus

/// A few commands and addresses of both formats, without any file.
private let profile: Profile = {
  var description = ProfileDescription()
  description.addresses[.escBle] = [
    0x20: .init(from: .ble, to: .esc), 0x21: .init(from: .esc, to: .ble), 0x22: .init(from: .ble, to: .bms),
    0x23: .init(from: .esc, to: .ble, isReply: true), 0x24: .init(from: .ble, to: .esc, isReply: true),
    0x25: .init(from: .bms, to: .ble, sentBy: .esc, isReply: true),
  ]
  description.ninebotAddresses = [0x20: .esc, 0x21: .ble, 0x22: .bms, 0x3E: .phone, 0x3D: .pc]
  description.commands = [
    0x01: .init(name: "read", kind: .read, answer: 0x01), 0x02: .init(name: "write", kind: .write, answer: 0x02),
    0x03: .init(name: "write-quiet", kind: .quietWrite), 0x07: .init(name: "update-start", kind: .call, answer: 0x07),
    0x08: .init(name: "update-page", kind: .call, answer: 0x08), 0x0A: .init(name: "update-apply", kind: .push),
    0x52: .init(name: "bms-refresh", kind: .call, answer: 0x01, block: 0x30),
    0x61: .init(name: "read-with-levers", kind: .leverRead, answer: 0x01),
    0x64: .init(name: "display-poll", kind: .call, answer: 0x64, server: .esc),
    0x65: .init(name: "levers", kind: .push),
  ]
  description.ninebotCommands = [
    0x01: .init(name: "read", kind: .read, answer: 0x04), 0x02: .init(name: "write", kind: .write, answer: 0x05),
    0x04: .init(name: "read", kind: .readReply), 0x05: .init(name: "write", kind: .writeAck),
    0x07: .init(name: "update-start", kind: .call, answer: 0x0B), 0x0B: .init(name: "update-answer", kind: .answer),
    0x5A: .init(name: "battery-poll", kind: .call, answer: 0x5A, block: 0x30),
  ]
  return Profile(description)
}()

/// What the tracker made of some frames, as `outcome request>reply`.
private func outcomes(
  _ frames: [(milliseconds: Double, hex: String)], settings: ExchangeTracker.Settings = .init(),
  error: Int64 = 0
) throws -> [String] {
  var tracker = ExchangeTracker(settings: settings)
  var found: [String] = []
  func note() {
    for exchange in tracker.exchanges {
      let request = exchange.request.map { "\($0.id)" } ?? "-"
      found.append("\(exchange.outcome) \(request)>\(exchange.reply.map { "\($0.id)" } ?? "-")")
    }
  }
  for (id, frame) in frames.enumerated() {
    let reading = try #require(read(plain(frame.hex)))
    let start = Int64(frame.milliseconds * 1e6)
    tracker.push(
      reading,
      .init(
        id: Int64(id), start: TimeBounds(start, error: error), end: TimeBounds(start + 1_000_000, error: error)))
    note()
  }
  tracker.finish()
  note()
  return found
}

private func read(_ bytes: [UInt8]) -> FrameReading? { profile.read(bytes.span) }

/// A whole frame from `addr cmd arg payload` (55AA) or `5a src dst cmd arg payload` (5AA5).
private func plain(_ hex: String) throws -> [UInt8] {
  let bytes = hexBytes(hex)
  if bytes[0] == 0x5A {
    return try Frame(
      address: .pair(source: bytes[1], destination: bytes[2]), command: bytes[3], argument: bytes[4],
      payload: Array(bytes[5...])
    ).encoded()
  }
  return try Frame(to: bytes[0], bytes[1], bytes[2], Array(bytes[3...])).encoded()
}

@Suite("Which frame answers which")
struct ExchangeTrackerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var frames: [(milliseconds: Double, hex: String)]
    var expected: [String]

    init(_ name: String, _ frames: [(Double, String)], _ expected: [String]) {
      testDescription = name
      self.frames = frames
      self.expected = expected
    }
  }

  static let cases: [Case] = [
    Case("a plain read", [(0, "2001 1a 02"), (2, "2301 1a 3401")], ["answered 0>1"]),
    Case("a rewritten read", [(0, "2061 1a 02 02 26 27"), (2, "2301 1a 3401")], ["answered 0>1"]),
    Case(
      "the other register stays open", [(0, "2001 1a 02"), (2, "2301 1b 0000")], ["unsolicited ->1", "unanswered 0>-"]),
    Case(
      "the other device stays open", [(0, "2201 10 02"), (2, "2301 10 0000")], ["unsolicited ->1", "unanswered 0>-"]),
    Case(
      "the other length stays open", [(0, "2001 b0 20"), (2, "2301 b0 0000")], ["unsolicited ->1", "unanswered 0>-"]),
    Case(
      "a BMS relay with heartbeats in between",
      [
        (0, "2201 31 02"), (20, "2065 00 0426270000"), (40, "2064 00 0626270000 7200"), (42, "2164 00 00020400"),
        (43, "2501 31 0102"),
      ],
      ["answered 2>3", "answered 0>4"]),
    Case("the name, which asks for no length", [(0, "2101 00"), (16, "2401 00 4d495363")], ["answered 0>1"]),
    Case("a write and its answer", [(0, "2002 7c 0100"), (3, "2302 7c 01")], ["answered 0>1"]),
    Case("a quiet write waits for nothing", [(0, "2003 70 0100")], []),
    Case("update pages: the answer's argument is a result", [(0, "2008 d1 0102"), (3, "2308 00")], ["answered 0>1"]),
    Case("refresh is answered by registers from 30", [(0, "2252 00"), (5, "2501 30 0102")], ["answered 0>1"]),
    Case("display without a poll", [(0, "2164 00 00000000")], ["unsolicited ->0"]),
    Case(
      "a repeated request: the newest is answered, the others are not",
      [(0, "2201 10 02"), (15, "2201 10 02"), (30, "2201 10 02"), (31.2, "2501 10 0102"), (200, "2065 00 0426270000")],
      ["answered 2>3", "unanswered 0>-", "unanswered 1>-"]),
    Case(
      "an answer after the timeout is late, not unsolicited",
      [(0, "2201 31 02"), (150, "2065 00 0426270000"), (200, "2501 31 0102")], ["unanswered 0>-", "late 0>2"]),
    Case(
      "an answer after the memory is unsolicited",
      [(0, "2201 31 02"), (150, "2065 00 0426270000"), (1500, "2501 31 0102")], ["unanswered 0>-", "unsolicited ->2"]),
    Case("Ninebot: 04 answers 01", [(0, "5a 3e20 01 b0 02"), (2, "5a 203e 04 b0 0000")], ["answered 0>1"]),
    Case(
      "Ninebot: an answer goes to the one who asked",
      [(0, "5a 3d20 01 b0 02"), (1.5, "5a 3e20 01 b0 02"), (3, "5a 203d 04 b0 0000"), (5, "5a 203e 04 b0 0000")],
      ["answered 0>2", "answered 1>3"]),
    Case("Ninebot: 05 answers 02", [(0, "5a 3e20 02 7c 0100"), (2, "5a 203e 05 7c 01")], ["answered 0>1"]),
    Case("Ninebot: 0B answers updates", [(0, "5a 3e20 07 00 00010000"), (2, "5a 203e 0b 00")], ["answered 0>1"]),
    Case(
      "Ninebot: the battery poll answers itself", [(0, "5a 2022 5a 00"), (2, "5a 2220 5a 00 0102")], ["answered 0>1"]),
  ]

  @Test("pairs", arguments: cases)
  func pairs(_ row: Case) throws {
    #expect(try outcomes(row.frames) == row.expected)
  }

  @Test("a stream in order gives each answer to the oldest request")
  func oldestFirst() throws {
    let frames: [(Double, String)] = [(0, "2001 1a 02"), (5, "2001 1a 02"), (10, "2301 1a 3401"), (15, "2301 1a 3401")]
    #expect(try outcomes(frames, settings: .init(preference: .oldest)) == ["answered 0>2", "answered 1>3"])
    #expect(try outcomes(frames) == ["answered 1>2", "answered 0>3"])
  }

  @Test("requests to a battery that come close together are answered in turn")
  func batteryAnswersInTurn() throws {
    let request = "22 01 31 0a", answer = "25 01 31 00 00 00 00 00 00 00 00 00 00"
    let inTurn = ExchangeTracker.Settings(preference: .inTurn)
    #expect(
      try outcomes([(0, request), (3, request), (8, answer), (11, answer)], settings: inTurn)
        == ["answered 0>2", "answered 1>3"])
    // Further apart the first one was lost, and this is its repetition.
    #expect(
      try outcomes([(0, request), (60, request), (66, answer)], settings: inTurn)
        == ["answered 1>2", "unanswered 0>-"])
    // Times that are known to 18 ms do not make it closer.
    #expect(
      try outcomes([(0, request), (60, request), (66, answer)], settings: inTurn, error: 9_000_000)
        == ["answered 1>2", "unanswered 0>-"])
  }

  @Test(
    "what was spoiled behind a request to a battery may have been its answer",
    arguments: [(1, "0>2"), (-5, "0>2"), (2, "1>2")])
  func aSpoiledAnswerIsNotWaitedFor(_ damage: Int, _ answered: String) throws {
    var tracker = ExchangeTracker(settings: .init(preference: .inTurn))
    let request = "22 01 31 0a", answer = "25 01 31 00 00 00 00 00 00 00 00 00 00"
    for (id, (milliseconds, hex)) in [(10, request), (13, request), (18, answer)].enumerated() {
      if id == 1, damage < 2 { tracker.damage(at: 10_000_000 + Int64(damage - 1) * 1_000_000) }
      if id == 2, damage == 2 { tracker.damage(at: 15_000_000) }
      let start = Int64(milliseconds) * 1_000_000
      tracker.push(
        try #require(read(try plain(hex))),
        .init(id: Int64(id), start: TimeBounds(start), end: TimeBounds(start + 1_000_000)))
    }
    let exchange = try #require(tracker.exchanges.first)
    #expect("\(exchange.request?.id ?? -1)>\(exchange.reply?.id ?? -1)" == answered)
  }

  @Test("latency, frames in between and doubt are reported")
  func details() throws {
    var tracker = ExchangeTracker()
    let bytes = try ["2201 31 02", "2065 00 0426270000", "2201 31 02", "2501 31 0102"].map(plain)
    for (id, bytes) in bytes.enumerated() {
      let reading = try #require(read(bytes))
      let start = Int64(id) * 10_000_000
      tracker.push(
        reading, .init(id: Int64(id), start: TimeBounds(start, error: 500), end: TimeBounds(start + 1_000_000)))
    }
    let exchange = try #require(tracker.exchanges.first)
    #expect(exchange.latency == 9_000_000)
    #expect(exchange.latencyError == 500)
    #expect(exchange.between == 0)
    #expect(exchange.candidates == 2)
    #expect(exchange.subject == .bms)
    #expect(exchange.peer == .ble)
    #expect(exchange.expects == .registers(0x31))
  }

  @Test("an answer of another length says so, so that nobody is accused for it")
  func otherLength() throws {
    var tracker = ExchangeTracker()
    for (id, hex) in ["2001 b0 20", "2301 b0 0000"].enumerated() {
      let start = Int64(id) * 3_000_000
      let reading = try #require(read(plain(hex)))
      tracker.push(reading, .init(id: Int64(id), start: TimeBounds(start), end: TimeBounds(start)))
    }
    #expect(tracker.exchanges.map(\.outcome) == [.unsolicited])
    #expect(tracker.exchanges.first?.isOtherLength == true)
  }

  @Test("more open requests than the table holds: each is reported once")
  func overflow() throws {
    let frames = (0..<200).map { (Double($0) * 0.01, "2001 \($0 < 16 ? "0" : "")\(String($0, radix: 16)) 02") }
    let found = try outcomes(frames)
    #expect(found.sorted() == (0..<200).map { "unanswered \($0)>-" }.sorted())
  }

  @Test("statistics count each outcome and the latency by device and register")
  func statistics() throws {
    var tracker = ExchangeTracker()
    var statistics = ExchangeStatistics()
    let frames: [(milliseconds: Int64, hex: String)] = [
      (0, "2001 1a 02"), (2, "2301 1a 3401"), (20, "2061 1a 02 02 26 27"), (24, "2301 1a 3401"), (40, "2201 1a 02"),
      (300, "2501 1a 0102"), (320, "2301 1a 3401"), (340, "2001 1a 02"),
    ]
    for (id, frame) in frames.enumerated() {
      let reading = try #require(read(plain(frame.hex)))
      let start = frame.milliseconds * 1_000_000
      tracker.push(reading, .init(id: Int64(id), start: TimeBounds(start), end: TimeBounds(start + 1_000_000)))
      for exchange in tracker.exchanges { statistics.add(exchange) }
    }
    tracker.finish()
    for exchange in tracker.exchanges { statistics.add(exchange) }
    #expect(statistics.rows.map(\.subject) == [.esc, .bms])
    let esc = try #require(statistics.rows.first)
    #expect(esc.expects == .registers(0x1A))
    #expect([esc.answered, esc.unanswered, esc.late, esc.unsolicited] == [2, 1, 0, 1])
    #expect([esc.leastLatency, esc.mostLatency, esc.meanLatency] == [1_000_000, 3_000_000, 2_000_000])
    let bms = try #require(statistics.rows.last)
    #expect([bms.answered, bms.unanswered, bms.late, bms.unsolicited] == [0, 1, 1, 0])
    #expect(bms.meanLatency == nil)
  }

  /// A wire with random requests, answers, losses and strangers, where the truth is known.
  @Test("generated traffic: every pair as generated", arguments: 1...10, [0, 500_000, 8_000_000])
  func generated(seed: Int, error: Int64) throws {
    var random = SplitMix64(seed: UInt64(seed))
    var events: [(time: Double, id: Int, hex: String)] = []
    var truth: Set<String> = []
    var id = 0
    var time = 0.0
    var recent: [UInt8] = []
    for _ in 0..<300 {
      time += Double.random(in: 20...40, using: &random)
      // No register is asked for twice in a row of eight, so that the truth is the only right answer.
      var register = UInt8.random(in: 0...255, using: &random)
      while recent.contains(register) { register = UInt8.random(in: 0...255, using: &random) }
      recent = recent.suffix(7) + [register]
      let toBattery = Bool.random(using: &random)
      let arg = (register < 16 ? "0" : "") + String(register, radix: 16)
      let request = id
      let rewritten = !toBattery && Bool.random(using: &random)
      events.append((time, id, toBattery ? "2201 \(arg) 02" : rewritten ? "2061 \(arg) 02 02 26 27" : "2001 \(arg) 02"))
      id += 1
      if Int.random(in: 0..<10, using: &random) == 0 {
        truth.insert("unanswered \(request)>-")
      } else {
        let delay = Double.random(in: toBattery ? 2...60 : 1.1...15, using: &random)
        events.append((time + delay, id, "\(toBattery ? "25" : "23")01 \(arg) 0102"))
        truth.insert("answered \(request)>\(id)")
        id += 1
      }
      if Bool.random(using: &random) {
        events.append((time + Double.random(in: 1...19, using: &random), id, "2065 00 0426270000"))
        id += 1
      }
    }
    events.sort { $0.time < $1.time }
    let found = try outcomes(events.map { ($0.time, $0.hex) }, error: error).map { text in
      text.split(separator: " ").enumerated().map { index, word in
        index == 0
          ? String(word)
          : word.split(separator: ">").map { Int($0).map { String(events[$0].id) } ?? "-" }.joined(separator: ">")
      }.joined(separator: " ")
    }
    #expect(found.sorted() == truth.sorted())
  }
}
