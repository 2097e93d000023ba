import Testing
import TestSupport

/// The first words of `diagnose` on recordings of which the truth is known.
@Suite struct VerdictTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func verdict(_ arguments: [String]) throws -> (ending: Child.Ending?, text: String) {
    let outcome = try Command.run(["diagnose"] + arguments, in: scratch)
    return (outcome.ending, outcome.output)
  }

  @Test(
    "real stock scooters: nothing injects", .enabled(if: SharedCaptures.present, "needs ../shared/captures"),
    arguments: [
      "m365-esc-ble-eco-flashlight.logicdata", "m365-esc-ble-eco-flashlight.ch4.bytes.csv",
      "m365-esc-bms-two-way.logicdata",
    ])
  func stockCaptures(_ name: String) throws {
    let (ending, text) = try verdict([SharedCaptures.path(name)])
    #expect(ending == .exit(0))
    #expect(text.hasPrefix("Nothing injects:"), "\(text)")
  }

  /// Pulses of up to most of a bit spoil frames here and there, and heartbeats with them.
  @Test(
    "a stock scooter on a noisy wire is not accused", arguments: ["edges", "ftdi-1ms", "ftdi-16ms", "cp210x"])
  func noise(_ adapter: String) throws {
    let scenario = """
      phone: { connects-at-s: 2 }
      noise: { per-second: 100, per-second-with-light: 100, width-ns: [60, 9000] }

      """
    try scratch.write(Array(scenario.utf8), as: "noisy.yaml")
    let made = try Command.run(
      ["simulate", "./noisy.yaml", "--adapter", adapter, "--write", "bus.pcapng"], in: scratch)
    #expect(made.ending == .exit(0), "\(made.errors)")
    let (ending, text) = try verdict(["bus.pcapng"])
    #expect(ending == .exit(0), "\(text)")
  }

  @Test("who only sends frames in the ESC's name is found", arguments: ["pcapng", "vcd", "csv"])
  func forged(_ format: String) throws {
    let scenario = """
      phone: { connects-at-s: 2 }
      dashes:
        - { trigger: timer, period-ms: 1000, beep-every-s: 2, polls: [] }

      """
    try scratch.write(Array(scenario.utf8), as: "forge.yaml")
    let made = try Command.run(["simulate", "./forge.yaml", "--write", "bus.\(format)"], in: scratch)
    #expect(made.ending == .exit(0), "\(made.errors)")
    let (ending, text) = try verdict(["bus.\(format)"])
    #expect(ending == .exit(1) && text.hasPrefix("dash1 sends frames"), "\(text)")
  }

  @Test("a dash that asks seldom beside a busy phone is found, or nobody is cleared", arguments: ["1m", "10m"])
  func seldom(_ length: String) throws {
    let scenario = """
      phone: { connects-at-s: 2 }
      ble: { forwards-foreign: true }
      dashes:
        - { trigger: heartbeat, at-most-each-ms: 10000, polls: [esc b0 20, bms 31 0a] }

      """
    try scratch.write(Array(scenario.utf8), as: "seldom.yaml")
    let made = try Command.run(
      [
        "simulate", "./seldom.yaml", "--for", length, "--write", "bus.pcapng", "--ble", "phone.btsnoop", "--token",
        "token",
      ], in: scratch)
    #expect(made.ending == .exit(0), "\(made.errors)")
    let (ending, text) = try verdict(["bus.pcapng", "phone.btsnoop", "--token", "token"])
    #expect(text.hasPrefix(length == "1m" ? "Cannot tell" : "dash1"), "\(text)")
    #expect(ending == .exit(length == "1m" ? 0 : 1))
  }

  @Test(
    "simulated stock scooters: nothing injects, with the phone's log and without",
    arguments: ["phone", "random"], ["edges", "ftdi-1ms", "ftdi-16ms", "cp210x"])
  func stockScooters(_ scenario: String, _ adapter: String) throws {
    let made = try Command.run(
      [
        "simulate", scenario, "--adapter", adapter, "--write", "bus.pcapng", "--ble", "phone.btsnoop", "--token",
        "token",
      ], in: scratch)
    #expect(made.ending == .exit(0), "\(made.errors)")
    for arguments in [["bus.pcapng"], ["bus.pcapng", "phone.btsnoop", "--token", "token"]] {
      let (ending, text) = try verdict(arguments)
      #expect(ending == .exit(0))
      #expect(text.hasPrefix("Nothing injects:"), "\(text)")
      #expect(!text.contains("got no answer on the wire"), "\(text)")
    }
  }

  @Test("the phone's log adds to what the bus shows, and clears nobody", arguments: [12, 31], ["cp210x", "ftdi-16ms"])
  func moreEvidence(_ seed: Int, _ adapter: String) throws {
    let made = try Command.run(
      [
        "simulate", "random-dash", "--seed", "\(seed)", "--adapter", adapter, "--write", "bus.pcapng", "--ble",
        "phone.btsnoop", "--token", "token",
      ], in: scratch)
    #expect(made.ending == .exit(0), "\(made.errors)")
    for arguments in [["bus.pcapng"], ["bus.pcapng", "phone.btsnoop", "--token", "token"]] {
      let (ending, text) = try verdict(arguments)
      #expect(ending == .exit(1))
      #expect(text.hasPrefix("dash1") && !text.contains("dash2"), "\(text)")
    }
  }

  @Test("the evidence says when a dash asks, how its bytes are timed, and what tells it from the BLE module")
  func evidence() throws {
    let made = try Command.run(
      ["simulate", "displaydash", "--for", "12s", "--write", "bus.vcd", "--ble", "phone.btsnoop", "--token", "token"],
      in: scratch)
    #expect(made.ending == .exit(0), "\(made.errors)")
    let sources = ["bus.vcd", "phone.btsnoop", "--token", "token"]
    let text = try verdict(sources).text
    for part in [
      "When it asks: right behind heartbeats", "in addition to what the BLE module sends",
      "Nothing that the phone wrote",
      "a byte each 86.8 us", "the BLE module's: a byte each 94.", "pitch +", "rhythm +",
    ] { #expect(text.contains(part), "\(part): \(text)") }
    let object = try #require(try JsonLines(verdict(sources + ["--json"]).text).objects.last)
    let injector = try #require((object["injectors"] as? [[String: Any]])?.first)
    let evidence = try #require(injector["evidence"] as? [String: Any])
    #expect(evidence["timed_as_ble"] as? Bool == false)
    #expect((evidence["rhythm"] as? [String: Any])?["kind"] as? String == "behind-heartbeats")
    let votes = try #require(evidence["request_votes"] as? [String: Any])
    #expect(votes["frames"] as? Int == injector["requests"] as? Int)
    #expect(try #require((votes["votes"] as? [String: Double])?["rhythm"]) > 2)
  }

  @Test("a dash with the BLE module's own clock and pitch is said to have them")
  func timedAsModule() throws {
    try scratch.write(
      Array(
        """
        dashes:
          - transmitter: { clock-ppm: -12060, jitter-ppm: 100, idle-us: 8.6 }
            at-most-each-ms: 90
            polls: [esc b0 20, esc 3a 04]
        """.utf8), as: "same.yaml")
    let made = try Command.run(["simulate", "./same.yaml", "--for", "20s", "--write", "bus.vcd"], in: scratch)
    #expect(made.ending == .exit(0), "\(made.errors)")
    let (ending, text) = try verdict(["bus.vcd"])
    #expect(ending == .exit(1) && text.contains("Its bytes are timed as the BLE module's ("), "\(text)")
  }

  @Test("latencies, the ends of the phone's requests and the speed of each tap are keys of their own")
  func latencies() throws {
    let made = try Command.run(
      ["simulate", "displaydash", "--for", "30s", "--write", "bus.vcd", "--ble", "phone.btsnoop", "--token", "token"],
      in: scratch)
    #expect(made.ending == .exit(0), "\(made.errors)")
    let outcome = try verdict(["bus.vcd", "phone.btsnoop", "--token", "token", "--json"])
    let object = try #require(try JsonLines(outcome.text).objects.last)
    let latency = try #require(object["latency"] as? [String: Any])
    let reads = try #require(latency["phone_reads"] as? [String: Any])
    #expect(try #require(reads["t_err"] as? Double) < 0.0001)
    let added = try #require(latency["phone_waits_added"] as? [String: Any])
    let counts = ["beside_injected", "without"].map { ((added[$0] as? [String: Any])?["count"] as? Int) ?? 0 }
    #expect(counts.allSatisfy { $0 >= 20 }, "\(counts)")
    #expect(try #require(object["chains"] as? [String: Int])["complete"] ?? 0 > 100)
    let taps = try #require((object["wire"] as? [String: Any])?["taps"] as? [[String: Any]])
    #expect(taps.first?["baud"] as? Int == 115_200)
  }

  @Test("a line at another speed than usual is told, and so is one that was read at a wrong speed")
  func speeds() throws {
    for line in ["esc_to_bms", "esc_ble"] {
      let made = try Command.run(
        ["simulate", "wrong-baud-bms", "--for", "20s", "--line", line, "--write", "\(line).vcd"], in: scratch)
      #expect(made.ending == .exit(0), "\(made.errors)")
    }
    let found = try verdict(["esc_to_bms.vcd"]).text
    #expect(found.contains("channel esc_to_bms) runs at 76800 baud, not 115200."), "\(found)")
    let misread = try verdict(["esc_ble.vcd", "esc_to_bms.vcd", "--baud", "115200"]).text
    #expect(misread.contains("channel esc_to_bms") && misread.contains("likely misread"), "\(misread)")
    #expect(!misread.contains("channel esc_ble) "), "\(misread)")
  }

  /// Only writes, behind the heartbeats of a scooter without a phone.
  @Test("a module that only writes is said to change settings, and not to ask")
  func writer() throws {
    try scratch.write(
      Array(
        """
        about: a module that writes settings
        dashes:
          - transmitter: { clock-ppm: 60 }
            trigger: heartbeat
            write-every-s: [1, 3]
        """.utf8), as: "writer.yaml")
    let made = try Command.run(["simulate", "./writer.yaml", "--for", "40s", "--write", "bus.vcd"], in: scratch)
    #expect(made.ending == .exit(0), "\(made.errors)")
    let (ending, text) = try verdict(["bus.vcd", "--html", "page.html"])
    #expect(ending == .exit(1))
    #expect(text.contains("changes settings of the ESC (") && !text.contains(" asks "), "\(text)")
    let object = try #require(try JsonLines(verdict(["bus.vcd", "--json"]).text).objects.last)
    let injector = try #require((object["injectors"] as? [[String: Any]])?.first)
    for register in try #require(injector["registers"] as? [[String: Any]]) {
      #expect(register["act"] as? String == "write" && register["last_written"] is Int, "\(register)")
    }
    let page = scratch.text("page.html")
    #expect(page.contains("What dash1 sets<") && page.contains("dash1 changes settings of the scooter"))
    #expect(!page.contains("for readings") && !page.contains("Questions of dash1"))
  }

  @Test(
    "a log with answers only tells the ring in which they come, and accuses nobody",
    .enabled(if: SharedCaptures.present, "needs ../shared/captures"))
  func publicIssue() throws {
    let (ending, text) = try verdict([SharedCaptures.path("miauth-issue-5.log")])
    #expect(ending == .exit(0))
    #expect(text.hasPrefix("Cannot tell"), "\(text)")
    #expect(text.contains("They come in a ring: ") && text.contains("cell voltages"), "\(text)")
  }
}
