public import BusTimeline
import NinebotBus

/// What became of trials of one kind.
public struct AlignmentScore: Sendable {
  public private(set) var trials = 0
  public private(set) var refused = 0
  public private(set) var aligned = 0
  /// Alignments whose bounds hold the truth wherever they are claimed: at the first and last bus sample, throughout
  /// what is in common, for the drift, and for each message.
  public private(set) var inside = 0
  /// Alignments of what has nothing in common, and such that are off by more than the radio could be, beyond their
  /// bounds.
  public private(set) var wrong = 0
  /// Whole widths of the interval for the offset, seconds: where it is known best, at the worse end of what is in
  /// common, and at the first bus sample.
  public private(set) var widths: [Double] = []
  public private(set) var endWidths: [Double] = []
  public private(set) var firstSampleWidths: [Double] = []
  /// How far the best guess of the offset is off where it is known best, seconds.
  public private(set) var errors: [Double] = []
  /// How far the best guess of the drift is off, parts per million.
  public private(set) var driftErrors: [Double] = []
  /// Trials that were wrong or outside of their bounds, for people.
  public private(set) var failures: [String] = []

  /// The radio and the slot hold nothing longer; seconds.
  private static let grossly = 0.1
  /// Around a step of the clock a message may be told by either side; nanoseconds.
  private static let nearStep: Int64 = 5_000_000_000

  public init() {}

  /// Judges an alignment by the truth.
  public mutating func add(_ alignment: ClockAlignment, _ trial: AlignmentTrial) {
    trials += 1
    guard let clocks = alignment.clocks else {
      refused += 1
      return
    }
    aligned += 1
    guard let common = trial.common else {
      wrong += 1
      return failures.append("nothing in common: \(trial.settings)")
    }
    let worst = Self.worst(clocks, trial, common)
    if worst.off > 0 {
      failures.append("off by \(Int(worst.off / 1000)) us \(worst.place): \(trial.settings)")
    } else {
      inside += 1
    }
    if worst.off > Self.grossly * 1e9 { wrong += 1 }
    let best = clocks.offset(atBus: clocks.bestTime)
    widths.append(Self.width(best))
    endWidths.append([common.lowerBound, common.upperBound].map { Self.width(clocks.offset(atBus: $0)) }.max() ?? 0)
    firstSampleWidths.append(Self.width(clocks.offset(atBus: clocks.reference)))
    errors.append(abs(Double(best.middle) - trial.offset(atBus: clocks.bestTime)) * 1e-9)
    driftErrors.append(abs(clocks.driftPPM - trial.settings.driftPPM))
  }

  private static func width(_ offset: TimeBounds) -> Double { Double(offset.latest &- offset.earliest) * 1e-9 }

  /// By how many nanoseconds the truth is outside of what is claimed, at worst; 0 if it is inside everywhere.
  private static func worst(
    _ clocks: AlignedClocks, _ trial: AlignmentTrial, _ common: ClosedRange<Int64>
  ) -> (off: Double, place: String) {
    var worst = (off: 0.0, place: "")
    func isNearStep(_ time: Int64) -> Bool { trial.stepTime.map { abs(time - $0) < nearStep } ?? false }
    func judge(_ claim: TimeBounds, _ truth: Double, _ place: @autoclosure () -> String) {
      // Times are whole nanoseconds.
      let off = max(Double(claim.earliest) - truth, truth - Double(claim.latest))
      if off > max(2, worst.off) { worst = (off, place()) }
    }
    func seconds(_ time: Int64) -> String { "\((time - common.lowerBound) / 1_000_000_000) s into what is in common" }
    let length = common.upperBound - common.lowerBound
    let inside = (0...4).map { common.lowerBound + length / 4 * $0 }
    for time in [trial.busCovered.lowerBound, trial.busCovered.upperBound] + inside where !isNearStep(time) {
      judge(clocks.offset(atBus: time), trial.offset(atBus: time), "\(seconds(time))")
    }
    var reader = BleTimeReader(clocks)
    for message in trial.ble {
      let time = reader.busTime(of: message.time)
      if !isNearStep(message.busTime) {
        judge(
          time, Double(message.busTime),
          "at a message, \(seconds(message.busTime)) \(message.busTime) read as \(time.middle)")
      }
    }
    for segment in clocks.segments {
      // What half a ppm too much does in a minute.
      let off = abs(segment.driftPPM - trial.settings.driftPPM) - segment.driftBoundPPM
      if off > 1e-6, off * 60e3 > worst.off { worst = (off * 60e3, "a minute by drift") }
    }
    return worst
  }

  public static func += (sum: inout Self, other: Self) {
    sum.trials += other.trials
    sum.refused += other.refused
    sum.aligned += other.aligned
    sum.inside += other.inside
    sum.wrong += other.wrong
    sum.widths += other.widths
    sum.endWidths += other.endWidths
    sum.firstSampleWidths += other.firstSampleWidths
    sum.errors += other.errors
    sum.driftErrors += other.driftErrors
    sum.failures += other.failures
  }

  /// The least value that a share of all values do not exceed (nearest rank); nil for none.
  public static func percentile(_ values: [Double], _ share: Double) -> Double? {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return nil }
    return sorted[max(0, min(sorted.count - 1, Int((Double(sorted.count) * share).rounded(.up)) - 1))]
  }
}
