import CaptureFiles
import NinebotBus
import ScooterSim
import Testing

/// Whether the bytes are those of the truth, one after the other, with a right checksum.
private func isSound(_ transmission: Transmission) -> Bool {
  let frame = transmission.truth.frame
  return transmission.bytes.map(\.value) == frame && transmission.bytes.first?.start == transmission.truth.start
    && transmission.bytes.last?.end == transmission.truth.end
    && zip(transmission.bytes, transmission.bytes.dropFirst()).allSatisfy { $0.end <= $1.start + 1 }
    && Checksum.holds(frame.span, from: 0, to: frame.count)
}

@Suite struct ScenarioTests {
  @Test(arguments: Scenario.names) func loadsAndRuns(_ name: String) throws {
    let scenario = try Scenario.named(name)
    #expect(!scenario.about.isEmpty)
    var scooter = Scooter(scenario)
    var last: Int64 = 0
    var frames = 0
    var disorder = 0
    var unsound = 0
    while let occurrence = scooter.next(until: 60_000_000_000) {
      if occurrence.time < last { disorder += 1 }
      last = occurrence.time
      guard case .transmission(let transmission) = occurrence else { continue }
      frames += 1
      if !isSound(transmission) { unsound += 1 }
    }
    #expect(disorder == 0 && unsound == 0)
    #expect(frames > 1_000)
    #expect(last > 59_000_000_000)
  }

  /// Which dashes talk, and for whom the ESC replies.
  @Test(arguments: [
    ("displaydash", ["dash1"]), ("augisbud", ["dash1"]), ("esp32-beep", ["dash1"]), ("near-clock", ["dash1"]),
    ("two-dashes", ["dash1", "dash2"]), ("copycat-61", ["dash1"]), ("random-dash", ["dash1"]), ("stock", []),
    ("phone", []), ("noisy-light", []), ("ble-reboot", []), ("random", []),
  ])
  func dashesTalkAndAreAnswered(_ name: String, _ dashes: [String]) throws {
    let all = transmissions(try .named(name, seed: 3), seconds: 60)
    let senders = Set(all.map { "\($0.truth.sender)" })
    #expect(senders == Set(["ble", "esc"] + dashes))
    for dash in dashes {
      #expect(all.contains { "\($0.truth.cause)" == "reply-to-\(dash)" && $0.truth.sender == .esc })
    }
  }

  @Test func dashAsksRightBehindTheHeartbeat() throws {
    let all = transmissions(try .named("augisbud"), seconds: 60)
    let own = all.indices.dropFirst().filter { all[$0].truth.sender == .dash(1) }
    #expect(Double(own.count) / 58 > 35)
    for index in own where !all[index].truth.collided {
      #expect(all[index - 1].kind == [0x20, 0x65])
      #expect(all[index].truth.start - all[index - 1].truth.end < 300_000)
    }
  }

  @Test func forgedBeepClaimsToBeTheEsc() throws {
    let all = transmissions(try .named("esp32-beep"), seconds: 60)
    let forged = all.filter { $0.truth.sender == .dash(1) && $0.kind == [0x21, 0x64] }
    #expect((6...30).contains(forged.count))
  }

  @Test func copycatCarriesTheLevers() throws {
    let all = transmissions(try .named("copycat-61"), seconds: 60)
    var levers: [UInt8] = []
    for transmission in all where !transmission.truth.collided {
      if transmission.kind[0] == 0x20, transmission.kind[1] >= 0x64 { levers = Array(transmission.truth.frame[7...8]) }
      if transmission.truth.sender == .dash(1) {
        #expect(transmission.kind == [0x20, 0x61])
        #expect(Array(transmission.truth.frame[8...9]) == levers)
      }
    }
  }

  @Test func replacedEscLeavesReadsUnanswered() throws {
    let all = transmissions(try .named("replaced-esc"), seconds: 60)
    #expect(all.contains { $0.truth.cause == .phone })
    #expect(all.filter { $0.truth.sender == .esc }.allSatisfy { $0.kind == [0x21, 0x64] && $0.truth.frame[2] == 8 })
  }

