import BusTimeline
import NinebotBus

/// What happens, step by step, for somebody who knows neither protocol; with a picture.
struct StorySection {
  let diagnosis: Diagnosis

  func write(to page: inout PageText) {
    guard diagnosis.injects else { return advice("section", &page) }
    page.raw("<section class=\"story\" aria-labelledby=\"story-title\">\n<h2 id=\"story-title\">What happens</h2>\n")
    // The picture's numbers are those of the questions' way, so what comes first stands before the list.
    if asks {
      for act in acts {
        page.element("h3", act.title)
        page.element("p", act.text)
      }
    }
    page.raw("<div class=\"columns\">\n<div>\n")
    if asks {
      WiringPicture(injectors: diagnosis.injectors.map(\.sender.name), hasPhone: diagnosis.notifications != nil)
        .write(to: &page)
    }
    advice("div", &page)
    page.raw("</div>\n<ol class=\"steps\">\n")
    for step in steps {
      page.raw("<li>")
      page.element("h3", step.title)
      page.element("p", step.text)
      page.raw("</li>\n")
    }
    page.raw("</ol>\n</div>\n</section>\n")
  }

  /// Beside the story where there is one, else on its own.
  private func advice(_ tag: StaticString, _ page: inout PageText) {
    guard !diagnosis.advice.isEmpty else { return }
    page.raw("<\(tag) class=\"advice\">\n<h2>What to do</h2>\n<ul>")
    for line in diagnosis.advice { page.element("li", line) }
    page.raw("</ul>\n</\(tag)>\n")
  }

  private var steps: [(title: String, text: String)] { asks ? [asking, answering, passingOn, hanging] : acts }

  /// What injectors do besides asking, the worst first.
  private var acts: [(title: String, text: String)] {
    [
      diagnosis.injectors.contains { !$0.writes.isEmpty } ? changing : nil,
      diagnosis.injectors.contains { $0.forgedFrames > 0 } ? forging : nil,
    ].compactMap { $0 }
  }

  /// Whether something is asked that the scooter was not built to ask.
  private var asks: Bool { diagnosis.injectors.isEmpty || diagnosis.injectors.contains { $0.questions > 0 } }

  private var changing: (title: String, text: String) {
    let writers = diagnosis.injectors.filter { !$0.writes.isEmpty }
    let names = Wording.list(writers.map(\.sender.name))
    let settings = writers.flatMap(\.writes).prefix(6).map { "\($0.writing) (of \(Wording.part($0.subject)))" }
    return (
      "\(names) \(writers.count == 1 ? "changes" : "change") settings of the scooter",
      "On the wire a setting is a number in a register, and whoever is on the wire can write it; the scooter cannot see "
        + "who did. Set from there: \(settings.joined(separator: "; "))."
    )
  }

  private var forging: (title: String, text: String) {
    let forgers = diagnosis.injectors.filter { $0.forgedFrames > 0 }
    let frames = forgers.reduce(0) { $0 + $1.forgedFrames }
    let whom = Set(forgers.flatMap { $0.forgedAs.map(\.role) }).sorted { $0.rawValue < $1.rawValue }.map(Wording.part)
    let isOne = forgers.count == 1
    let asks = forgers.contains { $0.questions > 0 } ? "" : isOne ? " asks nothing," : " ask nothing,"
    return (
      "\(Wording.list(forgers.map(\.sender.name))) \(isOne ? "speaks" : "speak") in another's name",
      "\(isOne ? "It sits" : "They sit") on the wire between the BLE module and the motor controller,\(asks) and sent "
        + "\(Words.some(frames, "frame")) that say they come from "
        + "\(whom.isEmpty ? "another device" : Wording.list(whom)). What the display or the phone shows then is not what "
        + "the scooter said."
    )
  }

  private var names: String {
    diagnosis.injectors.isEmpty ? "a device on the wire" : Wording.list(diagnosis.injectors.map(\.sender.name))
  }

  private var isOne: Bool { diagnosis.injectors.count < 2 }

  private var asking: (title: String, text: String) {
    guard !diagnosis.injectors.isEmpty else {
      return (
        "Something on the wire asks",
        "The bus was not recorded, so it is not known which device asks. Its questions show by the answers only."
      )
    }
    let rate = diagnosis.injectors.reduce(0) { $0 + $1.questionsPerSecond }
    let looks = diagnosis.injectors.compactMap { injector in
      injector.looksLike.map { " \(injector.sender.name) behaves like \($0)." }
    }
    return (
      "\(names) \(isOne ? "asks" : "ask")",
      "\(isOne ? "It sits" : "They sit") on the wire between the BLE module and the motor controller; the scooter was "
        + "not built with \(isOne ? "it" : "them"). \(Words.decimal(rate, 1)) times a second \(isOne ? "it asks" : "they ask")"
        + " for readings, with the BLE module's address, for there is no other to use. By the bytes alone nobody can "
        + "tell these questions from the phone's." + looks.joined()
    )
  }

