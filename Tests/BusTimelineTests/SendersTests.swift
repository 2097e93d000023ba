import BusTimeline
import CaptureFiles
import Foundation
import NinebotBus
import ScooterProfiles
import ScooterSim
import Testing
import UartSniffer

func signatures() throws -> [ModuleSignature] { try SignatureLibrary(folder: "/nonexistent").signatures() }

@Suite("The table of transmitters")
struct SendersTests {
  static func run(
    _ name: String, seed: UInt64 = 2, seconds: Int64 = 20, quality: SimulatedSource.Quality = .edges,
    line: Line = .escBle, remembering: [KnownTransmitter] = []
  ) throws -> AttributionRun {
    try AttributionRun(
      SimulatedSource(
        try .named(name, seed: seed), lines: [line], quality: quality, duration: seconds * 1_000_000_000),
      remembering: remembering, links: line == .escBle ? [] : [.escBms])
  }

  @Test(
    "what a transmitter looks like",
    arguments: [
      ("displaydash", "displaydash"), ("augisbud", "augisbud-dashboard"), ("esp32-beep", "esp32-xiaomi-m365"),
    ])
  func looks(_ scenario: String, _ signature: String) throws {
    let table = try Self.run(scenario).table
    let dash = try #require(table.row(of: .dash(1)))
    #expect(table.looksLike(dash, among: try signatures())?.signatures.map(\.name) == [signature])
    guard case .behindHeartbeats = dash.rhythm else {
      Issue.record("rhythm: \(String(describing: dash.rhythm))")
      return
    }
  }

  /// Behind an adapter it is not seen how far its requests are from heartbeats: that speaks neither way.
  @Test(
    "what was not measured rules no module out",
    arguments: [("augisbud", "augisbud-dashboard"), ("displaydash", "displaydash")],
    [AdapterModel.ftdi1ms, .ftdi16ms, .pl011])
  func looksBehindAnAdapter(_ scooter: (scenario: String, signature: String), _ adapter: AdapterModel) throws {
    let table = try Self.run(scooter.scenario, seconds: 40, quality: .packets(adapter)).table
    let dash = try #require(table.row(of: .dash(1)))
    let match = try #require(table.looksLike(dash, among: try signatures()))
    #expect(match.signatures.map(\.name).contains(scooter.signature))
  }

