/// Many trials of clock alignment, drawn from seeds, and what became of them.
public struct AlignmentTrials: Sendable {
  /// What an alignment said about a trial. Seconds, and parts per million.
  public enum Answer: Sendable {
    case refused
    case aligned(offset: Double, bound: Double, driftPPM: Double)
  }

  /// What a trial asks for.
  public enum Kind: Int, Sendable, CaseIterable {
    /// Both captures of one ride, in common at least a part.
    case common
    /// Captures of one ride with nothing in common.
    case apart
    /// Captures of two rides.
    case strangers
    /// The phone's clock is set in the middle.
    case step
  }

  /// Totals of a run.
  public struct Result: Sendable, CustomStringConvertible {
    public internal(set) var trials = 0
    public internal(set) var refused = 0
    /// Trials with something in common that were refused although 60 s or more were in common.
    public internal(set) var refusedLong = 0
    public internal(set) var aligned = 0
    public internal(set) var insideBound = 0
    /// Alignments that are off by more than a connection interval and outside their bound, and alignments of captures
    /// with nothing in common.
    public internal(set) var wrong = 0
    /// Whole widths of the interval for the offset, seconds, by how long the captures have been together.
    public internal(set) var minuteWidths: [Double] = []
    public internal(set) var minuteWidthsFast: [Double] = []
    public internal(set) var tenMinuteWidths: [Double] = []
    public internal(set) var driftErrors: [Double] = []
    /// Seeds of trials that failed.
    public internal(set) var failures: [UInt64] = []

    public var insideShare: Double { aligned == 0 ? 1 : Double(insideBound) / Double(aligned) }

    public static func percentile95(_ values: [Double]) -> Double {
      let sorted = values.sorted()
      return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * 95 / 100)]
    }

    public var description: String {
      func ms(_ values: [Double]) -> String {
        "\(Int((Self.percentile95(values) * 1e6).rounded())) us p95 of \(values.count)"
      }
      let drift = Int((Self.percentile95(driftErrors) * 1000).rounded())
      return """
        \(trials) trials: \(aligned) aligned, \(refused) refused (\(refusedLong) with 60 s or more), \(wrong) wrong
        truth inside the bound: \(insideBound) of \(aligned)
        width with 60 s or more: \(ms(minuteWidths)); interval of 30 ms or less: \(ms(minuteWidthsFast))
        width with 10 min or more: \(ms(tenMinuteWidths)); drift off by \(drift) ppb p95
        """
    }
  }

  private let rides: [TrialRide]
  private let strangers: [TrialRide]
  private let longest: Double

  /// - Parameters:
  ///   - rideSeconds: length of the rides that trials are cut from, and so of the longest trial.
  ///   - scenarios: whose rides are cut.
  public init(rideSeconds: Double, scenarios: [Scenario]) {
    longest = rideSeconds
    rides = scenarios.map { TrialRide($0, seconds: rideSeconds) }
    strangers = scenarios.map {
      var other = $0
      other.seed = $0.seed &+ 1000
      return TrialRide(other, seconds: min(rideSeconds, 900))
    }
  }

  /// The trial of a seed: offset up to a day, drift to 200 ppm, interval 7.5 to 50 ms, 10 s to the ride's length.
  public func trial(seed: UInt64) -> (trial: AlignmentTrial, kind: Kind) {
    var random = SplitMix64(seed: seed, part: 3)
    var settings = AlignmentTrial.Settings()
    settings.seed = seed
    settings.offset = random.uniform(-86_400...86_400)
    settings.driftPPM = random.uniform(-200...200)
    settings.interval = 0.0075 + 0.00125 * random.uniform(0...35).rounded(.down)
    settings.loss = 0.3
    settings.duplicates = random.chance(0.3) ? 0.05 : 0
    settings.retransmissions = random.uniform(0...0.15)
    settings.busError = random.chance(0.3) ? 0.0005 : 0
    let kind: Kind =
      switch random.unit() {
      case ..<0.8: .common
      case ..<0.87: .apart
      case ..<0.94: .strangers
      default: .step
      }
    let index = Int(random.unit() * Double(rides.count))
    let ride = rides[index]
    settings.busSeconds = lengthDraw(&random)
    settings.bleSeconds = random.chance(0.5) ? settings.busSeconds : lengthDraw(&random)
    let shorter = min(settings.busSeconds, settings.bleSeconds)
    settings.overlapSeconds = random.chance(0.6) ? shorter : max(10, shorter * random.uniform(0.3...1))
    settings.overlapSeconds = min(settings.overlapSeconds, shorter)
    switch kind {
    case .common: break
    case .apart:
      settings.busSeconds = min(settings.busSeconds, longest / 2.2)
      settings.bleSeconds = min(settings.bleSeconds, longest / 2.2)
      settings.overlapSeconds = 0
    case .strangers:
      settings.bleSeconds = min(settings.bleSeconds, 890)
      settings.busSeconds = min(settings.busSeconds, 890)
      settings.overlapSeconds = min(settings.busSeconds, settings.bleSeconds)
    case .step:
      settings.step = random.uniform(0.02...100) * (random.chance(0.5) ? 1 : -1)
    }
    return (AlignmentTrial(ride, other: kind == .strangers ? strangers[index] : nil, settings), kind)
  }

  private func lengthDraw(_ random: inout SplitMix64) -> Double {
    // Each doubling as often as the next.
    var seconds = 10.0
    let doublings = random.uniform(0...1) * Double(Self.doublings(longest / 10))
    for _ in 0..<Int(doublings) { seconds *= 2 }
    return min(longest * 0.98, seconds * (1 + (doublings - doublings.rounded(.down))))
  }

  private static func doublings(_ ratio: Double) -> Double {
    var (count, left) = (0.0, ratio)
    while left >= 2 { (count, left) = (count + 1, left / 2) }
    return count + (left - 1)
  }

  /// Runs trials and judges the answers.
  public func run(_ seeds: Range<UInt64>, align: (AlignmentTrial) -> Answer) -> Result {
    var result = Result()
    for seed in seeds {
      let (trial, kind) = trial(seed: seed)
      result.add(align(trial), trial, kind)
    }
    return result
  }
}

