import BusTimeline

/// The top of the page: what was looked at, and the verdict in plain words.
struct VerdictSection {
  let report: HtmlReport

  func write(to page: inout PageText) {
    let diagnosis = report.diagnosis
    page.raw("<header class=\"verdict \(Self.mark(diagnosis.outcome))\">\n<p class=\"source\">")
    page.element("span", class: "mark", "mi-bus")
    page.text(report.title)
    if let phone = report.phoneTitle { page.text(" + \(phone)") }
    if let wire = diagnosis.wire { page.text(" · \(Words.time(wire.duration))") }
    if let recorded = report.recorded { page.text(" · \(recorded)") }
    page.raw("</p>\n<p class=\"stamp\">")
    page.text(Self.words(diagnosis.outcome))
    if diagnosis.outcome != .undecided, diagnosis.confidence >= 0.9 {
      page.raw(" <span class=\"sure\">")
      page.text("\(Words.percent(diagnosis.confidence)) sure")
      page.raw("</span>")
    }
    page.raw("</p>\n")
    page.element("h1", diagnosis.verdict.first ?? "\(Self.words(diagnosis.outcome)).")
    page.raw("\n")
    if diagnosis.verdict.count > 1 {
      page.element("p", class: "lead", diagnosis.verdict.dropFirst().joined(separator: " "))
    }
    page.raw("\n</header>\n")
  }

  private static func mark(_ outcome: Diagnosis.Outcome) -> String {
    switch outcome {
    case .injects: "found"
    case .clean: "clean"
    case .undecided: "open"
    }
  }

  private static func words(_ outcome: Diagnosis.Outcome) -> String {
    switch outcome {
    case .injects: "Something injects messages"
    case .clean: "Nothing injects messages"
    case .undecided: "Cannot tell whether something injects messages"
    }
  }
}

/// The end of the page: what is missing in the picture, and how it came about.
struct FooterSection {
  let report: HtmlReport

  func write(to page: inout PageText) {
    page.raw("<footer>\n<p>")
    page.text(alignment)
    page.raw("</p>\n<p>")
    page.text(
      "Who sent a frame is a finding from its timing and place in the rhythm, not from the address that it carries; "
        + "where the evidence does not carry, the sender is unknown. ")
    page.text("This page was made by mi-bus. It is one file, loads nothing and sends nothing.")
    page.raw("</p>\n</footer>\n")
  }

  private var alignment: String {
    switch report.diagnosis.alignment {
    case .none where report.diagnosis.wire == nil:
      "This is the phone's log alone, on the phone's clock, from its first message on. The bus was not recorded beside "
        + "it, so it cannot be told which device made the scooter send what the phone never asked for."
    case .none: "There is no phone log beside this capture."
    case .found(let clock):
      "The phone's clock was laid over the bus's by \(Words.some(clock.pairs, "message")) seen on both sides: "
        + "where both ran it is \(clock.best.words), \(clock.drift.words). No recorded time was changed."
    case .refused(let why): "The phone's clock could not be laid over the bus's: \(why)."
    }
  }
}
