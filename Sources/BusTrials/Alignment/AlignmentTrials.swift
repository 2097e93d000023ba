import func Glibc.exp2
import func Glibc.log2
import ScooterSim

/// Trials of clock alignment, drawn from seeds.
public struct AlignmentTrials: Sendable {
  /// What a trial asks for.
  public enum Kind: Hashable, Sendable {
    /// Both captures of one ride, in common for so many seconds, with a connection interval of 30 ms or less or more,
    /// and a log that has everything or misses 30 %.
    case common(Overlap, isFast: Bool, isLossy: Bool)
    /// The bus was told by an adapter: times within half a millisecond, and one frame of a hundred missing.
    case adapter
    /// The bus went through a real tap, from edges to an adapter's packets.
    case tap
    /// The same, and the phone asks faster than the module forwards: requests queue, many are dropped, several equal ones
    /// are under way at once.
    case queue
    /// The phone's clock is set in the middle of what is in common.
    case clockSet
    /// Captures of one ride with nothing in common.
    case apart
    /// Captures of two rides.
    case strangers
    /// Both streams told by one host, which sees everything at once.
    case oneHost

    public static let all: [Kind] =
      Overlap.allCases.flatMap { overlap in
        [(true, false), (true, true), (false, false), (false, true)]
          .map { .common(overlap, isFast: $0.0, isLossy: $0.1) }
      } + [.adapter, .clockSet, .apart, .strangers, .oneHost, .tap, .queue]
  }

  /// For how long both captures ran.
  public enum Overlap: Int, Sendable, CaseIterable {
    case seconds, minutes, hours

    /// Seconds.
    public var range: ClosedRange<Double> {
      switch self {
      case .seconds: 10...60
      case .minutes: 60...600
      case .hours: 600...36_000
      }
    }
  }

  private let rides: [TrialRide]
  private let strangers: [TrialRide]
  private let longest: Double

  /// - Parameters:
  ///   - longest: seconds of the longest trial.
  ///   - seed: of the rides.
  public init(longest: Double, seed: UInt64) throws {
    self.longest = longest
    let scenarios = try Self.scenarios(seed)
    rides = scenarios.map { TrialRide($0, seconds: longest * 1.1 + 60) }
    strangers = scenarios.map {
      var other = $0
      other.seed = $0.seed &+ 7919
      return TrialRide(other, seconds: min(longest * 1.1, 1800))
    }
  }

  /// Stock scooters and such with a dash, ridden and standing.
  private static func scenarios(_ seed: UInt64) throws -> [Scenario] {
    try [("phone", true), ("displaydash", true), ("phone", false), ("random-dash", true)].enumerated().map {
      var scenario = try Scenario.named($0.element.0, seed: seed &+ UInt64($0.offset))
      scenario.ride.rides = $0.element.1
      return scenario
    }
  }