  @Test func rebootingModuleFallsSilentAndStartsAgain() throws {
    let starts = transmissions(try .named("ble-reboot"), seconds: 60).filter { $0.truth.sender == .ble }.map(
      \.truth.start)
    let pauses = zip(starts.dropFirst(), starts).map { $0 - $1 }.filter { $0 > 700_000_000 }
    #expect((3...14).contains(pauses.count))
  }

  @Test func patchedLinkUsesItsOwnSpeed() throws {
    let link = transmissions(try .named("wrong-baud-bms"), seconds: 20, on: nil).filter { $0.line != .escBle }
    #expect(link.contains { $0.line == .bmsToEsc })
    for transmission in link {
      let bit = transmission.bytes[0].bit
      #expect(abs(bit - 13_021) < 80)
    }
  }

  @Test func randomScootersDiffer() throws {
    let slots = try (1...20).map { UInt64($0) }.map { try Scenario.named("random", seed: $0).ble.slot }
    #expect(Set(slots).count == 20)
    #expect(slots.allSatisfy { (16e6...40e6).contains($0) })
    let rewriting = try (1...40).map { try Scenario.named("random", seed: UInt64($0)).ble.rewritesReads }
    #expect(rewriting.contains(true) && rewriting.contains(false))
    #expect(try Scenario.named("random-dash", seed: 5) == Scenario.named("random-dash", seed: 5))
  }

  @Test(arguments: [
    ("colour: red", "unknown key 'colour'", "allowed: about"),
    ("esc: { reply-us: [140, 110] }", "least first", ""),
    ("ble: { slot-ms: fast }", "must be a number", ""),
    ("ble: { slot-ms: 0 }", "out of range", "allowed: 5.0 to 1000.0"),
    ("wire: magic", "is not known", "allowed: dominant-esc, wired-and"),
    ("dashes: [{ polls: [esc b0] }]", "no read", "esc b0 20"),
    ("dashes: {}", "must be a list", ""),
    ("esc: [", "no YAML", ""),
    ("", "is empty", ""),
    ("- 1", "mapping", ""),
  ])
  func badFilesAreExplained(_ text: String, _ cause: String, _ remedy: String) {
    let error = #expect(throws: InputError.self) { try Scenario(yaml: text, name: "mine") }
    #expect(error.map { "\($0)".contains(cause) && "\($0)".contains(remedy) } == true, "\(String(describing: error))")
  }

  @Test func fileChangesWhatItNames() throws {
    let scenario = try Scenario(
      yaml: """
        about: mine
        ble: { slot-ms: 25, rewrites-reads: false }
        phone: { pages: [[bms 31 0a]], start-up: [], writes: 0 }
        dashes: [{ trigger: timer, period-ms: 200, polls: [esc b0 20], transmitter: { clock-ppm: 150, idle-us: 20 } }]
        """, name: "mine", seed: 5)
    #expect(scenario.name == "mine" && scenario.about == "mine" && scenario.ble.slot == 25e6)
    #expect(scenario.esc == EscSettings())
    let all = transmissions(scenario, seconds: 60)
    let asked = all.filter { $0.truth.cause == .phone }
    #expect(asked.count > 300 && asked.allSatisfy { $0.truth.frame[3...6] == [0x22, 0x01, 0x31, 0x0A] })
    let dash = all.filter { $0.truth.sender == .dash(1) }
    #expect((270...300).contains(dash.count))
    let bit = try #require(dash.first?.bytes.first?.bit)
    #expect(abs(bit - 8_681.86) < 1)
  }

