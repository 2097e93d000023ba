import NinebotBus

extension Diagnosis {
  /// Puts the verdict, the remarks and the advice into words, from the facts that are there.
  public mutating func writeWords() {
    verdict = injectors.isEmpty ? innocentWords : injectors.map(words)
    if let received = notificationWords { verdict.append(received) }
    remarks = wireWords + alignmentWords
    advice = adviceWords
  }

  private func words(_ injector: Injector) -> String {
    var text = injector.sender.name
    if let looks = injector.looksLike { text += ", which looks like \(looks)," }
    let asked = Set(injector.registers.map(\.subject)).sorted { $0.rawValue < $1.rawValue }
    let devices = asked.map { "\($0.name)".uppercased() }.joined(separator: " and ")
    text +=
      " asks the \(devices.isEmpty ? "scooter" : devices) \(Self.tenths(injector.requestsPerSecond)) times a second"
    text += " with the BLE module's addresses."
    if injector.forgedFrames > 0 {
      text += " It also sent \(injector.forgedFrames) frames that say they come from another device."
    }
    return text
  }

  private var innocentWords: [String] {
    guard let wire else {
      guard let notifications, notifications.unsolicited > 0 else {
        return ["Nothing injects, as far as the phone saw."]
      }
      return ["Somebody on the wire makes the scooter answer the phone without being asked; the bus would tell who."]
    }
    if wire.frames == 0 { return ["No frames were seen, so nothing can be said."] }
    let sure = "\(Wording.percent(confidence))% sure"
    return ["Nothing injects: every request is the BLE module's own or one that it forwards (\(sure))."]
  }

  private var notificationWords: String? {
    guard let notifications, notifications.total > 0 else { return nil }
    var text = "The phone received \(notifications.total) messages, \(notifications.unsolicited) unsolicited"
    if notifications.unsolicited == 0 { return text + "." }
    let causes = notifications.causedBy.filter { $0.sender != .unknown }
    if let main = causes.max(by: { $0.count < $1.count }) {
      text +=
        main.count == notifications.unsolicited
        ? ", all answers to \(main.sender.name)" : ", \(main.count) of them answers to \(main.sender.name)"
    }
    return text + ". A client that takes the first reply for its own hangs or reads nonsense."
  }

  private var wireWords: [String] {
    guard let wire else { return [] }
    var words: [String] = []
    let load = "The bus is in use \(Self.tenths(wire.load * 100))% of the time"
    words.append(
      injectors.isEmpty
        ? "\(load)." : "\(load), \(Self.tenths(wire.loadWithoutInjectors * 100))% without the injected part.")
    if wire.collisions > 0 { words.append("\(wire.collisions) collisions: frames of two devices ran into each other.") }
    if wire.badChecksums > 0 { words.append("\(wire.badChecksums) frames with a wrong checksum.") }
    if wire.unansweredRequests > 0 { words.append("\(wire.unansweredRequests) requests stayed without an answer.") }
    if wire.frames == 0, wire.lineErrors > 0 {
      words.append("Framing errors and no frames: the baud rate is likely wrong.")
    }
    if phoneReads.count > 0 {
      words.append(
        "The phone's own \(phoneReads.count) reads were answered in \(Self.milliseconds(phoneReads.median)) ms (median), "
          + "\(Self.milliseconds(phoneReads.p95)) ms (95 of 100).")
    }
    for outcome in CausalChain.Outcome.allCases where outcome != .complete {
      guard let count = chains.outcomes[outcome], count > 0 else { continue }
      words.append("\(count) of the phone's requests \(Self.words(outcome)).")
    }
    for error in wire.escErrors {
      words.append("The ESC showed error \(error.code) (\(error.name)), \(error.count) times.")
    }
    return words
  }

  private static func words(_ outcome: CausalChain.Outcome) -> String {
    switch outcome {
    case .complete: "were answered"
    case .delivered: "came to the wire, and nothing answered them"
    case .neverOnWire: "never came to the wire"
    case .unanswered: "got no answer on the wire"
    case .lostInCollision: "lost their answer in a collision"
    case .notForwarded: "were answered on the wire, but the answer did not reach the phone"
    }
  }

  private var alignmentWords: [String] {
    switch alignment {
    case .none: []
    case .refused(let reason): ["The phone's clock cannot be put on the bus's: \(reason)."]
    case .found(let first, let drift, let best, let pairs): [clockWords(first, drift, best, pairs)]
    }
  }

  /// The offset is told where it is known best; how far it is known at the begin of the bus's capture, where both did
  /// not run yet perhaps, is told apart.
  private func clockWords(_ first: Offset, _ drift: Drift, _ best: Offset, _ pairs: Int) -> String {
    var words = "The phone's clock is \(best.words) (\(Wording.decimal(best.time, 3)) s into the bus's capture"
    if first.bound > 2 * best.bound { words += "; ± \(first.boundWords) at its begin" }
    return words + "), \(drift.words), by \(pairs) pairs."
  }

  private var adviceWords: [String] {
    if injectors.isEmpty {
      guard notifications?.unsolicited ?? 0 > 0, wire == nil else { return [] }
      return ["Record the bus at the same time (mi-bus sniff PORT --write bus.pcapng) and diagnose both together."]
    }
    var advice = [
      "As a user: unplug the module, or take it off the wire between ESC and BLE module; then diagnose again.",
      "As the author of a BLE client: match replies by address, register and length, drop what you did not ask for, and "
        + "never take the next notification for the answer.",
    ]
    if injectors.contains(where: { $0.requestsPerSecond > 5 }) {
      advice.append(
        "As the author of the module: ask less often, and only right behind a 65 frame, when the wire is free.")
    }
    return advice
  }

  static func tenths(_ value: Double) -> String { Wording.decimal(value, 1) }

  private static func milliseconds(_ time: Int64) -> String { tenths(Double(time) / 1e6) }
}
