extension SenderStatistics.Rhythm {
  /// `own timer, 100.20 ms, spread 1.30`: in tables and sentences.
  public var words: String {
    func milliseconds(_ time: Int64) -> String { Wording.decimal(Double(time) / 1e6, 2) }
    return switch self {
    case .slots(let length, let spread): "slots of \(milliseconds(length)) ms, spread \(milliseconds(spread))"
    case .behindHeartbeats(let delay): "right behind heartbeats, after \(milliseconds(delay)) ms"
    case .timer(let period, let spread): "own timer, \(milliseconds(period)) ms, spread \(milliseconds(spread))"
    case .answers(let delay): "answers after \(milliseconds(delay)) ms"
    case .irregular: "irregular"
    }
  }
}
