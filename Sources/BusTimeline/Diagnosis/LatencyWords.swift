extension Diagnosis {
  /// How long the phone waited, and what injected traffic adds to that.
  var latencyWords: [String] {
    var words: [String] = []
    if phoneReads.count > 0 {
      words.append(
        "The phone's own \(Wording.some(phoneReads.count, "read")) \(phoneReads.count == 1 ? "was" : "were") answered on the "
          + "wire within \(Self.milliseconds(phoneReads.median)) ms (median), \(Self.milliseconds(phoneReads.p95)) ms "
          + "(95 of 100)\(boundWords).")
    }
    words += addedToReads.compactMap { device, added in
      sentence(added, "\(Wording.part(device)) answered the phone's own reads within", blur: phoneReadsExcess)
    }
    let wait = chains.totalLatency
    if wait.count > 0 {
      words.append(
        "The phone waited \(Self.milliseconds(wait.median)) ms for an answer of its own (median), "
          + "\(Self.milliseconds(wait.p95)) ms (95 of 100).")
    }
    return words + [sentence(addedToWaits, "the phone waited for an answer of its own")].compactMap { $0 }
  }

  /// - Parameter blur: what times cannot show, nanoseconds.
  private func sentence(_ added: AddedLatency, _ what: String, blur: Int64 = 0) -> String? {
    guard !injectors.isEmpty, let difference = added.difference else { return nil }
    let change =
      difference.magnitude < max(Self.nothing, blur)
      ? "no difference\(blur > Self.nothing ? " that the capture's times would show" : "")"
      : "\(Self.milliseconds(abs(difference))) ms \(difference > 0 ? "more" : "less")"
    return "With injected traffic beside the request \(what) \(Self.milliseconds(added.beside.median)) ms (median of "
      + "\(added.beside.count)), without \(Self.milliseconds(added.without.median)) ms (of \(added.without.count)): \(change)."
  }

  /// How uncertain times on the wire make them; empty where that does not count.
  private var boundWords: String {
    guard phoneReadsExcess >= Self.nothing else { return "" }
    return "; upper bounds, by the capture's times each may be \(Self.milliseconds(2 * phoneReadsExcess)) ms less"
  }

  /// Less is not worth a word, nanoseconds.
  private static var nothing: Int64 { 50_000 }

  /// How the phone's requests ended that got no answer.
  var chainWords: [String] {
    CausalChain.Outcome.allCases.filter { $0 != .complete }.compactMap { outcome in
      guard let count = chains.outcomes[outcome], count > 0 else { return nil }
      return "\(count) of the phone's requests \(Self.words(outcome, count))."
    }
  }

  private static func words(_ outcome: CausalChain.Outcome, _ count: Int) -> String {
    let were = count == 1 ? "was" : "were"
    return switch outcome {
    case .complete: "\(were) answered"
    case .delivered: "came to the wire and \(count == 1 ? "needs" : "need") no answer"
    case .neverOnWire:
      "\(were) not seen on the wire: the module kept \(count == 1 ? "it, or it" : "them, or they") collided there"
    case .unanswered: "got no answer on the wire"
    case .lostInCollision: "lost \(count == 1 ? "its" : "their") answer in a collision"
    case .notForwarded: "\(were) answered on the wire, but the answer is not in the phone's log"
    }
  }

  private static func milliseconds(_ time: Int64) -> String { Wording.decimal(Double(time) / 1e6, 1) }
}
