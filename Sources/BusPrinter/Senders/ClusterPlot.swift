public import BusTimeline

/// A picture (SVG) of the frames of a capture by byte pitch and bit clock, a mark for each, a colour and a shape for
/// each transmitter. Where edges were not seen, time takes the place of the bit clock.
public struct ClusterPlot: Sendable {
  private struct Axis {
    var least: Double
    var most: Double
    /// Distance of the ticks.
    var step: Double
    var title: String

    /// Rounds the range outwards to whole steps of 1, 2 or 5 times a power of ten.
    init(_ values: [Double], title: String) {
      self.title = title
      let low = values.min() ?? 0
      let high = values.max() ?? 1
      let width = max(high - low, 1e-6, abs(high) * 1e-6)
      var power = 1.0
      while power * 10 <= width / 5 { power *= 10 }
      while power > width / 5 { power /= 10 }
      step = [1.0, 2, 5, 10].map { $0 * power }.first { width / $0 <= 8 } ?? power * 10
      least = (low / step - 0.2).rounded(.down) * step
      most = (high / step + 0.2).rounded(.up) * step
    }

    func position(_ value: Double, _ length: Double) -> Double { (value - least) / (most - least) * length }

    var ticks: [Double] { stride(from: least, through: most + step / 2, by: step).map { $0 } }
  }

  private static let width = 760.0
  private static let height = 440.0
  private static let left = 78.0
  private static let top = 46.0
  private static let plotWidth = 520.0
  private static let plotHeight = 330.0

  public init() {}

  /// - Parameters:
  ///   - points: a sample of frames with their measures.
  ///   - title: one line above the picture.
  ///   - out: takes the picture.
  public func svg(_ points: [ClusterSample.Point], title: String, to out: inout TextBuffer) {
    let clocked = points.contains { $0.bitClock != nil }
    let shown = clocked ? points.filter { $0.bitClock != nil } : points
    let x = Axis(shown.map(\.pitch), title: "byte pitch, start bit to start bit (us)")
    let y = Axis(
      shown.map { Self.height(of: $0, clocked) },
      title: clocked ? "bit length against nominal (ppm)" : "time (s)")
    head(title, &out)
    axes(x, y, &out)
    let senders = Set(shown.map(\.transmitter)).sorted()
    for sender in senders {
      out.append(string: "<g class=\"\(Self.style(sender))\">\n")
      for point in shown where point.transmitter == sender {
        mark(
          sender, Self.left + x.position(point.pitch, Self.plotWidth),
          Self.top + Self.plotHeight - y.position(Self.height(of: point, clocked), Self.plotHeight), &out)
      }
      out.append("</g>\n")
    }
    legend(senders, shown, &out)
    out.append("</svg>\n")
  }

  private static func height(of point: ClusterSample.Point, _ clocked: Bool) -> Double {
    clocked ? point.bitClock ?? 0 : Double(point.time) / 1e9
  }

  // MARK: - Parts

