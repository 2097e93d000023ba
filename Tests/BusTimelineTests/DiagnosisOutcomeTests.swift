@testable import BusTimeline
import NinebotBus
import Testing

@Suite("What a diagnosis comes to")
struct DiagnosisOutcomeTests {
  /// A bus of many frames, heartbeats and requests that are all decided.
  private static func bus(sure confidence: Double, _ change: (inout Diagnosis.Wire) -> Void = { _ in }) -> Diagnosis {
    var wire = Diagnosis.Wire()
    (wire.frames, wire.heartbeats, wire.requests) = (5000, 4000, 300)
    change(&wire)
    var diagnosis = Diagnosis()
    diagnosis.wire = wire
    diagnosis.confidence = confidence
    return diagnosis
  }

  private static func phone(
    total: Int, unsolicited: Int = 0, undecided: Int = 0, ring: [String] = []
  ) -> Diagnosis.Notifications {
    var counts = Diagnosis.Notifications()
    (counts.total, counts.unsolicited, counts.undecided, counts.ring) = (total, unsolicited, undecided, ring)
    return counts
  }

  @Test func aBusIsCleanOnlyWhereThatIsSure() throws {
    #expect(Self.bus(sure: 0.99).outcome == .clean)
    #expect(Self.bus(sure: 0.6).outcome == .undecided)
    // Nobody is cleared while the phone receives what nobody asked for.
    var contradicted = Self.bus(sure: 0.99)
    contradicted.notifications = Self.phone(total: 600, unsolicited: 279)
    #expect(contradicted.outcome == .undecided)
    contradicted.notifications = Self.phone(total: 4800, unsolicited: 52)
    #expect(contradicted.outcome == .undecided)
    contradicted.notifications = Self.phone(total: 4800, unsolicited: 5)
    #expect(contradicted.outcome == .clean)
    contradicted.notifications = Self.phone(total: 600, unsolicited: 279)
    contradicted.writeWords()
    #expect(try #require(contradicted.verdict.first).hasPrefix("Cannot tell"))
  }

  @Test(arguments: [(0, 400, "no heartbeat"), (4000, 0, "too few"), (4000, 250, "250 of 300 requests")])
  func whyItCannotBeTold(_ heartbeats: Int, _ undecided: Int, _ words: String) throws {
    var diagnosis = Self.bus(sure: 0.3) { ($0.heartbeats, $0.undecidedRequests) = (heartbeats, undecided) }
    diagnosis.writeWords()
    let verdict = try #require(diagnosis.verdict.first)
    #expect(verdict.hasPrefix("Cannot tell") && verdict.contains(words), "\(verdict)")
  }

  @Test(arguments: [(0, "every request is the BLE module's"), (12, "every request that could be given to a device is")])
  func aCleanBusSaysWhatWasNotDecided(_ undecided: Int, _ words: String) throws {
    var diagnosis = Self.bus(sure: 0.95) { $0.undecidedRequests = undecided }
    diagnosis.writeWords()
    #expect(try #require(diagnosis.verdict.first).contains(words))
    #expect(diagnosis.remarks.contains("12 of 300 requests could not be given to a device.") == (undecided > 0))
  }

  @Test func thePhonesLogAloneAccusesOnlyWithMany() {
    func outcome(_ counts: Diagnosis.Notifications) -> Diagnosis.Outcome {
      var diagnosis = Diagnosis()
      diagnosis.notifications = counts
      return diagnosis.outcome
    }
    #expect(outcome(Self.phone(total: 500, unsolicited: 300)) == .injects)
    #expect(outcome(Self.phone(total: 500, unsolicited: 1)) == .clean)
    #expect(outcome(Self.phone(total: 500)) == .clean)
    #expect(outcome(Self.phone(total: 18, undecided: 18)) == .undecided)
    #expect(outcome(Self.phone(total: 0)) == .undecided)
  }

  @Test func aRingOfWhatCannotBeToldIsShown() {
    var diagnosis = Diagnosis()
    diagnosis.notifications = Self.phone(total: 18, undecided: 18, ring: ["4 bytes", "30 bytes"])
    diagnosis.writeWords()
    #expect(diagnosis.verdict.joined().contains("18 that cannot be told. They come in a ring: 4 bytes, 30 bytes."))
  }

