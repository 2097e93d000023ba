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
    "a stock scooter on a noisy wire is not accused", arguments: [50, 100],
    ["edges", "ftdi-1ms", "ftdi-16ms", "cp210x"])
  func noise(_ pulses: Int, _ adapter: String) throws {
    let scenario = """
      phone: { connects-at-s: 2 }
      noise: { per-second: \(pulses), per-second-with-light: \(pulses), width-ns: [60, 9000] }

      """
    try scratch.write(Array(scenario.utf8), as: "noisy.yaml")
    for seed in 1...2 {
      let made = try Command.run(
        ["simulate", "./noisy.yaml", "--seed", "\(seed)", "--adapter", adapter, "--write", "bus\(seed).pcapng"],
        in: scratch)
      #expect(made.ending == .exit(0), "\(made.errors)")
      let (ending, text) = try verdict(["bus\(seed).pcapng"])
      #expect(ending == .exit(0), "\(text)")
    }
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
