import BusTimeline

/// The whole capture as a still picture: how busy each lane was, and how much of it an injector made.
struct OverviewPicture {
  let density: LaneDensity
  let lanes: LaneOrder

  private static let left = 110
  private static let width = 900
  private static let lane = 44

  func write(to page: inout PageText) {
    let height = lanes.lanes.count * Self.lane + 30
    page.raw("<figure class=\"still\"><svg viewBox=\"0 0 \(Self.left + Self.width + 10) \(height)\" role=\"img\" ")
    page.raw("aria-label=\"How busy each device was over the whole capture\">\n")
    for (index, lane) in lanes.lanes.enumerated() { row(lane, y: index * Self.lane, &page) }
    axis(y: lanes.lanes.count * Self.lane, &page)
    page.raw("</svg>\n<figcaption>The whole capture: how much of the time each device held the wire (square root). ")
    page.raw("The strong colour is what was injected, caused by it, or not asked for.</figcaption></figure>\n")
  }

  private var steps: Int {
    let span = max(1, density.end &- (density.start ?? 0))
    return Int(max(1, (span + density.width - 1) / density.width))
  }

  private func row(_ lane: TimelineItem.Lane, y: Int, _ page: inout PageText) {
    page.raw("<text class=\"lane\" x=\"0\" y=\"\(y + 27)\">")
    page.text(Words.device(lane).name)
    page.raw("</text><path class=\"base\" d=\"M\(Self.left) \(y + Self.lane - 4)h\(Self.width)\"/>")
    let steps = density.lanes[lane] ?? []
    bars(steps.map { $0.busy }, "busy", y, &page)
    bars(steps.map { $0.foreign }, "foreign", y, &page)
    page.raw("\n")
  }

  /// One path of all bars, in tenths so that no fraction has to be written.
  private func bars(_ values: [Int64], _ name: String, _ y: Int, _ page: inout PageText) {
    guard values.contains(where: { $0 > 0 }) else { return }
    let count = steps
    page.raw("<path class=\"\(name)\" transform=\"scale(.1)\" d=\"")
    for (index, busy) in values.enumerated() where busy > 0 {
      let share = min(1, Double(busy) / Double(density.width))
      let tall = max(8, Int(share.squareRoot() * Double(Self.lane - 10) * 10))
      let x = Self.left * 10 + index * Self.width * 10 / count
      let wide = max(4, (index + 1) * Self.width * 10 / count - index * Self.width * 10 / count)
      page.raw("M\(x) \((y + Self.lane - 4) * 10)v-\(tall)h\(wide)v\(tall)z")
    }
    page.raw("\"/>")
  }

  private func axis(y: Int, _ page: inout PageText) {
    let start = density.start ?? 0
    for quarter in 0...4 {
      let x = Self.left + quarter * Self.width / 4
      let time = start &+ (density.end &- start) / 4 * Int64(quarter)
      page.raw("<text class=\"tick\(quarter == 4 ? " last" : "")\" x=\"\(x)\" y=\"\(y + 18)\">")
      page.text(Words.decimal(Double(time) / 1e9, 1) + " s")
      page.raw("</text>")
    }
    page.raw("\n")
  }
}
