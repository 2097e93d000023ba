import Foundation
import Testing

/// `diagnose` with recordings of both links of a scooter.
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
}
