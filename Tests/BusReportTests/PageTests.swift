import BusReport
import BusTimeline
import CaptureFiles
import Foundation
import NinebotBus
import Testing

@Suite struct PageTests {
  private func page(_ report: HtmlReport) throws -> String {
    var sink = MemorySink()
    try report.write(into: &sink)
    return String(decoding: sink.bytes, as: UTF8.self)
  }

  private static let hostile = "\"'><script>alert(1)</script><!--<img src=x onerror=alert(1)>&amp;\u{0}\u{1}"

  /// Wherever text of a capture or a file name comes to stand, no markup comes of it.
  @Test func nothingFromTheBusBecomesMarkup() throws {
    let hostile = Self.hostile
    var diagnosis = Diagnosis()
    diagnosis.injectors = [
      Diagnosis.Injector(
        sender: .dash(1), looksLike: hostile, requests: 1, requestsPerSecond: 1,
        registers: [.init(subject: .esc, register: 0, bytes: 2, name: hostile, requests: 1)], first: 0, last: 0,
        confidence: .nan)
    ]
    var wire = Diagnosis.Wire()
    wire.escErrors = [(1, hostile, 1)]
    diagnosis.wire = wire
    diagnosis.verdict = [hostile, hostile]
    diagnosis.remarks = [hostile]
    diagnosis.advice = [hostile]
    diagnosis.alignment = .refused(hostile)
    let row = SenderRow(
      sender: .dash(1), frames: 1, share: .infinity,
      messages: [.init(subject: .esc, number: nil, name: hostile, count: 1, rate: .nan)])
    let item = TimelineItem(
      lane: .wire(.dash(1)), kind: .frame, start: 0, duration: 1, label: hostile, bytes: [1], confidence: .nan,
      evidence: hostile)
    let text = try page(
      HtmlReport(
        title: hostile, phoneTitle: hostile, recorded: hostile, diagnosis: diagnosis, senders: [row],
        sample: TimelineSample([item])))
    #expect(!text.contains("alert(1)</script>") && !text.contains("<img") && !text.contains("<!--"))
    #expect(text.components(separatedBy: "<script").count == 4)
    #expect(text.components(separatedBy: "</script>").count == 4)
    #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
  }

  @Test func loadsNothing() throws {
    let text = try page(HtmlReport(title: "a", diagnosis: Diagnosis(), sample: TimelineSample()))
    #expect(text.contains("default-src 'none'; script-src 'sha256-"))
    #expect(!text.contains("'unsafe") && !text.contains("src=") && !text.contains("@import") && !text.contains("//www"))
    #expect(!text.contains(" style=\""))
    #expect(text.contains("There is nothing to draw"))
  }

  /// The case of the public issue, told so that every question has an answer on the page.
  @Test func tellsTheWholeStory() throws {
    let text = String(decoding: try SimulatedReport("displaydash", seconds: 30).page(), as: UTF8.self)
    for part in [
      "Something injects messages", "dash1, which looks like a DisplayDash", "The scooter answers",
      "The phone is told what it never asked", "takes the first message for its answer hangs", "What to do",
      "What dash1 asks for", "cell_1", "it is 0.3267 s ± 2.1 ms behind the bus&#39;s, drift 12.4 ± 3.1 ppm.",
    ] {
      #expect(text.contains(part), "\(part)")
    }
  }

  @Test func stockScooterIsSaidToBeClean() throws {
    let text = String(decoding: try SimulatedReport("phone", seconds: 30).page(), as: UTF8.self)
    #expect(text.contains("Nothing injects messages") && text.contains("99.92 % sure"))
    #expect(!text.contains("What happens") && !text.contains("dash1"))
  }

  /// What is counted there are requests: of the BLE module what it asks for, not what it sends most.
  @Test func theColumnOfRequestsSaysSo() throws {
    let text = String(decoding: try SimulatedReport("phone", seconds: 10).page(), as: UTF8.self)
    #expect(text.contains("Asks for mostly") && !text.contains("Sends mostly"))
  }

  @Test func aForgerIsNotSaidToAsk() throws {
    var diagnosis = Diagnosis()
    diagnosis.injectors = [
      Diagnosis.Injector(
        sender: .dash(1), requests: 0, requestsPerSecond: 0, registers: [], forgedFrames: 19, first: 0, last: 1,
        confidence: 0.999)
    ]
    diagnosis.writeWords()
    let text = try page(HtmlReport(title: "a", diagnosis: diagnosis, sample: TimelineSample()))
    #expect(text.contains("dash1 speaks in another") && text.contains("19 frames"))
    #expect(!text.contains("times a second") && !text.contains("Questions of dash1"))
    #expect(!diagnosis.advice.joined().contains("BLE client"))
  }