  @Test func whatIsAskedAndForgedIsToldApart() {
    func words(requests: Int, forged: Int, poses: Role?) -> String {
      var diagnosis = Self.bus(sure: 0.99)
      diagnosis.injectors = [
        Diagnosis.Injector(
          sender: .dash(1), requests: requests, requestsPerSecond: 8.4, registers: [], forgedFrames: forged, first: 0,
          last: 1, confidence: 0.99, poses: poses)
      ]
      diagnosis.writeWords()
      return diagnosis.verdict[0]
    }
    #expect(words(requests: 9, forged: 0, poses: .ble).hasSuffix("8.4 times a second with the BLE module's addresses."))
    #expect(words(requests: 9, forged: 0, poses: .pc).hasSuffix("with a PC's addresses."))
    #expect(
      words(requests: 0, forged: 19, poses: .esc)
        == "dash1 sends frames that say they come from another device, 19 in all.")
  }

  @Test func whoChangesTheScooterComesFirst() {
    func register(_ name: String, _ act: Diagnosis.PolledRegister.Act, _ requests: Int) -> Diagnosis.PolledRegister {
      .init(
        subject: .esc, register: 0x7d, act: act, bytes: act == .read ? 2 : 0, name: name, requests: requests,
        written: act == .write ? .init(raw: 2, words: "always") : nil)
    }
    func injector(_ number: UInt8, _ registers: [Diagnosis.PolledRegister], forged: Int = 0) -> Diagnosis.Injector {
      let requests = registers.reduce(0) { $0 + $1.requests }
      return Diagnosis.Injector(
        sender: .dash(number), requests: requests, requestsPerSecond: 10, registers: registers, forgedFrames: forged,
        forgedAs: forged > 0 ? [(.esc, forged)] : [], first: 0, last: 1, confidence: 0.99, poses: .ble)
    }
    var diagnosis = Self.bus(sure: 0.99)
    diagnosis.injectors = [
      injector(1, [register("error", .read, 100)]),
      injector(2, [register("tail_light", .write, 14), register("error", .read, 126)], forged: 12),
    ]
    diagnosis.writeWords()
    #expect(
      diagnosis.verdict[0]
        == "dash2 changes settings of the ESC (tail_light to always, 14 times), sends frames that say they come from the "
        + "ESC, 12 in all, and asks the ESC 9.0 times a second with the BLE module's addresses.")
    #expect(diagnosis.verdict[1].hasPrefix("dash1 asks the ESC 10.0 times"))
    // One write among thousands of questions may be a damaged frame.
    let odd = injector(1, [register("tail_light", .write, 1), register("error", .read, 5000)])
    #expect(odd.writes.isEmpty && !odd.sentence.contains("changes"))
  }

  @Test func oneIsNotMany() {
    var diagnosis = Self.bus(sure: 0.99) {
      ($0.badChecksums, $0.unansweredRequests, $0.collisions) = (1, 1, 1)
      $0.escErrors = [(10, "esc", 1)]
    }
    diagnosis.notifications = Self.phone(total: 1)
    diagnosis.writeWords()
    for part in [
      "1 frame with a wrong checksum.", "1 request stayed without", "at least 1 time.", "error 10 (esc), 1 time.",
    ] { #expect(diagnosis.remarks.contains { $0.contains(part) }, "\(part)") }
    #expect(diagnosis.verdict.joined().contains("The phone received 1 message, 0 unsolicited"))
    var single = Self.bus(sure: 0.3) { ($0.frames, $0.requests) = (1, 0) }
    single.writeWords()
    #expect(single.verdict[0].contains("one frame is too few"))
  }

  /// Whatever the verdict, somebody reads it to know what to do next.
  @Test func eachVerdictSaysWhatToDo() {
    func advice(_ diagnosis: Diagnosis) -> String {
      var diagnosis = diagnosis
      diagnosis.writeWords()
      return diagnosis.advice.joined(separator: " ")
    }
    let doubt = advice(Self.bus(sure: 0.3))
    for part in ["Record longer", "1 ms", "logic analyser", "both captures together"] {
      #expect(doubt.contains(part), "\(part)")
    }
    #expect(advice(Self.bus(sure: 0.99)).contains("look at the app"))
    #expect(advice(Self.bus(sure: 0.99) { $0.heartbeats = 0 }).contains("between ESC and BLE module as well"))
    var phone = Diagnosis()
    phone.notifications = Self.phone(total: 18, undecided: 18)
    #expect(advice(phone).contains("both directions"))
    phone.notifications = Self.phone(total: 500, unsolicited: 300)
    #expect(advice(phone).contains("Record the bus") && advice(phone).contains("BLE client"))
    var two = Self.bus(sure: 0.99)
    two.injectors = [1, 2].map {
      Diagnosis.Injector(
        sender: .dash($0), requests: 9, requestsPerSecond: 8, registers: [], first: 0, last: 1, confidence: 0.99)
    }
    #expect(advice(two).contains("unplug the modules, or take them off"))
  }

  @Test func aNameNeedsThreeQuartersOfTheBlocks() {
    func match(_ polled: Int, of all: Int) -> SignatureMatch {
      var signature = ModuleSignature(name: "x", title: "X", sources: [])
      signature.polls = (0..<UInt8(all)).map { .init(subject: .esc, register: $0, bytes: 2) }
      return SignatureMatch(signatures: [signature], polled: polled, score: 1)
    }
    #expect(match(3, of: 4).isFirm && match(4, of: 4).isFirm && match(0, of: 0).isFirm)
    #expect(!match(2, of: 4).isFirm && !match(6, of: 9).isFirm)
  }

  @Test(arguments: [
    (76_800, 287, 0, "bus0 (a.vcd, channel b) runs at 76800 baud, not 115200."), (115_200, 5000, 60, nil),
    (
      115_200, 2, 314, "bus0 (a.vcd, channel b) shows 314 framing errors, 0 bytes outside frames and 2 sound frames: at"
    ),
    (115_200, 0, 20, nil), (115_200, 100, 1500, nil),
  ])
  func speeds(_ baud: Int, _ frames: Int, _ errors: Int, _ words: String?) {
    var facts = Diagnosis.TapFacts(name: "bus0", source: "a.vcd, channel b", baud: Baud(baud))
    (facts.frames, facts.lineErrors) = (frames, errors)
    var diagnosis = Self.bus(sure: 0.99) { $0.taps = [.init(name: "bus1", baud: nil), facts] }
    diagnosis.writeWords()
    let found = diagnosis.remarks.first { $0.contains("baud") }
    #expect(found == nil ? words == nil : words.map { found?.hasPrefix($0) == true } ?? false, "\(found ?? "nothing")")
  }

  /// Of millions of frames a few are damaged and happen to be sound: they say nothing of what a dash does.
  @Test(arguments: [(0, "the ESC"), (15, "the ESC"), (150, "the ESC and BLE")])
  func fewOddRequestsAreNoHabit(odd: Int, words: String) {
    var diagnosis = Self.bus(sure: 0.99)
    let registers = [(Role.esc, 15_000 - odd), (.ble, odd)].map {
      Diagnosis.PolledRegister(subject: $0, register: 2, bytes: 0, name: "", requests: $1)
    }
    diagnosis.injectors = [
      Diagnosis.Injector(
        sender: .dash(1), requests: 15_000, requestsPerSecond: 8.4, registers: registers, first: 0, last: 1,
        confidence: 0.99, poses: .ble)
    ]
    diagnosis.writeWords()
    #expect(diagnosis.verdict[0].hasPrefix("dash1 asks \(words) 8.4 times a second"))
  }

  @Test(arguments: [
    (6_400_000, 6_399_999, 1, 0), (6_400_000, 6_399_940, 60, 0), (6_400_000, 6_399_900, 100, 100), (500, 498, 2, 0),
    (500, 497, 3, 3), (2, 0, 2, 2),
  ])
  func forgeriesCountWhereTheyAreMoreThanChance(frames: Int, requests: Int, forged: Int, believed: Int) {
    var row = SenderStatistics(tap: 0, transmitter: .dash(1), first: 0)
    (row.frames, row.requests, row.forged) = (frames, requests, forged)
    #expect(row.believableForgeries == believed)
  }
}