extension AlignmentTrials.Result {
  mutating func add(_ answer: AlignmentTrials.Answer, _ trial: AlignmentTrial, _ kind: AlignmentTrials.Kind) {
    trials += 1
    let settings = trial.settings
    guard case .aligned(let offset, let bound, let drift) = answer else {
      refused += 1
      if kind == .common, settings.overlapSeconds >= 60 {
        refusedLong += 1
        failures.append(settings.seed)
      }
      return
    }
    guard kind != .apart, kind != .strangers else {
      wrong += 1
      return failures.append(settings.seed)
    }
    aligned += 1
    // A stepped clock may be told by either side of the step.
    let truths = kind == .step ? [settings.offset, settings.offset + settings.step] : [settings.offset]
    let off = truths.map { abs(offset - $0) }.min() ?? 0
    if off <= bound { insideBound += 1 } else { failures.append(settings.seed) }
    if off > bound, off > settings.interval { wrong += 1 }
    guard kind == .common else { return }
    if settings.overlapSeconds >= 600 {
      tenMinuteWidths.append(2 * bound)
      driftErrors.append(abs(drift - settings.driftPPM))
    } else if settings.overlapSeconds >= 60 {
      minuteWidths.append(2 * bound)
      if settings.interval <= 0.03 { minuteWidthsFast.append(2 * bound) }
    }
  }

  public static func += (left: inout Self, right: Self) {
    left.trials += right.trials
    left.refused += right.refused
    left.refusedLong += right.refusedLong
    left.aligned += right.aligned
    left.insideBound += right.insideBound
    left.wrong += right.wrong
    left.minuteWidths += right.minuteWidths
    left.minuteWidthsFast += right.minuteWidthsFast
    left.tenMinuteWidths += right.tenMinuteWidths
    left.driftErrors += right.driftErrors
    left.failures += right.failures
  }
}
