public import NinebotBus

/// How the clocks of two captures relate, found by what both saw; or why that cannot be told.
public enum ClockAlignment: Sendable {
  case aligned(AlignedClocks)
  case refused(Refusal)

  /// Why there is no alignment. A wrong one would be worse.
  public enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// A capture holds nothing that could be in the other.
    case nothingToCompare
    /// No place where the messages of both fit each other: another ride, another scooter, or no overlap.
    case nothingInCommon
    /// Too few messages in common to be sure.
    case tooFew(pairs: Int)
    /// So few answers in both: requests alone bound the offset from one side only.
    case tooFewAnswers(Int)
    /// Several places fit about equally well, so far apart (nanoseconds).
    case ambiguous(apart: Int64)
    /// The clocks do not run evenly enough to say how they relate.
    case unsteady

    public var description: String {
      switch self {
      case .nothingToCompare: "one of the captures holds no request or answer that could be in the other"
      case .nothingInCommon:
        "no place is found where the messages of both fit each other: another ride, no time in common, or too little "
          + "that came through"
      case .tooFew(let pairs): "only \(pairs) messages fit, which chance could do; record longer, or poll more"
      case .tooFewAnswers(let count):
        "\(count == 0 ? "no answer is" : "too few answers, \(count), are") in both captures, and requests alone do not "
          + "tell how the clocks relate"
      case .ambiguous(let apart):
        "the messages repeat and fit as well \(apart / 1_000_000) ms apart; record while values change"
      case .unsteady: "a clock was set too often, or runs unevenly"
      }
    }
  }
}

/// Two clocks and how they relate. Times are absolute nanoseconds, each on its own capture's clock.
public struct AlignedClocks: Sendable {
  /// Stretches between steps of a clock, in order of bus time; at least one.
  public var segments: [ClockSegment]
  /// The bus capture's first sample, where `offset` is told.
  public var reference: Int64
  /// Messages found in both captures that carry the result.
  public var pairs: Int
  /// Share of the BLE messages of the common stretch that have their counterpart on the bus, 0 to 1.
  public var coverage: Double
  /// From an answer's end on the bus to its notification, nanoseconds: median and 95th percentile.
  public var replyDelay: DelaySummary
  /// From the phone's write to the request's start on the bus, nanoseconds.
  public var requestDelay: DelaySummary

  /// The first segment: the one that reaches back to `reference`.
  public var first: ClockSegment { segments.first ?? ClockSegment.empty }

  /// BLE clock minus bus clock at the first bus sample, seconds (`offset_s`).
  public var offsetSeconds: Double { Double(first.offset(at: reference).middle) * 1e-9 }
  /// How much faster the BLE clock runs, parts per million (`drift_ppm`).
  public var driftPPM: Double { first.driftPPM }
  /// Half the width of the interval that holds the true offset, seconds (`bound_s`).
  public var boundSeconds: Double { Double(first.offset(at: reference).error) * 1e-9 }

  /// The bus time where the offset is known best, among some along the stretch that most messages carry. Away from that
  /// stretch each bound grows with what the drift may be.
  public var bestTime: Int64 {
    let longest = segments.max { $0.pairs < $1.pairs } ?? first
    let step = (longest.bus.upperBound &- longest.bus.lowerBound) / Self.places
    let times = (0...Self.places).map { longest.bus.lowerBound &+ $0 &* step }
    return times.min { longest.offset(at: $0).error < longest.offset(at: $1).error } ?? longest.bus.lowerBound
  }

  private static let places: Int64 = 32

  /// BLE clock minus bus clock at a time of the bus: all that the messages allow, nanoseconds.
  public func offset(atBus time: Int64) -> TimeBounds { segment(atBus: time).offset(at: time) }

  /// The segment in force at a time of the bus.
  public func segment(atBus time: Int64) -> ClockSegment {
    segments.last { $0.bus.lowerBound <= time } ?? first
  }
}

/// Puts the times of a phone's log on the bus's clock, message by message in the log's order, so that it notices when
/// the phone's clock was set.
public struct BleTimeReader: Sendable {
  /// Messages overtake each other by no more than this, nanoseconds.
  private static let disorder: Int64 = 500_000_000

  private let segments: [ClockSegment]
  private var current = 0
  /// Bus time of the message before, nanoseconds.
  private var last: Int64?