  /// The numbers in the picture are those of the steps, which what is set and forged must not shift.
  @Test func whatIsSetStandsBeforeTheSteps() throws {
    var diagnosis = Diagnosis()
    diagnosis.injectors = [
      Diagnosis.Injector(
        sender: .dash(1), requests: 90, requestsPerSecond: 9,
        registers: [
          .init(
            subject: .esc, register: 0x7d, act: .write, bytes: 0, name: "tail_light", requests: 4,
            written: .init(raw: 0, words: "off")),
          .init(subject: .esc, register: 0xb0, bytes: 32, name: "error", requests: 86),
        ], forgedFrames: 12, forgedAs: [(.esc, 12)], first: 0, last: 1_000_000_000, confidence: 0.999)
    ]
    diagnosis.writeWords()
    let text = try page(HtmlReport(title: "a", diagnosis: diagnosis, sample: TimelineSample()))
    let steps = try #require(text.range(of: "<ol class=\"steps\">"))
    for part in [
      "changes settings of the scooter", "tail_light to off, 4 times", "12 frames that say they come from the ESC",
    ] {
      #expect(text.range(of: part).map { $0.lowerBound < steps.lowerBound } == true, "\(part)")
    }
    #expect(text[steps.upperBound...].hasPrefix("\n<li><h3>dash1 asks<"))
    #expect(!text.contains("asks nothing"))
  }

  @Test func nobodyIsQuiteSure() throws {
    var diagnosis = Diagnosis()
    diagnosis.wire = Diagnosis.Wire()
    diagnosis.confidence = 0.999_999
    let text = try page(HtmlReport(title: "a", diagnosis: diagnosis, sample: TimelineSample()))
    #expect(text.contains(">over 99.99 % sure<") && !text.contains("100.00"))
  }

  @Test func longestTimesAreHarmless() throws {
    let items = [Int64.min, -1, 0, .max].map {
      TimelineItem(lane: .wire(.esc), kind: .frame, start: $0, duration: .max, label: "x", bytes: [])
    }
    _ = try page(HtmlReport(title: "a", diagnosis: Diagnosis(), sample: TimelineSample(items)))
  }

  @Test func fullDiskIsAnError() throws {
    let report = HtmlReport(title: "a", diagnosis: Diagnosis(), sample: TimelineSample())
    var sink = MemorySink(capacity: 5_000)
    #expect(throws: OutputError.self) { try report.write(into: &sink) }
  }
}

@Suite struct TimelineSampleTests {
  private func items(_ count: Int, notableEvery: Int) -> [TimelineItem] {
    (0..<count).map { index in
      let isNotable = index % notableEvery == 0
      return TimelineItem(
        lane: .wire(isNotable ? .dash(1) : .ble), kind: .frame, start: Int64(index) * 1_000_000, duration: 500_000,
        label: "\(index)", bytes: [], causedBy: index > 0 ? index - 1 : nil)
    }
  }

  @Test func shortCapturesStayWhole() {
    let sample = TimelineSample(items(1_000, notableEvery: 10), limit: 1_000)
    #expect(!sample.isThinned && sample.items.map(\.label) == (0..<1_000).map { "\($0)" })
  }

  @Test(arguments: [16, 100, 5_000, 9_999]) func longOnesKeepWhatMatters(_ limit: Int) {
    let all = items(20_000, notableEvery: 10)
    let sample = TimelineSample(all, limit: limit)
    let kept = sample.items
    #expect(kept.count <= limit && kept.count >= limit / 4 && sample.total == 20_000)
    let notable = kept.count { $0.lane == .wire(.dash(1)) }
    if limit > 4_000 { #expect(notable == 2_000 && sample.notableKeptOneIn == 1) }
    #expect(sample.ordinaryKeptOneIn > 1)
    for item in kept {
      if let cause = item.causedBy { #expect(Int(kept[cause].label) == Int(item.label).map { $0 - 1 }) }
    }
  }

  @Test func causesFollowTheOrderOfTime() {
    var reversed = items(4, notableEvery: 10)
    for index in reversed.indices { reversed[index].start = Int64(10 - index) }
    let kept = TimelineSample(reversed).items
    #expect(kept.map(\.label) == ["3", "2", "1", "0"] && kept.map(\.causedBy) == [1, 2, 3, nil])
  }
}
