public import BusTimeline
public import NinebotBus

/// One line of text for each thing on the bus: time, tap, who to whom, what, values, bytes.
public struct TextLineWriter: Sendable {
  /// What goes on a line.
  public struct Layout: Sendable {
    public var time: TimeStyle
    /// Digits behind the decimal point of a second.
    public var decimals: Int
    /// Bytes only: no names, no values.
    public var raw: Bool

    public init(time: TimeStyle = .zero, decimals: Int = 6, raw: Bool = false) {
      self.time = time
      self.decimals = decimals
      self.raw = raw
    }
  }

  private let layout: Layout
  private let style: Style
  private let text: FrameText
  private let tapNames: [[UInt8]]
  private let tapWidth: Int
  private let clockLeads: [Int64]
  private var times: TimeWriter

  /// - Parameters:
  ///   - profile: what the bytes mean.
  ///   - taps: names, in the order of tap indexes.
  ///   - origin: Unix nanoseconds of the capture's time 0; 0 where it is not known.
  ///   - clockLeads: nanoseconds by which the clock of each tap's recording is ahead of the capture's; none is 0.
  ///   - layout: which columns there are.
  ///   - style: how it looks on the terminal.
  public init(
    profile: Profile, taps: [String], origin: Int64, clockLeads: [Int64] = [], layout: Layout, style: Style
  ) {
    self.layout = layout
    self.style = style
    self.clockLeads = clockLeads
    text = FrameText(profile: profile, style: style)
    tapNames = taps.map { Array($0.utf8) }
    tapWidth = (tapNames.map(\.count).max() ?? 0) + 1
    times = TimeWriter(style: layout.time, decimals: layout.decimals, origin: origin)
  }

  public mutating func append(_ row: AttributedEvent, bytes: Span<UInt8>, to out: inout TextBuffer) {
    if layout.time != .none {
      style.begin(.faint, &out)
      times.append(
        row.event.start.middle, lead: row.tap < clockLeads.count ? clockLeads[row.tap] : 0, to: &out)
      style.end(.faint, &out)
      out.append(UInt8(ascii: " "))
    }
    out.startLine()
    out.append(tapNames[row.tap])
    out.pad(to: tapWidth)
    if layout.raw {
      if row.event.kind != .frame || !row.event.checksumHolds { out.append(UInt8(ascii: "!")) }
    } else if let reading = row.reading {
      frame(row, reading, bytes, &out)
    } else {
      stray(row.event, &out)
    }
    out.append(hex: bytes, separator: UInt8(ascii: " "))
    out.append(UInt8(ascii: "\n"))
  }

  private func frame(_ row: AttributedEvent, _ reading: FrameReading, _ bytes: Span<UInt8>, _ out: inout TextBuffer) {
    text.ends(reading, to: &out)
    if let finding = row.finding { sender(finding, &out) }
    text.what(reading, to: &out)
    if !row.event.checksumHolds { mark(" BAD-CHECKSUM", &out) }
    if row.event.fault != .none { mark(" LINE-FAULT", &out) }
    text.values(reading, in: bytes, to: &out)
    out.append(" ; ")
  }

  private func sender(_ finding: Finding, _ out: inout TextBuffer) {
    let part = Style.Part(finding.sender)
    style.begin(part, &out)
    out.append(finding.sender)
    if finding.contradictsClaim { out.append(UInt8(ascii: "!")) }
    style.end(part, &out)
    let written = finding.sender.width + (finding.contradictsClaim ? 1 : 0)
    for _ in min(written, 7)..<8 { out.append(UInt8(ascii: " ")) }
  }

  private func mark(_ text: StaticString, _ out: inout TextBuffer) {
    style.begin(.alarm, &out)
    out.append(text)
    style.end(.alarm, &out)
  }

  /// A collision, on a line of its own behind what followed it, with its own time.
  public func append(_ collision: Collision, to out: inout TextBuffer) {
    out.append("      ")
    style.begin(.alarm, &out)
    out.append("collision")
    style.end(.alarm, &out)
    out.append(" at ")
    out.append(seconds: collision.start.middle, decimals: 6)
    out.append(" s of ")
    for (index, party) in collision.parties.enumerated() {
      if index > 0 { out.append(" and ") }
      out.append(party)
    }
    out.append(": ")
    out.append(decimal: collision.lostFrames)
    out.append(" frames lost")
    if let retry = collision.retry {
      out.append("; asked again at ")
      out.append(seconds: retry, decimals: 6)
    }
    out.append(UInt8(ascii: "\n"))
  }

  private func stray(_ event: BusEvent, _ out: inout TextBuffer) {
    style.begin(.alarm, &out)
    out.append(event.kind == .garbage ? "garbage" : event.fault.name)
    style.end(.alarm, &out)
    out.append(" ; ")
  }
}

extension Transmitter {
  /// Characters in the name.
  var width: Int {
    if case .dash(let number) = self { number < 10 ? 5 : 6 } else { staticName.utf8CodeUnitCount }
  }
}

extension TextBuffer {
  mutating func append(_ transmitter: Transmitter) {
    append(transmitter.staticName)
    if case .dash(let number) = transmitter { append(decimal: number) }
  }
}