  public init(_ clocks: AlignedClocks) {
    segments = clocks.segments.isEmpty ? [ClockSegment.empty] : clocks.segments
  }

  /// - Parameter time: of the log's next message, nanoseconds on the phone's clock.
  public mutating func busTime(of time: Int64) -> TimeBounds {
    while current + 1 < segments.count, isSet(before: time) { current += 1 }
    let found = segments[current].busTime(ofBle: time)
    last = found.middle
    return found
  }

  /// Whether the phone's clock was set to the next segment's before a message. The messages that carry a segment begin
  /// some time after that; until then the clock that goes on best from the message before is in force.
  private func isSet(before time: Int64) -> Bool {
    let (here, next) = (segments[current], segments[current + 1])
    let isOver = time > here.ble.upperBound
    guard let last else { return isOver && time >= next.ble.lowerBound }
    let step = here.busTime(ofBle: time).middle &- last
    let isNearer = (next.busTime(ofBle: time).middle &- last).magnitude < step.magnitude
    if isNearer { return isOver || step < -Self.disorder }
    // Set back while nothing was written for longer than that.
    return isOver && time >= next.ble.lowerBound && step > Self.disorder
  }
}

/// Delays of messages that were found in both captures; nanoseconds, by the best guess of the offset.
public struct DelaySummary: Hashable, Sendable {
  public var count = 0
  /// What hardly any is below: the quickest half of a percent is left out.
  public var least: Int64 = 0
  public var median: Int64 = 0
  public var p95: Int64 = 0

  public init() {}

  init(_ delays: [Int64]) {
    let sorted = delays.sorted()
    count = sorted.count
    guard !sorted.isEmpty else { return }
    least = sorted[sorted.count / 200]
    median = sorted[sorted.count / 2]
    p95 = sorted[min(sorted.count - 1, sorted.count * 95 / 100)]
  }
}

/// A stretch in which two clocks relate by a straight line, and all lines that the messages allow.
public struct ClockSegment: Sendable {
  /// From the first to the last message that carries it, on the bus's clock.
  public var bus: ClosedRange<Int64>
  /// The same on the BLE clock.
  public var ble: ClosedRange<Int64>
  /// Messages that carry it.
  public var pairs: Int
  /// Bus time to which `base` and the region refer.
  let middle: Int64
  /// Offset at `middle` from which the region counts, nanoseconds.
  let base: Int64
  let region: LineRegion
  /// How much further the truth may lie from the region, nanoseconds: only lengths could be compared.
  let doubt: Int64

  static var empty: ClockSegment {
    ClockSegment(
      bus: 0...0, ble: 0...0, pairs: 0, middle: 0, base: 0, region: LineRegion(halfWidth: 0, slope: 0...0),
      doubt: 0)
  }

  /// BLE clock minus bus clock at a time of the bus: all that the messages allow, nanoseconds.
  public func offset(at time: Int64) -> TimeBounds {
    let range = region.values(at: Double(time &- middle))
    return TimeBounds(
      earliest: base &+ Int64(range.lowerBound.rounded(.down)) &- doubt,
      latest: base &+ Int64(range.upperBound.rounded(.up)) &+ doubt)
  }

  /// The best single guess of the drift, parts per million.
  public var driftPPM: Double { (region.slopes.lowerBound + region.slopes.upperBound) / 2 * 1e6 }
  /// Half the width of what the messages allow for the drift, parts per million.
  public var driftBoundPPM: Double { (region.slopes.upperBound - region.slopes.lowerBound) / 2 * 1e6 }

  /// Whether the messages bound the drift on both sides. Else all that is known is that no clock is worse than
  /// `driftReachPPM`, and `driftPPM` is no estimate.
  public var knowsDrift: Bool {
    let limit = ClockTrack.steepest * 0.999
    return region.slopes.lowerBound > -limit && region.slopes.upperBound < limit
  }
  /// The most that the drift can be either way, parts per million.
  public var driftReachPPM: Double { max(abs(region.slopes.lowerBound), abs(region.slopes.upperBound)) * 1e6 }

  /// A time of the BLE clock on the bus's clock.
  public func busTime(ofBle time: Int64) -> TimeBounds {
    // The drift is so small that the second round is exact to a nanosecond or so.
    var guess = time &- base
    guess = time &- offset(at: guess).middle
    let offset = offset(at: guess)
    return TimeBounds(earliest: time &- offset.latest, latest: time &- offset.earliest)
  }
}
