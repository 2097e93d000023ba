import BusReport
import BusTimeline
import CaptureFiles
import Testing

/// Pages in a real browser.
@Suite(.serialized, .enabled(if: Chromium.present, "needs Chromium")) struct PageInBrowserTests {
  /// Colours of pixels of the canvas, a few thousand of them; more than three where something is drawn.
  private static let colours = """
    (() => { const c = document.querySelector(".lanes"); const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
      const seen = new Set(); for (let i = 0; i < d.length; i += 52) seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]);
      return seen.size; })()
    """

  private func view(_ browser: Chromium) throws -> (from: Double, span: Double) {
    let text = try browser.evaluate(
      "document.querySelector('.lanes').dataset.from + ' ' + document.querySelector('.lanes').dataset.span")
    let parts = "\(text ?? "")".split(separator: " ").compactMap { Double($0) }
    return parts.count == 2 ? (parts[0], parts[1]) : (0, 0)
  }

  @Test func explainsAndAnswersTheKeyboard() throws {
    let browser = try Chromium()
    try browser.resize(width: 1280, height: 900)
    try browser.emulate(scheme: "light")
    try browser.open(try SimulatedReport("displaydash", seconds: 60).page())
    try browser.picture("light")
    let drawn = try #require(try browser.evaluate(Self.colours) as? Int)
    #expect(drawn > 6)
    let before = try view(browser)
    _ = try browser.evaluate("document.querySelector('.lanes').focus()")
    try browser.press("+")
    let zoomed = try view(browser)
    #expect(zoomed.span < before.span * 0.6 && zoomed.span > 0)
    try browser.press("ArrowRight")
    #expect(try view(browser).from > zoomed.from)
    try browser.press("n")
    let chosen = try browser.evaluate("document.querySelector('.details').innerText")
    #expect("\(chosen ?? "")".contains("dash1"))
    #expect(browser.complaints.isEmpty, "\(browser.complaints)")
    #expect(browser.requests.allSatisfy { $0.hasPrefix("file://") && $0.hasSuffix("report.html") })
    try browser.emulate(scheme: "dark")
    try browser.picture("dark")
    try browser.resize(width: 400, height: 860, scale: 2)
    try browser.emulate(scheme: "light")
    try browser.picture("narrow")
    let overflow = try browser.evaluate("document.documentElement.scrollWidth - innerWidth") as? Int
    #expect(overflow == 0)
    try browser.resize(width: 1280, height: 900)
    #expect(try browser.print("print").count > 10_000)
  }

  /// The phone's log without the bus: its messages are there, and nothing breaks without a wire.
  @Test func showsPhoneAlone() throws {
    var report = try SimulatedReport("displaydash", seconds: 20)
    report.items.removeAll { $0.lane != .phone }
    for index in report.items.indices { report.items[index].causedBy = nil }
    report.senders = []
    report.diagnosis.wire = nil
    report.diagnosis.injectors = []
    report.diagnosis.alignment = .none
    let browser = try Chromium()
    try browser.resize(width: 1280, height: 900)
    try browser.emulate(scheme: "light")
    try browser.open(try report.page(title: "phone.btsnoop"))
    try browser.picture("phone-alone")
    #expect(try #require(try browser.evaluate(Self.colours) as? Int) > 3)
    try browser.press("e")
    try browser.press("n")
    #expect(browser.complaints.isEmpty, "\(browser.complaints)")
  }

  /// Whichever part of a request is chosen, the pane says where it broke off.
  @Test(arguments: CausalChain.Outcome.allCases)
  func saysWhatCameOfAWrite(_ outcome: CausalChain.Outcome) throws {
    let items = [
      TimelineItem(lane: .phone, kind: .phoneWrite, start: 0, duration: 0, label: "read", bytes: [1], outcome: outcome),
      TimelineItem(
        lane: .wire(.ble), kind: .frame, start: 12_300_000, duration: 900_000, label: "read", bytes: [1], cause: .phone,
        causedBy: 0),
    ]
    var sink = MemorySink()
    try HtmlReport(title: "t", diagnosis: Diagnosis(), sample: TimelineSample(items)).write(into: &sink)
    let browser = try Chromium()
    try browser.open(sink.bytes)
    _ = try browser.evaluate("document.querySelector('.lanes').focus()")
    var panes: [String] = []
    for _ in 0..<2 {
      try browser.press(".")
      panes.append("\(try browser.evaluate("document.querySelector('.details').innerText") ?? "")")
    }
    try browser.picture("write-\(outcome.name)")
    #expect(panes.contains { $0.contains("What came of it") }, "\(panes)")
    #expect(panes.allSatisfy { $0.contains("The phone writes") && $0.contains("12.3 ms later") }, "\(panes)")
    #expect(panes.allSatisfy { $0.contains("Here it broke off") == outcome.isBroken }, "\(panes)")
    #expect(browser.complaints.isEmpty, "\(browser.complaints)")
  }

  /// Pages of other scooters: nothing injects, two dashes, more than the page may hold, no phone at all.
  @Test(arguments: [("phone", 300_000), ("two-dashes", 300_000), ("displaydash", 2_000), ("augisbud", 300_000)])
  func showsOtherScooters(_ name: String, _ limit: Int) throws {
    let browser = try Chromium()
    try browser.resize(width: 1280, height: 900)
    try browser.emulate(scheme: "light")
    try browser.open(try SimulatedReport(name, seconds: 30).page(title: name, limit: limit))
    try browser.picture("scooter-\(name)")
    #expect(try #require(try browser.evaluate(Self.colours) as? Int) > 4)
    let text = "\(try browser.evaluate("document.body.innerText") ?? "")"
    #expect(text.contains("one in") == (limit < 10_000))
    #expect(browser.complaints.isEmpty, "\(browser.complaints)")
  }

  /// What the script reads is what was written: every kind of text that the table of texts treats in its own way.
  @Test func textsArriveAsTheyWere() throws {
    let texts = [
      "", "plain", "levers throttle=38 brake=70", "b0 3a 0x0134 00 007", "12345678901234567890", "-3.05 km/h, 1.10",
      "µ é 😀 99",
      "<b>&amp;\"'\\", "dead beef 1e", "0", "x0y00z000", "ESC B0 2F",
    ]
    let items = texts.enumerated().map { index, text in
      TimelineItem(
        lane: .wire(.esc), kind: .frame, start: Int64(index), duration: 0, label: text,
        bytes: [UInt8](repeating: UInt8(index), count: index * 100), evidence: texts[texts.count - 1 - index])
    }
    var sink = MemorySink()
    try HtmlReport(title: "t", diagnosis: Diagnosis(), sample: TimelineSample(items)).write(into: &sink)
    let browser = try Chromium()
    try browser.open(sink.bytes)
    let read = try browser.evaluate(
      "(() => { const e = Events.load(); return [...Array(e.count).keys()].map((i) => e.describe(i)).flatMap("
        + "(d) => [d.label, d.evidence, `${d.size} ${d.bytes.length} ${d.bytes[0] ?? ''}`]); })()")
    let expected = texts.indices.flatMap { index in
      [
        texts[index], texts[texts.count - 1 - index],
        "\(index * 100) \(min(300, index * 100)) \(index > 0 ? "\(index)" : "")",
      ]
    }
    #expect(read as? [String] == expected)
    #expect(browser.complaints.isEmpty, "\(browser.complaints)")
  }

  /// 200 000 events: the size of the page, and how long a frame takes while it moves.
  @Test func staysSmoothWithTwoHundredThousandEvents() throws {
    let report = try SimulatedReport("displaydash", seconds: 1_840)
    #expect(report.items.count > 200_000)
    let page = try report.page()
    #expect(page.count < 15_000_000)
    let browser = try Chromium()
    try browser.resize(width: 1280, height: 900)
    try browser.emulate(scheme: "light")
    let began = ContinuousClock.now
    try browser.open(page)
    let loaded = ContinuousClock.now - began
    let shown = try view(browser)
    _ = try browser.evaluate("document.querySelector('[data-do=all]').click()")
    _ = try browser.evaluate("new Promise((done) => setTimeout(done, 600))")
    #expect(try view(browser).span > shown.span * 1_000)
    try browser.picture("many", whole: false)
    #expect(browser.complaints.isEmpty, "\(browser.complaints)")
    var report200 = "\(report.items.count) events, \(page.count / 1024) KiB, shown after \(loaded)"
    for (name, keys) in [("all, zooming", "['+', '-']"), ("busy, moving", "['ArrowRight', 'ArrowLeft']")] {
      let times = try #require(try browser.evaluate(Self.frames(keys)) as? [Double])
      let sorted = times.sorted()
      let (median, p95) = (sorted[sorted.count / 2], sorted[sorted.count * 95 / 100])
      report200 += "; \(name): median \(median.rounded()) ms, p95 \(p95.rounded()) ms"
      // A frame has 16.7 ms; a shared machine without a graphics card gets room.
      #expect(median < 50, "\(report200)")
      if name.hasPrefix("all") { for _ in 0..<3 { try browser.press("+") } }
    }
    print(report200)
    _ = try browser.evaluate("document.querySelector('.timeline').scrollIntoView()")
    try browser.picture("many-moved", whole: false)
  }

  /// Milliseconds that the page works on each of 60 frames while keys are pressed.
  private static func frames(_ keys: String) -> String {
    """
    new Promise((done) => { const c = document.querySelector(".lanes"); c.focus(); const keys = \(keys); const times = []; let n = 0;
      const step = () => { if (n === 60) return done(times);
        const began = performance.now();
        c.dispatchEvent(new KeyboardEvent("keydown", { key: keys[Math.floor(n++ / 10) % 2], bubbles: true }));
        requestAnimationFrame(() => { c.getContext("2d").getImageData(0, 0, 1, 1); times.push(performance.now() - began); setTimeout(step); }); };
      step(); })
    """
  }
}
