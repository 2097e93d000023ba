/// How well the windows of a track fit when all are shifted by the same time: what the phone polls in a ring fits nearly
/// as well one round earlier or later.
struct ShiftedTrack {
  /// How well each shift explains all messages.
  private var all: OffsetCurve
  /// The answers that fit only without the shift, and those that fit only with it (`TellingAnswers`).
  private var fitHere: OffsetCurve
  private var fitThere: OffsetCurve
  /// What the windows score without a shift: those that stand for all, and all.
  private let here: (chosen: Float, all: Float)
  /// How many windows one stands for.
  private let scale: Float

  private static let reach: Int64 = 30_000_000_000
  private static let bin: Int64 = 10_000_000
  private static let mostWindows = 48

  init(_ source: Correspondence, _ windows: [ClockWindow], _ track: ClockTrack, _ run: Range<Int>) {
    let curve = OffsetCurve(from: -Self.reach, to: Self.reach, bin: Self.bin)
    (all, fitHere, fitThere) = (curve, curve, curve)
    // Some windows stand for all. Those that lie where the bus's sample has nothing say nothing.
    let telling = run.filter { track.points[$0].score != 0 }
    let step = max(1, (telling.count + Self.mostWindows - 1) / Self.mostWindows)
    let chosen = Swift.stride(from: 0, to: telling.count, by: step).map { telling[$0] }
    scale = Float(telling.count) / Float(max(1, chosen.count))
    func score(_ windows: [Int]) -> Float { windows.reduce(0) { $0 + track.points[$1].score } }
    here = (score(chosen), score(telling))
    for index in chosen {
      for message in source.messages[windows[index].messages] { add(message, source, at: track.points[index].offset) }
    }
    all.finish()
    fitHere.finish()
    fitThere.finish()
  }

  private mutating func add(_ message: Correspondence.Message, _ source: Correspondence, at offset: Int64) {
    let weight = OffsetCurve.Weight(source, message)
    let slop = source.reach.slop
    all.add(message, weight, source, slop: slop, center: offset)
    guard let fits = source.fits(message, at: offset), let gain = TellingAnswers.weight(of: message, source, weight)
    else { return }
    if fits {
      fitHere.add(message, OffsetCurve.Weight(hit: 0, miss: gain), source, slop: slop, center: offset)
    } else {
      fitThere.add(message, OffsetCurve.Weight(hit: gain, miss: 0), source, slop: slop, center: offset)
    }
  }

  /// The best shift of at least so many nanoseconds that the answers do not rule out, and what all windows score there.
  func best(from distance: Int64) -> OffsetCurve.Peak {
    let rival = all.highest(distance..<(Self.reach + 1)) { bin in
      !TellingAnswers(here: fitHere.values[bin], there: fitThere.values[bin]).decide
    }
    guard let rival else { return OffsetCurve.Peak(offset: 0, score: 0) }
    // By as much as it is worse in these windows, it is worse in all: how well single ones fit differs more.
    return OffsetCurve.Peak(offset: rival.offset, score: here.all - (here.chosen - rival.score) * scale)
  }
}