  @Test("stock parts look like no module", arguments: ["stock", "phone"])
  func stock(_ scenario: String) throws {
    let table = try Self.run(scenario).table
    for sender in table.senders { #expect(table.looksLike(sender, among: try signatures()) == nil) }
  }

  @Test("a replaced ESC and a replaced battery are hinted at")
  func replaced() throws {
    let esc = try Self.run("replaced-esc").table
    let escRow = try #require(esc.row(of: .esc))
    #expect(esc.looksLike(escRow, among: try signatures())?.signatures.map(\.name) == ["vesc-dash-bridge"])
    let bms = try Self.run("replaced-bms", line: .bmsToEsc).table
    let bmsRow = try #require(bms.row(of: .bms))
    #expect(bms.looksLike(bmsRow, among: try signatures())?.signatures.map(\.name) == ["bms-emulator"])
  }

  @Test("counts, shares and registers are those of the bus")
  func counts() throws {
    let run = try Self.run("augisbud")
    #expect(run.table.senders.reduce(0) { $0 + $1.frames } == run.frames.count)
    let dash = try #require(run.table.row(of: .dash(1)))
    #expect(Set(dash.kinds.filter(\.reads).map(\.block.register)).isSuperset(of: [0x31, 0xB0, 0x3A, 0x40]))
    #expect(dash.claims[.ble] == dash.frames, "a dash must use the BLE module's address")
    let share = run.table.senders.reduce(0) { $0 + (run.table.share(of: $1) ?? 0) }
    #expect(share > 0.05 && share < 0.5)
    #expect(abs((dash.bitClock.first?.mean ?? 0) + 20_800) < 500)
  }

  @Test("of several wires the load is that of the busiest")
  func wires() throws {
    func wire(_ lines: [Line]) throws -> Diagnosis.Wire {
      let run = try AttributionRun(
        SimulatedSource(try .named("phone", seed: 2), lines: lines, quality: .edges, duration: 20_000_000_000))
      var builder = DiagnosisBuilder(profile: try AttributionRun.profile())
      builder.add(taps: run.taps)
      for row in run.rows { builder.take(row.event, bytes: row.bytes.span) }
      return try #require(builder.finish(signatures: [], exchanges: ExchangeTotals()).wire)
    }
    let (one, both) = (try wire([.escBle]), try wire([.bmsToEsc, .escBle]))
    #expect(try #require(one.load) > 0.05 && one.load == both.load)
    #expect(both.frames > one.frames)
  }

  @Test("a channel that is held low is no wire in use")
  func silentChannel() throws {
    let run = try AttributionRun(
      SimulatedSource(try .named("phone", seed: 2), quality: .edges, duration: 20_000_000_000))
    func load(withSilence: Bool) throws -> Double? {
      var builder = DiagnosisBuilder(profile: try AttributionRun.profile())
      builder.add(taps: run.taps + [Tap(name: "bus1", detail: "", baud: nil, quality: .edges(sample: 125))])
      if withSilence {
        var low = try #require(run.rows.first).event
        (low.tap, low.event.kind, low.event.checksumHolds) = (1, .lineError, false)
        (low.reading, low.finding, low.airTime) = (nil, nil, 20_000_000_000)
        low.event.end = TimeBounds(low.event.start.middle + 20_000_000_000)
        builder.take(low, bytes: [UInt8]([0]).span)
      }
      for row in run.rows { builder.take(row.event, bytes: row.bytes.span) }
      return builder.finish(signatures: [], exchanges: ExchangeTotals()).wire?.load
    }
    let alone = try #require(try load(withSilence: false))
    #expect(try load(withSilence: true) == alone && alone < 0.5)
  }

  @Test("a pipe among the user's signatures is not waited for")
  func pipe() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "mi-bus-signatures-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    #expect(mkfifo("\(folder)/pipe.yaml", 0o600) == 0)
    #expect(try SignatureLibrary(folder: folder).signatures().count == signatures().count)
  }

  @Test("packets show no pitch: the column stays empty")
  func packets() throws {
    let table = try Self.run("stock", quality: .packets(.ftdi1ms)).table
    for sender in table.senders { #expect(sender.pitch.isEmpty && sender.bitClock.isEmpty) }
  }

  @Test("its memory does not grow with the kinds of requests")
  func bounded() throws {
    let profile = try AttributionRun.profile()
    var table = SenderTable()
    table.add(taps: [Tap(name: "bus0", detail: "", baud: .standard, quality: .none)])
    for register in 0..<200 {
      var frame: [UInt8] = [0x55, 0xAA, 3, 0x20, 1, UInt8(register), 2]
      let sum = 0xFFFF ^ frame[2...].reduce(UInt16(0)) { $0 &+ UInt16($1) }
      frame += [UInt8(sum & 0xFF), UInt8(sum >> 8)]
      var decoder = FrameDecoder(settings: .init())
      decoder.push(frame.span)
      for event in decoder.events {
        table.push(
          AttributedEvent(
            tap: 0, event: event, reading: profile.read(frame.span, on: .escBle),
            finding: Finding(sender: .dash(1), confidence: 1)))
      }
    }
    #expect(table.senders.map(\.frames) == [200])
    #expect(table.senders.map(\.kinds.count) == [64])
  }
}

@Suite("Names across captures")
struct SendersNameTests {
  private func known(_ run: AttributionRun, as names: [String: String] = [:]) -> [KnownTransmitter] {
    run.table.senders.filter { $0.transmitter != .unknown }.map {
      KnownTransmitter(
        name: names[$0.transmitter.name] ?? $0.transmitter.name, link: .escBle, pitch: $0.pitch, bitClock: $0.bitClock,
        polls: $0.kinds.filter(\.reads).map(\.block), frames: $0.frames)
    }
  }

  @Test("a device of an earlier capture gets its name again, in a file and back")
  func same() throws {
    let first = try SendersTests.run("augisbud")
    let file = FingerprintFile(transmitters: known(first, as: ["dash1": "dash3"]))
    let read = try FingerprintFile(text: file.text, file: "saved.yaml")
    #expect(read.transmitters.count == file.transmitters.count)
    #expect(read.transmitters.map(\.polls) == file.transmitters.map(\.polls))
    let second = try SendersTests.run("augisbud", seed: 77, remembering: read.transmitters)
    #expect(second.found.contains("dash3") && !second.found.contains("dash1"))
  }

