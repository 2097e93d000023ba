/// What answers say of two places: the weights of those that fit at one of them only.
///
/// Most messages of a ring fit one round later as well, however many they are. Answers whose content changes tell the
/// rounds apart: where they speak for one place with hardly an exception, what all messages score need not. Requests do
/// not count: what waits in a queue can fit better at a wrong place.
struct TellingAnswers {
  var here: Float = 0
  var there: Float = 0

  /// Logarithm of a likelihood ratio, as `OffsetCurve.Weight`.
  private static let least: Float = 56
  private static let leastRatio: Float = 10

  init(here: Float, there: Float) {
    self.here = here
    self.there = there
  }

  /// Of a track's windows, against another track.
  init(_ source: Correspondence, _ windows: ArraySlice<ClockWindow>, _ track: ClockTrack, _ other: ClockTrack) {
    for index in windows.indices {
      let offset = track.points[index].offset, another = other.points[index].offset
      for message in source.messages[windows[index].messages] {
        guard let weight = Self.weight(of: message, source, OffsetCurve.Weight(source, message)) else { continue }
        switch (source.fits(message, at: offset), source.fits(message, at: another)) {
        case (true, false): here += weight
        case (false, true): there += weight
        default: break
        }
      }
    }
  }

  /// Whether they are enough, and nearly all for `here`.
  var decide: Bool { here >= max(Self.least, Self.leastRatio * there) }

  /// What a message says by fitting at one place only; nil for requests, and where only lengths are known.
  static func weight(of message: Correspondence.Message, _ source: Correspondence, _ weight: OffsetCurve.Weight)
    -> Float?
  {
    message.isReply && !source.isSealed ? weight.hit - weight.miss : nil
  }
}