  /// The trial of a seed: an offset up to a day, a drift to 200 ppm, an interval of 7.5 to 50 ms.
  public func trial(_ kind: Kind, seed: UInt64) -> AlignmentTrial {
    var random = SplitMix64(seed: seed, part: 3)
    var settings = AlignmentTrial.Settings()
    settings.seed = seed
    settings.offset = random.uniform(-86_400...86_400)
    settings.driftPPM = random.uniform(-200...200)
    settings.interval = 0.0075 + 0.00125 * random.uniform(0...35).rounded(.down)
    settings.loss = random.chance(0.5) ? 0.3 : 0
    settings.duplicates = random.chance(0.3) ? 0.05 : 0
    settings.retransmissions = random.uniform(0...0.15)
    settings.busError = random.chance(0.3) ? 0.0005 : 0
    settings.busLoss = random.chance(0.3) ? 0.01 : 0
    let index = Int(random.unit() * Double(rides.count))
    var lengths = 10...min(longest, 3600)
    switch kind {
    case .common(let overlap, let isFast, let isLossy):
      settings.interval = 0.0075 + 0.00125 * (isFast ? random.uniform(0...18) : random.uniform(19...34)).rounded()
      settings.loss = isLossy ? 0.3 : 0
      (settings.busError, settings.busLoss) = (0, 0)
      lengths = overlap.range.lowerBound...max(overlap.range.lowerBound, min(overlap.range.upperBound, longest))
    case .adapter:
      (settings.busError, settings.busLoss) = (0.0005, 0.01)
      lengths = 60...min(longest, 3600)
    case .tap, .queue:
      (settings.busError, settings.busLoss) = (0, 0)
      return tapped(kind == .queue ? queueing(seed, &random) : drawn(seed, &random), settings, &random)
    case .clockSet:
      settings.step = random.uniform(0.02...100) * (random.chance(0.5) ? 1 : -1)
      lengths = 120...max(120, lengths.upperBound)
    case .apart, .strangers: lengths = 10...min(longest / 2.2, 1500)
    case .oneHost:
      (settings.offset, settings.driftPPM, settings.interval, settings.slot) = (0, 0, 0, 0)
      (settings.loss, settings.duplicates, settings.busError, settings.busLoss) = (0, 0, 0, 0)
      lengths = 60...min(longest, 600)
    }
    settings.overlapSeconds = Self.length(lengths, &random)
    (settings.busSeconds, settings.bleSeconds) = (settings.overlapSeconds, settings.overlapSeconds)
    if kind == .apart {
      settings.bleSeconds = Self.length(lengths, &random)
      settings.overlapSeconds = 0
    } else if kind != .oneHost, kind != .strangers, random.chance(0.5) {
      // One capture began earlier or went on for longer, or both did.
      let most = max(1, min(10, longest / settings.overlapSeconds))
      settings.busSeconds *= Self.length(1...most, &random)
      if random.chance(0.5) { settings.bleSeconds *= Self.length(1...most, &random) }
      let over = settings.busSeconds + settings.bleSeconds - settings.overlapSeconds - longest * 1.1
      settings.busSeconds = max(settings.overlapSeconds, settings.busSeconds - max(0, over))
    }
    return AlignmentTrial(rides[index], other: kind == .strangers ? strangers[index] : nil, settings)
  }

  // MARK: - Through a tap

  private func tapped(
    _ scenario: Scenario, _ settings: AlignmentTrial.Settings, _ random: inout SplitMix64
  ) -> AlignmentTrial {
    var settings = settings
    (settings.keepsWrites, settings.logsDropped) = (true, true)
    settings.overlapSeconds = Self.length(30...min(longest, 180), &random)
    settings.busSeconds = settings.overlapSeconds
    settings.bleSeconds = settings.overlapSeconds * (random.chance(0.5) ? 1 : random.uniform(1...2))
    let qualities = Quality.all.filter { $0 != .none }
    let quality = qualities[Int(random.unit() * Double(qualities.count))]
    let seconds = settings.bleSeconds + 5
    return AlignmentTrial(
      TrialRide(scenario, seconds: seconds), tap: TrialTap(scenario, seconds: seconds, quality: quality), settings)
  }

  /// A stock scooter or one with a dash, of any seed.
  private func drawn(_ seed: UInt64, _ random: inout SplitMix64) -> Scenario {
    var scenario = rides[Int(random.unit() * Double(rides.count))].scenario
    scenario.seed = seed
    return scenario
  }

  /// Phone and module that do not keep pace.
  private func queueing(_ seed: UInt64, _ random: inout SplitMix64) -> Scenario {
    var scenario = drawn(seed, &random)
    scenario.ble.slot = random.uniform(15e6...60e6)
    scenario.ble.rewritesReads = random.chance(0.5)
    var phone = scenario.phone ?? PhoneSettings()
    let least = random.uniform(8e6...40e6)
    phone.period = least...(least * random.uniform(1...3))
    if random.chance(0.3), let page = phone.pages.first {
      phone.pages = [Array(page.prefix(Int(random.uniform(1...4.99))))]
    }
    scenario.phone = phone
    return scenario
  }

  /// Each doubling as often as the next.
  private static func length(_ range: ClosedRange<Double>, _ random: inout SplitMix64) -> Double {
    let doublings = random.unit() * log2(range.upperBound / range.lowerBound)
    return min(range.upperBound, range.lowerBound * exp2(doublings))
  }
}
