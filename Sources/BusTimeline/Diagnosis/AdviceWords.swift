extension Diagnosis {
  /// What to do, a sentence each.
  var adviceWords: [String] {
    if !injectors.isEmpty { return adviceAgainstInjectors }
    switch outcome {
    case .injects: return [Self.recordTheBus, Self.clientAdvice]
    case .clean where wire == nil: return [Self.lookAtTheClient, Self.recordTheBus]
    // Of the battery's line alone nobody can tell what is on the other.
    case .clean: return [(wire?.heartbeats ?? 0) > 0 ? Self.lookAtTheClient : Self.recordTheOtherWire]
    case .undecided: return adviceInDoubt
    }
  }

  private var adviceAgainstInjectors: [String] {
    let (module, it) = injectors.count == 1 ? ("module", "it") : ("modules", "them")
    var advice = [
      "As a user: unplug the \(module), or take \(it) off the wire between ESC and BLE module; then diagnose again."
    ]
    if injectors.contains(where: { !$0.writes.isEmpty }) {
      advice.append(
        "As a user: settings of the scooter were changed from the wire; see whether they are as you want them.")
    }
    guard injectors.contains(where: { $0.questions > 0 }) else { return advice }
    advice.append(Self.clientAdvice)
    if injectors.contains(where: { $0.questionsPerSecond > 5 }) {
      advice.append(
        "As the author of the module: ask less often, and only right behind a 65 frame, when the wire is free.")
    }
    return advice
  }

  /// What would tell more, the easiest first.
  private var adviceInDoubt: [String] {
    guard let wire else { return [Self.wholeLog, Self.recordTheBus] }
    if wire.frames == 0 {
      return [
        "See that the capture is of the wire between ESC and BLE module, that the scooter was on, and of the baud rate."
      ]
    }
    var advice = ["Record longer: some minutes, with the scooter on and the app in use."]
    advice.append(
      "Take better times: a serial adapter with its latency timer at 1 ms (mi-bus ports shows it), or a logic analyser."
    )
    if case .none = alignment {
      advice.append("Record the phone's log at the same time, and diagnose both captures together.")
    }
    return advice
  }

  private static var lookAtTheClient: String {
    "If an app hangs or shows nonsense all the same, look at the app: nothing puts messages in its way."
  }

  private static var recordTheOtherWire: String {
    "Record the wire between ESC and BLE module as well: that is where modules are attached, and this is not it."
  }

  private static var wholeLog: String {
    "Record the phone's log with both directions: without what it wrote nobody can tell what it asked for."
  }

  private static var recordTheBus: String {
    "Record the bus at the same time (mi-bus sniff PORT --write bus.pcapng) and diagnose both together."
  }

  private static var clientAdvice: String {
    "As the author of a BLE client: match replies by address, register and length, drop what you did not ask for, and "
      + "never take the next notification for the answer."
  }
}