  /// Whatever is in a file: a scenario that runs, or an error that says why not.
  @Test func damagedFilesNeverCrash() throws {
    let original = """
      about: everything
      esc: { reply-us: [100, 140], late: { share: 0.1, ms: [1, 5] }, bms-transmitter: { clock-ppm: [-100, 100] } }
      ble: { slot-ms: [16, 40], rewrites-reads: [true, false], version: 0x0136 }
      phone: { pages: [[esc b0 20], [bms 31 0a]], writes: 0.5 }
      dashes: [{ trigger: timer, period-ms: [20, 30], polls: [esc 3a 04, bms 40 1e], poll-count: [1, 2] }]
      noise: { per-second: 100 }
      """
    var random = SplitMix64(seed: 11)
    var ran = 0
    for _ in 0..<400 {
      var text = Array(original.utf8)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<text.count, using: &random)
        switch Int.random(in: 0...3, using: &random) {
        case 0: text[place] = UInt8.random(in: 0x20...0x7E, using: &random)
        case 1: text.remove(at: place)
        case 2: text.insert(contentsOf: Array("99999999999".utf8), at: place)
        default: text.insert(Array("[]{}:-0\n\t&*".utf8).randomElement(using: &random) ?? 0, at: place)
        }
      }
      guard let scenario = try? Scenario(yaml: String(decoding: text, as: UTF8.self), name: "damaged") else { continue }
      var scooter = Scooter(scenario)
      _ = scooter.run(until: 500_000_000)
      ran += 1
    }
    #expect(ran > 5 && ran < 400, "\(ran)")
  }

  @Test func unknownNamesListTheKnown() {
    let error = #expect(throws: InputError.self) { try Scenario.named("stok") }
    #expect("\(error.map(String.init(describing:)) ?? "")".contains("two-dashes"))
  }
}

@Suite struct CollisionTests {
  /// protocol.md 5.4: about 7 % of the reads of the BMS fail on a stock scooter, by collision only.
  @Test func bmsReadsCollideAsOftenAsCaptured() throws {
    var requests = 0, spoiled = 0
    for seed in 1...4 as ClosedRange<UInt64> {
      let all = transmissions(try .named("phone", seed: seed), seconds: 200)
      requests += all.count { $0.truth.cause == .phone && $0.kind[0] == 0x22 }
      spoiled += all.count { $0.kind[0] == 0x25 && $0.truth.collided }
    }
    #expect(requests > 1_500)
    #expect((0.03...0.12).contains(Double(spoiled) / Double(requests)), "\(spoiled) of \(requests)")
  }

  @Test func collisionsAreWhatOverlaps() throws {
    let all = transmissions(try .named("two-dashes"), seconds: 60)
    var wrong = 0
    for index in all.indices {
      let overlaps = all[max(0, index - 8)..<min(all.count, index + 9)].contains {
        $0 != all[index] && $0.truth.start < all[index].truth.end && all[index].truth.start < $0.truth.end
      }
      if overlaps != all[index].truth.collided { wrong += 1 }
    }
    #expect(wrong == 0)
    #expect(all.contains { $0.truth.collided })
  }

  @Test func phoneIsToldOfWhatItDidNotAsk() throws {
    func notifications(_ name: String) throws -> [RadioFrame] {
      var scooter = Scooter(try .named(name))
      return scooter.run(until: 60_000_000_000).compactMap {
        guard case .radio(let frame) = $0, frame.direction == .toPhone else { return nil }
        return frame
      }
    }
    #expect(try notifications("phone").allSatisfy { $0.solicited })
    let flooded = try notifications("displaydash")
    #expect(flooded.contains { $0.frame.isEmpty })
    #expect(flooded.contains { $0.solicited })
    #expect(flooded.count { !$0.solicited && !$0.frame.isEmpty } > 300)
    let expected: Set<[UInt8]> = [[6, 0x23, 0x3A], [0x20, 0x25, 0x40], [0x0C, 0x25, 0x31], [0x22, 0x23, 0xB0]]
    let foreign = Set(
      flooded.filter { !$0.solicited && !$0.frame.isEmpty }.map { [$0.frame[2], $0.frame[3], $0.frame[5]] })
    #expect(foreign == expected)
  }
}
