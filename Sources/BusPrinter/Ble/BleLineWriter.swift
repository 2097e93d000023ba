import BleSide
public import NinebotBus

/// One line of text for each message over the air, in the columns of the bus.
public struct BleLineWriter: Sendable {
  private let layout: TextLineWriter.Layout
  private let style: Style
  private let text: FrameText
  private var times: TimeWriter

  /// - Parameters:
  ///   - profile: what the bytes mean.
  ///   - origin: Unix nanoseconds of the recording's time 0; 0 where it is not known.
  ///   - layout: which columns there are.
  ///   - style: how it looks on the terminal.
  public init(profile: Profile, origin: Int64, layout: TextLineWriter.Layout, style: Style) {
    self.layout = layout
    self.style = style
    text = FrameText(profile: profile, style: style)
    times = TimeWriter(style: layout.time, decimals: layout.decimals, origin: origin)
  }

  public mutating func append(_ row: BleRow, to out: inout TextBuffer) {
    let message = row.message
    if layout.time != .none {
      style.begin(.faint, &out)
      times.append(row.time, to: &out)
      style.end(.faint, &out)
      out.append(UInt8(ascii: " "))
    }
    out.append("ble")
    out.append(decimal: message.connection)
    out.append(message.direction == .toScooter ? " > " : " < ")
    if layout.raw {
      if !message.ok { out.append(UInt8(ascii: "!")) }
    } else {
      what(row, &out)
      out.append(" ; ")
    }
    let bytes = message.condition == .readable ? message.body : message.air
    out.append(hex: bytes.span, separator: UInt8(ascii: " "))
    out.append(UInt8(ascii: "\n"))
  }

  private func what(_ row: BleRow, _ out: inout TextBuffer) {
    let message = row.message
    if message.solicited == false {
      style.begin(.alarm, &out)
      out.append("UNASKED ")
      style.end(.alarm, &out)
    }
    if let reading = row.reading {
      text.ends(reading, to: &out)
      text.what(reading, to: &out)
      text.values(reading, in: row.frame.span, to: &out)
      return
    }
    out.append(message.condition.name)
    if let length = message.length { lengthHint(length, message, &out) }
    if let counter = message.counter {
      out.append(" counter=")
      out.append(decimal: counter)
    }
  }

  /// What L alone tells: which register blocks have so many bytes.
  private func lengthHint(_ length: UInt8, _ message: BleMessage, _ out: inout TextBuffer) {
    let count = LengthTable.dataBytes(length: length, message.format)
    out.append(" data=")
    out.append(decimal: count)
    var separator: StaticString = " fits "
    guard message.direction == .toPhone else { return }
    for block in LengthTable.blocks(dataBytes: count) {
      out.append(separator)
      out.append(string: block.description)
      separator = ", "
    }
  }
}
