import BusTimeline
import Foundation
import NinebotBus
import Testing

@testable import BusPrinter

/// Whole lines: times, faults, colour, and JSON as a parser sees it.
@Suite struct LineTests {
  private let bench = Bench(FieldValueTests.number(.u8, 1), unit: "m")

  private func times(_ style: TimeStyle, decimals: Int = 6, origin: Int64 = 0, _ times: [Int64]) -> [String] {
    var writer = TimeWriter(style: style, decimals: decimals, origin: origin)
    return times.map { time in
      var out = TextBuffer()
      writer.append(time, to: &out)
      return String(decoding: out.bytes, as: UTF8.self).trimmingCharacters(in: .whitespaces)
    }
  }

  @Test func timeStyles() {
    let origin: Int64 = 1_700_000_000_000_000_000
    #expect(times(.zero, origin: origin, [0, 1_500_000]) == ["0.000000", "0.001500"])
    #expect(times(.absolute, origin: origin, [1_500_000]) == ["1700000000.001500"])
    #expect(times(.delta, origin: origin, [5_000_000, 7_000_000, 6_000_000]) == ["0.000000", "0.002000", "-0.001000"])
    #expect(times(.iso, origin: origin, [1_500_000]) == ["2023-11-14T22:13:20.001500Z"])
    #expect(times(.iso, decimals: 9, origin: 0, [-1]) == ["1969-12-31T23:59:59.999999999Z"])
    #expect(times(.none, [1]) == [""])
  }

  static let dates: [(Int64, String)] = [
    (951_782_399, "2000-02-28T23:59:59"), (951_782_400, "2000-02-29T00:00:00"), (1_709_251_199, "2024-02-29T23:59:59"),
    (1_709_251_200, "2024-03-01T00:00:00"), (4_107_542_400, "2100-03-01T00:00:00"), (0, "1970-01-01T00:00:00"),
  ]

  @Test("dates at the edges of months and leap years", arguments: dates)
  func date(_ seconds: Int64, _ expected: String) {
    #expect(times(.iso, [seconds * 1_000_000_000]) == [expected + ".000000Z"])
  }

  @Test("no time is too large to be shown", arguments: [TimeStyle.absolute, .delta, .zero, .iso])
  func absurd(_ style: TimeStyle) {
    let shown = times(style, origin: .max, [.max, .min, 0, .max])
    #expect(shown.allSatisfy { !$0.isEmpty })
  }

  @Test func linesOfFramesAndFaults() throws {
    let sound = try Bench.frame([7])
    var spoiled = sound
    spoiled[spoiled.count - 1] ^= 1
    #expect(
      bench.lines(sound, at: 1_000_000)
        == "    0.001000 bus0 ble>esc  65 test value=7m ; 55 aa 03 20 65 00 07 70 ff\n")
    #expect(bench.lines(spoiled, layout: .init(time: .none)).contains(" 65 test BAD-CHECKSUM value=7m ; "))
    #expect(bench.lines([1, 2], layout: .init(time: .none)) == "bus0 garbage ; 01 02\n")
    #expect(bench.lines(spoiled, layout: .init(time: .none, raw: true)).hasPrefix("bus0 !55 aa"))
  }

  @Test("a finding that contradicts the claim is marked, and a confidence is never rounded up to 1")
  func contradiction() throws {
    let finding = Finding(sender: .dash(1), confidence: 0.99996, cause: .own, contradictsClaim: true)
    let frame = try Bench.frame([7])
    #expect(bench.lines(frame, layout: .init(time: .none), finding: finding).contains("ble>esc  dash1!  65"))
    let json = bench.jsonLines(frame, finding: finding)
    #expect(json.contains(#""sender":"dash1","confidence":0.999,"evidence":[],"cause":"own","contradicts":true"#))
  }

  static let causes: [(Cause, String)] = [
    (.own, "own"), (.phone, "phone"), (.replyToPhone, "reply-to-phone"), (.reply(to: .dash(12)), "reply-to-dash12"),
    (.reply(to: .ble), "reply-to-ble"), (.unknown, "unknown"),
  ]

  @Test("every cause has its name", arguments: causes)
  func cause(_ cause: Cause, _ name: String) throws {
    let json = bench.jsonLines(try Bench.frame([7]), finding: Finding(sender: .esc, confidence: 1, cause: cause))
    #expect(json.contains(#""cause":"\#(name)""#))
  }

  @Test("colour is there only when asked for, and ends on its line")
  func colour() throws {
    let bytes = try Bench.frame([7]) + [1]
    let plain = bench.lines(bytes, coloured: false)
    let coloured = bench.lines(bytes, coloured: true)
    #expect(!plain.contains("\u{1B}"))
    #expect(coloured.replacing(/\x1B\[[0-9;]*m/, with: "") == plain)
    for line in coloured.split(separator: "\n") {
      let ended = line.matches(of: /\x1B\[0m/).count
      #expect(ended > 0 && line.matches(of: /\x1B\[[0-9;]*m/).count == 2 * ended)
    }
  }

  @Test("each JSON line is one object, whatever the bytes say")
  func json() throws {
    var bytes: [UInt8] = []
    for value in 0...255 as ClosedRange<UInt8> { bytes += try Bench.frame([value]) + [value, 0x22] }
    let lines = bench.jsonLines(bytes).split(separator: "\n")
    #expect(lines.count > 256)
    for line in lines {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      #expect(object?["kind"] is String && object?["hex"] is String)
    }
  }
}