  private var answering: (title: String, text: String) {
    (
      "The scooter answers",
      "The motor controller (ESC) cannot see who asked. It answers every question, also those to the battery, and "
        + "sends the answer to the BLE module: that is the only place where a question can come from in a stock scooter."
    )
  }

  private var passingOn: (title: String, text: String) {
    let opening = "The BLE module takes every answer on the wire for one that the phone waits for, and passes it on."
    guard let notifications = diagnosis.notifications else {
      return ("The phone is told", opening + " What a phone received was not recorded here.")
    }
    var text =
      opening
      + " The phone received \(Words.some(notifications.total, "message")): \(Words.count(notifications.solicited)) it had asked "
      + "for, \(Words.count(notifications.unsolicited)) it had not."
    if let doubt = diagnosis.notificationDoubt { text += " That is by its log alone: \(doubt)." }
    if notifications.undecided > 0 { text += " Of \(Words.count(notifications.undecided)) it cannot be told." }
    if notifications.unreadable > 0 { text += " \(Words.count(notifications.unreadable)) could not be read." }
    if notifications.preSession > 0 {
      text += " \(Words.count(notifications.preSession)) came before it had logged in, filled with zeros."
    }
    return ("The phone is told what it never asked", text)
  }

  private var hanging: (title: String, text: String) {
    (
      "An app that takes the first message for its answer hangs",
      "It asks for the serial number, say, and what comes next is a trip time for somebody else. The content does not "
        + "fit, so it fails or waits on; and an app that reads for as long as messages come reads for ever, for they "
        + "never stop. Nothing is broken in the phone, nor in the scooter."
    )
  }
}

/// Phone, BLE module, wire, ESC, battery and whoever else is on the wire, with the way of one message.
struct WiringPicture {
  /// Names; none where the bus was not recorded.
  let injectors: [String]
  let hasPhone: Bool

  func write(to page: inout PageText) {
    page.raw(
      """
      <figure class="wiring"><svg viewBox="0 0 600 268" role="img" aria-label="
      """)
    page.text("\(culprit) on the wire asks the ESC; the ESC answers to the BLE module, which tells the phone.")
    page.raw(
      """
      ">
      <defs><marker id="tip" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="7" markerHeight="7" orient="auto">\
      <path class="tip" d="M0 0 10 5 0 10z"/></marker></defs>
      <path class="air" d="M124 56H182"/>
      <path class="cable" d="M318 56H460M528 96V184"/>
      <path class="cable" d="M388 56V184"/>
      <path class="go" d="M402 182V84Q402 72 414 72H454" marker-end="url(#tip)"/>
      <path class="go" d="M458 38H326" marker-end="url(#tip)"/>
      <path class="go\(hasPhone ? "" : " perhaps")" d="M180 38H130" marker-end="url(#tip)"/>
      """)
    box(4, 18, 118, "Phone", "your app", &page)
    box(182, 18, 136, "BLE module", "stock dash", &page)
    box(460, 18, 136, "ESC", "motor controller", &page)
    box(460, 184, 136, "BMS", "battery", &page)
    box(
      310, 184, 136, culprit,
      injectors.isEmpty ? "not recorded" : injectors.count > 1 ? "not stock parts" : "not a stock part", foreign: true,
      &page)
    step(1, 402, 132, &page)
    step(2, 390, 38, &page)
    step(3, 155, 38, &page)
    step(4, 63, 112, &page)
    page.raw("</svg>\n<figcaption>")
    page.text("The way of one message. The numbers are the steps of the text.")
    page.raw("</figcaption></figure>\n")
  }

  private var culprit: String {
    injectors.count > 1 ? "\(injectors.count) devices" : injectors.first ?? "Somebody"
  }

  private func box(
    _ x: Int, _ y: Int, _ width: Int, _ name: String, _ what: String, foreign: Bool = false, _ page: inout PageText
  ) {
    page.raw("<g class=\"box\(foreign ? " foreign" : "")\">")
    page.raw("<rect x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"76\" rx=\"10\"/>")
    page.raw("<text class=\"name\" x=\"\(x + width / 2)\" y=\"\(y + 35)\">")
    page.text(name)
    page.raw("</text><text class=\"what\" x=\"\(x + width / 2)\" y=\"\(y + 57)\">")
    page.text(what)
    page.raw("</text></g>\n")
  }

  private func step(_ number: Int, _ x: Int, _ y: Int, _ page: inout PageText) {
    page.raw("<g class=\"step\"><circle cx=\"\(x)\" cy=\"\(y)\" r=\"11\"/>")
    page.raw("<text x=\"\(x)\" y=\"\(y + 5)\">\(number)</text></g>\n")
  }
}
