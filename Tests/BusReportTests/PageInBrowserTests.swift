import BusReport
import BusTimeline
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
    let text = try browser.evaluate("document.querySelector('.lanes').dataset.from + ' ' + document.querySelector('.lanes').dataset.span")
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
}
