public import BusTimeline

/// The time line in two columns on one clock: the wire on the left, the phone on the right, causes told beside.
public struct TimelineWriter: Sendable {
  private let style: Style
  /// Columns of the wire's side.
  private let width: Int
  private let items: [TimelineItem]

  /// - Parameters:
  ///   - items: what happened on both sides, in the order of time.
  ///   - columns: of the terminal.
  ///   - style: how it looks on the terminal.
  public init(_ items: [TimelineItem], columns: Int, style: Style) {
    self.items = items
    self.style = style
    width = max(28, min(70, (columns - 14) * 3 / 5))
  }

  /// Items that start in a range of nanoseconds.
  public func text(in range: Range<Int64>, to out: inout TextBuffer) {
    for item in items where range.contains(item.start) { text(item, &out) }
  }

  private func text(_ item: TimelineItem, _ out: inout TextBuffer) {
    style.begin(.faint, &out)
    out.append(seconds: item.start, decimals: 6, width: 13)
    style.end(.faint, &out)
    out.append(UInt8(ascii: " "))
    switch item.lane {
    case .wire(let sender): wire(item, sender, &out)
    case .phone: phone(item, &out)
    }
    out.append(UInt8(ascii: "\n"))
  }

  private func wire(_ item: TimelineItem, _ sender: Transmitter, _ out: inout TextBuffer) {
    let part: Style.Part = item.kind == .damage ? .alarm : Style.Part(sender)
    let name = item.kind == .damage ? "spoiled" : sender.name
    var text = name + String(repeating: " ", count: max(1, 8 - name.count)) + item.label
    if let cause = cause(of: item) { text += "  \(cause)" }
    style.begin(part, &out)
    out.append(string: fitted(text))
    style.end(part, &out)
    out.append(" |")
  }

  private func phone(_ item: TimelineItem, _ out: inout TextBuffer) {
    out.append(string: String(repeating: " ", count: width))
    out.append(" | ")
    guard item.kind == .notification else {
      out.append(string: "phone > ")
      if let word = Self.mark(item.outcome) {
        style.begin(.alarm, &out)
        out.append(word)
        style.end(.alarm, &out)
        out.append(UInt8(ascii: " "))
      }
      out.append(string: item.label)
      return
    }
    let isUnasked = item.solicited == false
    style.begin(isUnasked ? .alarm : .plain, &out)
    out.append(string: "phone < \(isUnasked ? "UNASKED " : "")\(item.label)")
    style.end(isUnasked ? .alarm : .plain, &out)
    if let cause = cause(of: item) { out.append(string: "  \(cause)") }
  }

  /// `<- 7.788228 dash1`: what made it happen, and whose request that was.
  private func cause(of item: TimelineItem) -> String? {
    guard let index = item.causedBy, items.indices.contains(index) else { return nil }
    var out = TextBuffer(capacity: 64)
    out.append("<- ")
    out.append(seconds: items[index].start, decimals: 6)
    switch item.cause {
    case .reply(let asker): out.append(string: " asked by \(asker.name)")
    case .replyToPhone: out.append(" asked by the phone")
    default: break
    }
    return String(decoding: out.bytes, as: UTF8.self)
  }

  /// What broke off, in a word; nil where nothing did, or it is not known.
  private static func mark(_ outcome: CausalChain.Outcome?) -> StaticString? {
    switch outcome {
    case .neverOnWire: "NEVER-ON-WIRE"
    case .unanswered: "UNANSWERED"
    case .lostInCollision: "LOST-IN-COLLISION"
    case .notForwarded: "NOT-FORWARDED"
    case .complete, .delivered, nil: nil
    }
  }

  private func fitted(_ text: String) -> String {
    text.count > width
      ? String(text.prefix(width - 1)) + "…" : text + String(repeating: " ", count: width - text.count)
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
