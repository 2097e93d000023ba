import NinebotBus

extension Diagnosis {
  /// Puts the verdict, the remarks and the advice into words, from the facts that are there.
  public mutating func writeWords() {
    verdict = injectors.isEmpty ? innocentWords : byImportance.map(\.sentence)
    if let received = notificationWords { verdict.append(received) }
    remarks = wireWords + alignmentWords
    advice = adviceWords
  }

  /// Who changes the scooter comes first.
  private var byImportance: [Injector] {
    injectors.filter { !$0.writes.isEmpty } + injectors.filter(\.writes.isEmpty)
  }

  private var innocentWords: [String] {
    switch (wire, outcome) {
    case (nil, .injects):
      return ["Somebody on the wire makes the scooter answer the phone without being asked; the bus would tell who."]
    case (nil, .clean):
      return ["Nothing injects, as far as the phone saw."]
    case (nil, .undecided):
      return ["Cannot tell whether something injects: the phone's own requests are not in the log."]
    case (let wire?, .undecided):
      return ["Cannot tell whether something injects: \(doubt(wire))."]
    case (let wire?, _):
      let sure = "\(Wording.percent(confidence))% sure"
      let requests = wire.undecidedRequests > 0 ? "every request that could be given to a device" : "every request"
      return [
        wire.heartbeats > 0 && wire.requests > 0
          ? "Nothing injects: \(requests) is the BLE module's own or one that it forwards (\(sure))."
          : "Nothing injects: no frame looks like another device's than the one that it names (\(sure))."
      ]
    }
  }

  /// Why a bus gives no verdict.
  private func doubt(_ wire: Wire) -> String {
    if wire.frames == 0 { return "no frames were seen" }
    if wire.strangeFrames > 1 {
      return
        "\(wire.strangeFrames) frames have the timing of no known device, and are too few or too unlike to name one"
    }
    if wire.requests > 0, wire.heartbeats == 0 {
      return "no heartbeat of the BLE module was seen, and by those its requests are told from others'"
    }
    if wire.undecidedRequests * 10 > wire.requests {
      return
        "\(wire.undecidedRequests) of \(Wording.some(wire.requests, "request")) could be the BLE module's or somebody else's"
    }
    if notifications?.areDoubtful == true {
      return "the phone received answers that nobody on this wire was seen to ask for"
    }
    return wire.frames == 1 ? "one frame is too few" : "\(wire.frames) frames are too few"
  }

  private var notificationWords: String? {
    guard let notifications, notifications.total > 0 else { return nil }
    var text =
      "The phone received \(Wording.some(notifications.total, "message")), \(notifications.unsolicited) unsolicited"
    if notifications.beyond > 0 {
      text =
        "Of the first \(notifications.total) messages that the phone received (\(notifications.beyond) more were not followed "
        + "to their causes) \(notifications.unsolicited) were unsolicited"
    }
    if notifications.undecided > 0 { text += ", and \(notifications.undecided) that cannot be told" }
    if notifications.unreadable > 0 { text += ", and \(notifications.unreadable) that cannot be read" }
    // A few that cannot be told come in no order of anybody's.
    let isRing = notifications.areInjected || notifications.undecided * 2 > notifications.total
    let ring =
      notifications.ring.isEmpty || !isRing
      ? "" : " They come in a ring: \(notifications.ring.joined(separator: ", "))."
    let consequence =
      notifications.areInjected ? " A client that takes the first reply for its own hangs or reads nonsense." : ""
    if let doubt = notificationDoubt { return text + " by its log alone: \(doubt)." + ring + consequence }
    if notifications.unsolicited == 0 { return text + "." + ring }
    text += shareWords(of: notifications)
    if !notifications.areDoubtful { return text + ". That few can be answers out of order." }
    return text + "." + ring + consequence
  }

  /// What made the unsolicited ones come, as far as that is known: words behind their number.
  private func shareWords(of notifications: Notifications) -> String {
    let total = notifications.unsolicited
    let main = notifications.causedBy.filter { $0.sender != .unknown }.max { $0.count < $1.count }
    if let main, main.count == total { return ", all answers to \(main.sender.name)" }
    var shares = main.map { [($0.count, "answers to \($0.sender.name)")] } ?? []
    shares.append((notifications.outside, "while the bus was not recorded"))
    // Those may be among the ones before.
    if (main?.count ?? 0) + notifications.outside + notifications.preSession <= total {
      shares.append((notifications.preSession, "before its login, filled with zeros"))
    }
    let words = shares.filter { $0.0 > 0 }.enumerated().map { index, share in
      "\(share.0 == total ? "all" : "\(share.0)")\(index == 0 ? " of them" : "") \(share.1)"
    }
    return words.isEmpty ? "" : ", " + Wording.list(words)
  }

  /// Why more messages may be unsolicited than are counted; nil where the clocks are known, or nobody injects.
  public var notificationDoubt: String? {
    guard case .refused = alignment, !injectors.isEmpty else { return nil }
    let names = injectors.map(\.sender.name).joined(separator: " and ")
    return "without a common clock answers to \(names) look like its own where it asks for the same"
  }

  private var wireWords: [String] {
    guard let wire else { return [] }
    var words: [String] = []
    if let load = wire.load {
      let text = "The bus is in use \(Self.tenths(load * 100))% of the time"
      let without = Self.tenths((wire.loadWithoutInjectors ?? load) * 100)
      words.append(injectors.isEmpty ? "\(text)." : "\(text), \(without)% without the injected part.")
    }
    if outcome != .undecided, wire.undecidedRequests > 0 {
      words.append(
        "\(wire.undecidedRequests) of \(Wording.some(wire.requests, "request")) could not be given to a device.")
    }
    // Damage counts as one where both devices show, and on a full bus few do.
    if wire.collisions > 0 {
      words.append("Frames of two devices ran into each other, at least \(Wording.some(wire.collisions, "time")).")
    }
    if wire.badChecksums > 0 { words.append("\(Wording.some(wire.badChecksums, "frame")) with a wrong checksum.") }
    if wire.unansweredRequests > 0 {
      words.append("\(Wording.some(wire.unansweredRequests, "request")) stayed without an answer.")
    }
    words += wire.baudWords
    words += latencyWords
    words += chainWords
    for error in wire.escErrors {
      words.append("The ESC showed error \(error.code) (\(error.name)), \(Wording.some(error.count, "time")).")
    }
    return words
  }

  private var alignmentWords: [String] {
    switch alignment {
    case .none: []
    case .refused(let reason): ["The phone's clock cannot be put on the bus's: \(reason)."]
    case .found(let clock): [words(clock)]
    }
  }

  /// The offset is told where it is known best; how far it is known at the begin of the bus's capture, where both did
  /// not run yet perhaps, is told apart.
  private func words(_ clock: PhoneClock) -> String {
    let (first, best) = (clock.first, clock.best)
    var words = "The phone's clock is \(best.words) (\(Wording.decimal(best.time, 3)) s into the bus's capture"
    if first.bound > 2 * best.bound { words += "; ± \(first.boundWords) at its begin" }
    words += "), \(clock.drift.words), by \(Wording.some(clock.pairs, "pair"))."
    for setting in clock.settings {
      words += " It was set before \(Wording.decimal(setting.time, 3)) s; from then on it is \(setting.words)."
    }
    return words
  }

  static func tenths(_ value: Double) -> String { Wording.decimal(value, 1) }
}
