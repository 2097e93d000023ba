import BusTimeline
import Testing

@testable import BusPrinter

@Suite("The time line in two columns")
struct TimelineWriterTests {
  /// The phone asks, a dash asks, and the phone gets both answers.
  private let items: [TimelineItem] = {
    let long = "01 read b0 error=none alarm=0 status=0x0800(activated) mode=0?raw:0 battery=64% speed=12.3km/h"
    func wire(_ sender: Transmitter, _ start: Int64, causedBy: Int?, _ cause: Cause = .unknown) -> TimelineItem {
      TimelineItem(
        lane: .wire(sender), kind: .frame, start: start * 100_000, duration: 1_000_000, label: long, bytes: [1],
        cause: cause, causedBy: causedBy)
    }
    func told(_ start: Int64, causedBy: Int, _ cause: Cause, solicited: Bool) -> TimelineItem {
      TimelineItem(
        lane: .phone, kind: .notification, start: start * 100_000, duration: 0, label: long, bytes: [1], cause: cause,
        causedBy: causedBy, solicited: solicited)
    }
    func write(_ start: Int64, _ outcome: CausalChain.Outcome) -> TimelineItem {
      TimelineItem(
        lane: .phone, kind: .phoneWrite, start: start * 100_000, duration: 0, label: long, bytes: [1], outcome: outcome)
    }
    return [
      write(0, .complete), wire(.ble, 123, causedBy: 0), wire(.esc, 135, causedBy: 1),
      wire(.dash(1), 200, causedBy: nil),
      wire(.esc, 212, causedBy: 3, .reply(to: .dash(1))), told(226, causedBy: 2, .replyToPhone, solicited: true),
      told(272, causedBy: 4, .reply(to: .dash(1)), solicited: false), write(99_999_999, .lostInCollision),
    ]
  }()

  private func lines(_ items: [TimelineItem], columns: Int) -> [String] {
    var out = TextBuffer()
    TimelineWriter(items, columns: columns, style: Style(coloured: false)).text(in: .min ..< .max, to: &out)
    return String(decoding: out.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test("no line is wider than the terminal, and what led to it is never cut", arguments: [80, 81, 100, 140, 200])
  func width(columns: Int) {
    let lines = lines(items, columns: columns)
    #expect(lines.map(\.count).max() == columns, "\(lines)")
    let heads = [
      "> 01 read", "ble     <- phone 12.3 ms  ", "esc     <- ble 0.2 ms  ", "dash1   01 read",
      "esc     <- dash1 0.2 ms  ",
      "< <- esc 8.1 ms  ", "< UNASKED dash1 <- esc 5.0 ms  ", "> LOST-IN-COLLISION 01",
    ]
    for (line, head) in zip(lines, heads) { #expect(line.contains(head), "\(line)") }
    #expect(Set(lines.map { $0.firstIndex(of: "|")?.utf16Offset(in: $0) }).count == 1)
  }

  @Test("the wire has all of the width where there is no phone")
  func wireAlone() {
    let wire = items[1]
    #expect(lines([wire], columns: 140)[0].contains(wire.label))
  }
}
