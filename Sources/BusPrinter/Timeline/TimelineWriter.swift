public import BusTimeline

/// The time line in two columns on one clock: the wire on the left, the phone on the right. What made an item happen
/// stands before what it says, because what does not fit is cut.
public struct TimelineWriter: Sendable {
  private let style: Style
  /// Columns of the times, of the wire's side and of the phone's.
  private let widths: (time: Int, wire: Int, phone: Int)
  private let items: [TimelineItem]

  /// - Parameters:
  ///   - items: what happened on both sides, in the order of time.
  ///   - columns: of the terminal; no line is wider, unless there are fewer than 40.
  ///   - style: how it looks on the terminal.
  public init(_ items: [TimelineItem], columns: Int, style: Style) {
    self.items = items
    self.style = style
    let time = max(Self.width(ofTime: items.first), Self.width(ofTime: items.last))
    let sides = max(40, columns) - time - " ".count - Self.bar.utf8CodeUnitCount
    let wire = items.contains { $0.lane == .phone } ? sides / 2 : sides
    widths = (time, wire, sides - wire)
  }

  private static let bar: StaticString = " | "

  private static func width(ofTime item: TimelineItem?) -> Int {
    var out = TextBuffer(capacity: 64)
    out.append(seconds: item?.start ?? 0, decimals: 6)
    return out.bytes.count
  }

  /// Items that start in a range of nanoseconds.
  public func text(in range: Range<Int64>, to out: inout TextBuffer) {
    for item in items where range.contains(item.start) { text(item, &out) }
  }

  private func text(_ item: TimelineItem, _ out: inout TextBuffer) {
    style.begin(.faint, &out)
    out.append(seconds: item.start, decimals: 6, width: widths.time)
    style.end(.faint, &out)
    out.append(UInt8(ascii: " "))
    switch item.lane {
    case .wire(let sender):
      let text = wire(item, sender)
      cell(text, item.kind == .damage ? .alarm : Style.Part(sender), widths.wire, &out)
      out.append(string: String(repeating: " ", count: max(0, widths.wire - text.count)))
      out.append(" |")
    case .phone:
      out.append(string: String(repeating: " ", count: widths.wire))
      out.append(Self.bar)
      let isAlarm = item.solicited == false || item.outcome?.isBroken == true
      cell(phone(item), isAlarm ? .alarm : .plain, widths.phone, &out)
    }
    out.append(UInt8(ascii: "\n"))
  }

  private func wire(_ item: TimelineItem, _ sender: Transmitter) -> String {
    let name = item.kind == .damage ? "spoiled" : sender.name
    return name + String(repeating: " ", count: max(1, 8 - name.count)) + cause(of: item) + item.label
  }

  private func phone(_ item: TimelineItem) -> String {
    guard item.kind == .notification else {
      let outcome = item.outcome.flatMap { $0.isBroken ? "\($0.name) ".uppercased() : nil }
      return "> \(outcome ?? "")\(item.label)"
    }
    guard item.solicited == false else { return "< \(cause(of: item))\(item.label)" }
    var asker = ""
    if case .reply(let sender) = item.cause { asker = "\(sender.name) " }
    return "< UNASKED \(asker)\(cause(of: item))\(item.label)"
  }

  /// `<- dash1 7.8 ms  `: whose item made it happen, and how long after the end of that it began.
  private func cause(of item: TimelineItem) -> String {
    guard let index = item.causedBy, items.indices.contains(index) else { return "" }
    let cause = items[index]
    var out = TextBuffer(capacity: 64)
    out.append("<- ")
    switch cause.lane {
    case .wire(let sender): out.append(string: sender.name)
    case .phone: out.append("phone")
    }
    out.append(UInt8(ascii: " "))
    let delay = item.start &- cause.start &- cause.duration
    out.append(fixed: (delay + (delay < 0 ? -50_000 : 50_000)) / 100_000, decimals: 1)
    out.append(" ms  ")
    return String(decoding: out.bytes, as: UTF8.self)
  }

  /// A text in its colour, cut to `width`.
  private func cell(_ text: String, _ part: Style.Part, _ width: Int, _ out: inout TextBuffer) {
    style.begin(part, &out)
    out.append(string: text.count > width ? text.prefix(max(0, width - 1)) + "…" : text)
    style.end(part, &out)
  }

  // MARK: - JSON

  /// One object a line: `{"kind":"item",…}`, `caused_by` is the number of the item that made it happen.
  public func json(in range: Range<Int64>, to out: inout TextBuffer) {
    for (number, item) in items.enumerated() where range.contains(item.start) {
      out.append(string: "{\"kind\":\"item\",\"n\":\(number),\"t\":")
      out.append(seconds: item.start, decimals: 9)
      out.append(",\"dur\":")
      out.append(seconds: item.duration, decimals: 9)
      switch item.lane {
      case .wire(let sender): out.append(string: ",\"side\":\"bus\",\"sender\":\"\(sender.name)\"")
      case .phone:
        out.append(string: ",\"side\":\"ble\",\"dir\":\"\(item.kind == .phoneWrite ? "to-scooter" : "to-phone")\"")
      }
      out.append(string: ",\"ok\":\(item.kind != .damage),\"hex\":\"")
      out.append(hex: item.bytes.span)
      out.append("\",\"text\":")
      out.append(quoted: item.label)
      out.append(",\"cause\":\"")
      out.append(item.cause)
      out.append(UInt8(ascii: "\""))
      if let cause = item.causedBy { out.append(string: ",\"caused_by\":\(cause)") }
      if let outcome = item.outcome { out.append(string: ",\"outcome\":\"\(outcome.name)\"") }
      if let solicited = item.solicited { out.append(string: ",\"solicited\":\(solicited)") }
      out.append("}\n")
    }
  }
}
