import BusTimeline
import NinebotBus

/// Who transmitted, and what injectors ask for.
struct TableSection {
  let diagnosis: Diagnosis
  let senders: [SenderRow]
  let lanes: LaneOrder

  func write(to page: inout PageText) {
    if !senders.isEmpty { senderTable(&page) }
    for injector in diagnosis.injectors { evidence(injector, &page) }
    for injector in diagnosis.injectors where !injector.registers.isEmpty { registerTable(injector, &page) }
  }

  private func open(_ id: String, _ title: String, _ note: String, _ columns: [(String, Bool)], _ page: inout PageText)
  {
    page.raw("<section aria-labelledby=\"\(id)\">\n<h2 id=\"\(id)\">")
    page.text(title)
    page.raw("</h2>\n")
    if !note.isEmpty { page.element("p", class: "note", note) }
    page.raw("\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"\(id)\"><table><thead><tr>")
    for (name, isNumber) in columns {
      page.raw("<th scope=\"col\"\(isNumber ? " class=\"number\"" : "")>")
      page.text(name)
      page.raw("</th>")
    }
    page.raw("</tr></thead><tbody>\n")
  }

  private func close(_ page: inout PageText) { page.raw("</tbody></table></div>\n</section>\n") }

  private func senderTable(_ page: inout PageText) {
    open(
      "senders-title", "Who talks on the wire",
      "Each chip has a clock and a manner of its own: how far its bits are off, and how fast bytes follow each other.",
      [
        ("Device", false), ("Frames", true), ("Share of time", true), ("Bit clock", true), ("Byte to byte", true),
        ("Asks for mostly", false),
      ], &page)
    for row in senders {
      page.raw("<tr\(row.sender.isForeign ? " class=\"foreign\"" : "")><th scope=\"row\">")
      let (name, what) = Words.device(.wire(row.sender))
      page.text(name)
      page.raw(" ")
      page.element("small", what)
      page.raw("</th>")
      page.element("td", class: "number", Words.count(row.frames))
      page.element("td", class: "number", row.share.map(Words.percent) ?? "–")
      page.element("td", class: "number", row.bitClock.map { Words.decimal($0, 0) + " ppm" } ?? "–")
      page.element("td", class: "number", row.pitch.map { Words.decimal($0 / 1e3, 1) + " µs" } ?? "–")
      page.element("td", class: "wide", row.messages.prefix(4).map(Self.message).joined(separator: ", "))
      page.raw("</tr>\n")
    }
    close(&page)
  }

  private static func message(_ message: SenderRow.Message) -> String {
    let name = message.name.isEmpty ? message.number.map(Words.hex) ?? "unknown" : message.name
    return "\(name) \(Words.decimal(message.rate, 1))/s"
  }

  private func evidence(_ injector: Diagnosis.Injector, _ page: inout PageText) {
    let name = injector.sender.name
    page.raw(
      "<section aria-labelledby=\"evidence-\(name)\">\n<h2 id=\"evidence-\(name)\">What \(name) is known by</h2>\n")
    page.raw("<ul class=\"remarks\">")
    for line in injector.evidenceWords { page.element("li", line) }
    page.raw("</ul>\n</section>\n")
  }

  private func registerTable(_ injector: Diagnosis.Injector, _ page: inout PageText) {
    let seconds = max(1e-9, Double(injector.last &- injector.first) / 1e9)
    let acts = [
      injector.registers.contains { $0.act == .write } ? "sets" : nil, injector.questions > 0 ? "asks for" : nil,
    ]
    open(
      "asks-\(injector.sender.name)",
      "What \(injector.sender.name) \(Wording.list(acts.compactMap { $0 }))", "",
      [("Of", false), ("Register", true), ("Name", false), ("Does", false), ("Times", true), ("A second", true)],
      &page)
    for register in injector.registers {
      page.raw("<tr>")
      page.element("td", "\(register.subject.name)".uppercased())
      page.element("td", class: "number", Words.hex(register.register))
      page.element("td", register.name.isEmpty ? "–" : register.name)
      page.element("td", Self.act(register))
      page.element("td", class: "number", Words.count(register.requests))
      page.element("td", class: "number", Words.decimal(Double(register.requests) / seconds, 2))
      page.raw("</tr>\n")
    }
    close(&page)
  }

  private static func act(_ register: Diagnosis.PolledRegister) -> String {
    switch register.act {
    case .read: "asks for \(Words.some(Int(register.bytes), "byte"))"
    case .write: register.written.map { "sets, last to \($0.words)" } ?? "sets"
    case .request: "asks"
    }
  }
}