  /// Colours that differ in lightness too (Okabe and Ito's palette), for light and dark backgrounds.
  private func head(_ title: String, _ out: inout TextBuffer) {
    let (width, height) = (Self.number(Self.width), Self.number(Self.height))
    out.append(
      string:
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" \
        role="img" font-family="sans-serif" font-size="12">
        <style>
        .page{fill:#fff}.ink{fill:#222}.rule{stroke:#8888;stroke-width:1}
        .esc{fill:#0072b2;stroke:#0072b2}.ble{fill:#d55e00;stroke:#d55e00}.bms{fill:#009e73;stroke:#009e73}
        .dash1{fill:#b5509a;stroke:#b5509a}.dash2{fill:#a07800;stroke:#a07800}.dash3{fill:#3b8ec2;stroke:#3b8ec2}
        .unknown{fill:#777;stroke:#777}.mark{fill-opacity:.55;stroke-width:.6}
        @media (prefers-color-scheme:dark){.page{fill:#16181c}.ink{fill:#e6e6e6}
        .esc{fill:#4aa8e0;stroke:#4aa8e0}.ble{fill:#ff8a3c;stroke:#ff8a3c}.bms{fill:#2fd3a2;stroke:#2fd3a2}
        .dash1{fill:#e88fd0;stroke:#e88fd0}.dash2{fill:#f0c343;stroke:#f0c343}.dash3{fill:#8fd0ff;stroke:#8fd0ff}}
        </style>
        <rect class="page" width="\(width)" height="\(height)"/>
        <text class="ink" x="\(Self.number(Self.left))" y="26" font-size="15">\(Self.escaped(title))</text>

        """)
  }

  private func axes(_ x: Axis, _ y: Axis, _ out: inout TextBuffer) {
    let (left, top, bottom) = (Self.left, Self.top, Self.top + Self.plotHeight)
    let right = left + Self.plotWidth
    for tick in x.ticks {
      let place = left + x.position(tick, Self.plotWidth)
      line(place, top, place, bottom, &out)
      label(Self.tick(tick, x.step), place, bottom + 18, "middle", &out)
    }
    for tick in y.ticks {
      let place = bottom - y.position(tick, Self.plotHeight)
      line(left, place, right, place, &out)
      label(Self.tick(tick, y.step), left - 8, place + 4, "end", &out)
    }
    label(x.title, (left + right) / 2, bottom + 44, "middle", &out)
    let middle = Self.number((top + bottom) / 2)
    out.append(
      string:
        "<text class=\"ink\" text-anchor=\"middle\" transform=\"translate(16 \(middle)) rotate(-90)\">\(y.title)</text>\n"
    )
  }

  private func legend(
    _ senders: [Transmitter], _ points: [ClusterSample.Point], _ out: inout TextBuffer
  ) {
    let left = Self.left + Self.plotWidth + 24
    for (index, sender) in senders.enumerated() {
      let y = Self.top + 16 + 22 * Double(index)
      out.append(string: "<g class=\"\(Self.style(sender))\">")
      mark(sender, left, y - 4, &out)
      out.append("</g>\n")
      label("\(sender.name), \(points.count { $0.transmitter == sender }) points", left + 14, y, "start", &out)
    }
    if points.isEmpty { label("no frame's bytes were timed", left, Self.top + 16, "start", &out) }
  }

  /// Shapes differ too, for those who see colours otherwise.
  private func mark(_ sender: Transmitter, _ x: Double, _ y: Double, _ out: inout TextBuffer) {
    let (x1, y1) = (Self.number(x), Self.number(y))
    switch sender {
    case .dash:
      out.append(string: "<path class=\"mark\" d=\"M\(x1) \(Self.number(y - 4))l4 7h-8z\"/>\n")
    case .esc:
      out.append(
        string:
          "<rect class=\"mark\" x=\"\(Self.number(x - 3))\" y=\"\(Self.number(y - 3))\" width=\"6\" height=\"6\"/>\n")
    default: out.append(string: "<circle class=\"mark\" cx=\"\(x1)\" cy=\"\(y1)\" r=\"3\"/>\n")
    }
  }

  private func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ out: inout TextBuffer) {
    let places = [x1, y1, x2, y2].map(Self.number)
    out.append(
      string:
        "<line class=\"rule\" x1=\"\(places[0])\" y1=\"\(places[1])\" x2=\"\(places[2])\" y2=\"\(places[3])\"/>\n")
  }

  private func label(_ text: String, _ x: Double, _ y: Double, _ anchor: String, _ out: inout TextBuffer) {
    out.append(
      string:
        "<text class=\"ink\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" text-anchor=\"\(anchor)\">"
        + Self.escaped(text) + "</text>\n")
  }

  private static func style(_ sender: Transmitter) -> String {
    switch sender {
    case .externalBms: "bms"
    // Three colours for dashes; more of them share.
    case .dash(let number): "dash\((Int(number) + 2) % 3 + 1)"
    default: sender.name
    }
  }

  private static func tick(_ value: Double, _ step: Double) -> String {
    step >= 1 ? "\(Int(value.rounded()))" : number(value)
  }

  private static func number(_ value: Double) -> String {
    var buffer = TextBuffer(capacity: 64)
    buffer.append(number: value, decimals: 1)
    return String(decoding: buffer.bytes, as: UTF8.self)
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
  }
}
