import NinebotBus

extension Diagnosis.Wire {
  /// Lines at another speed than scooters have, and such as were read at a wrong one, a sentence each.
  var baudWords: [String] {
    let words = taps.compactMap(\.baudWords)
    guard words.isEmpty, frames == 0, lineErrors > 0 else { return words }
    return ["Framing errors and no frames: the baud rate is likely wrong."]
  }
}

extension Diagnosis.TapFacts {
  /// Bytes and faults that make up no frame, before they say anything of a line's speed.
  private static let leastRubble = 50
  /// A line that is read rightly has more frames than one for so much rubble, on the fullest bus as well.
  private static let rubblePerFrame = 20

  fileprivate var baudWords: String? {
    let rubble = lineErrors + garbageBytes + badChecksums
    if rubble >= Self.leastRubble, frames * Self.rubblePerFrame < rubble {
      let speed = baud.map { "at \($0.rate) baud" } ?? "at the baud rate that it was read with"
      return
        "\(place) shows \(Wording.some(lineErrors, "framing error")), \(Wording.some(garbageBytes, "byte")) outside frames "
        + "and \(Wording.some(frames, "sound frame")): \(speed) it is likely misread."
    }
    guard let baud, baud != .standard, frames > 0 else { return nil }
    return "\(place) runs at \(baud.rate) baud, not \(Baud.standard.rate)."
  }

  private var place: String { source.isEmpty ? name : "\(name) (\(source))" }
}