  @Test("another device gets a new number")
  func other() throws {
    let earlier = known(try SendersTests.run("augisbud"))
    let found = try SendersTests.run("displaydash", remembering: earlier).found
    #expect(found.contains("dash2") && !found.contains("dash1"))
  }

  @Test("a remembered device is never found where there is none", arguments: ["stock", "phone"])
  func never(_ scenario: String) throws {
    let earlier = known(try SendersTests.run("augisbud"))
    #expect(!(try SendersTests.run(scenario, remembering: earlier).found.contains { $0.hasPrefix("dash") }))
  }

  @Test("a file that is none is refused with its line")
  func refused() {
    for (text, cause) in [
      ("", "empty"), ("a: 1", "unknown key"), ("mi-bus-fingerprints: 2", "version"), ("transmitters: []", "no 'mi-bus"),
      ("mi-bus-fingerprints: 1\ntransmitters: [{link: esc-ble}]", "no 'name'"),
      ("mi-bus-fingerprints: 1\ntransmitters: [{name: dash1, pitch-us: [[1]]}]", "[mean, spread, share]"),
    ] {
      do {
        _ = try FingerprintFile(text: text, file: "f.yaml")
        Issue.record("accepted: \(text)")
      } catch {
        #expect(error.description.contains(cause), "\(error.description)")
      }
    }
  }
}

@Suite("Signature files")
struct SendersSignatureTests {
  @Test("the built-in ones are sound, with sources")
  func builtIn() throws {
    let all = try signatures()
    #expect(all.count == 6)
    #expect(Set(all.map(\.name)).count == all.count)
    for signature in all { #expect(signature.sources.allSatisfy { $0.hasPrefix("https://") }) }
  }

  @Test("a user's file is one more, or replaces the built-in one of its name")
  func user() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "signatures-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let text = "name: NAME\ntitle: mine\nsources: [me]\npolls: [esc b0 20]\nrate: [1, 2]\n"
    for name in ["mine", "displaydash"] {
      try text.replacing("NAME", with: name).write(
        to: folder.appending(path: "\(name).yaml"), atomically: true, encoding: .utf8)
    }
    let all = try SignatureLibrary(folder: folder.path).signatures()
    #expect(all.count == 7)
    #expect(all.first { $0.name == "displaydash" }?.title == "mine")
    #expect(all.first { $0.name == "mine" }?.rate == 1...2)
  }

  @Test(
    "a wrong file is refused with line and what is allowed",
    arguments: [
      ("", "empty"), ("name: [", "no YAML"), ("title: x", "no 'name'"), ("name: A b", "a-z, 0-9 and -"),
      ("name: x\ncolour: red", "unknown key 'colour'"), ("name: x\nas: phone", "allowed: dash, esc, ble, bms"),
      ("name: x\npolls: [esc b0]", "role, register, byte count"), ("name: x\nrate: [5, 1]", "least and most"),
      ("name: x\ntitle: x\nsources: [y]", "nothing to tell it by"),
    ])
  func refused(_ text: String, _ cause: String) {
    do {
      _ = try SignatureLibrary.signature(text, file: "x.yaml")
      Issue.record("accepted")
    } catch {
      #expect(error.description.contains(cause) || "\(SignatureProblems.all(text))".contains(cause), "\(error)")
    }
  }
}

/// All problems of a text, since an error names only the first.
private enum SignatureProblems {
  static func all(_ text: String) -> [String] {
    // The last keys first, so that each problem comes to the front once.
    let lines = text.split(separator: "\n").map(String.init)
    let sound = ["name: x", "title: x", "sources: [y]", "polls: [esc b0 20]"]
    return lines.compactMap { line -> String? in
      let key = line.prefix { $0 != ":" }
      let whole = (sound.filter { !$0.hasPrefix("\(key):") } + [line]).joined(separator: "\n")
      do {
        _ = try SignatureLibrary.signature(whole, file: "x.yaml")
        return nil
      } catch {
        return "\(error)"
      }
    }
  }
}
