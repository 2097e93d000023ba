import NinebotBus

/// What a diagnosis says of clocks: the phone's against the bus's, and that of one recording against another.
extension Diagnosis {
  /// How far a clock is ahead of the bus's at a time.
  public struct Offset: Hashable, Sendable {
    /// Seconds from the bus capture's time 0, from which everything on the bus counts.
    public var time: Double
    /// Seconds.
    public var offset: Double
    /// Half the width of the interval that holds the truth, seconds.
    public var bound: Double

    public init(time: Double, offset: Double, bound: Double) {
      self.time = time
      self.offset = offset
      self.bound = bound
    }

    /// - Parameters:
    ///   - time: nanoseconds from the bus capture's time 0.
    ///   - offset: nanoseconds.
    init(time: Int64, _ offset: TimeBounds) {
      self.init(
        time: Double(time) * 1e-9, offset: Double(offset.middle) * 1e-9, bound: Double(offset.error) * 1e-9)
    }
  }

  /// How much longer single messages took than the quickest of their direction, which nobody can tell from the offset;
  /// seconds.
  public struct Residuals: Hashable, Sendable {
    public var median: Double
    public var p95: Double

    public init(median: Double, p95: Double) {
      self.median = median
      self.p95 = p95
    }

    /// Nil where no message was found in both captures.
    init?(_ delays: DelaySummary) {
      guard delays.count > 0 else { return nil }
      self.init(
        median: Double(delays.median - delays.least) * 1e-9, p95: Double(delays.p95 - delays.least) * 1e-9)
    }
  }

  /// The phone's clock on the bus's.
  public struct PhoneClock: Hashable, Sendable {
    /// At the first bus sample, and where it is known best.
    public var first: Offset
    public var best: Offset
    public var drift: ClockDrift
    /// Messages that carry it.
    public var pairs: Int
    /// Of those, by direction; nil where it carries none.
    public var replies: Residuals?
    public var requests: Residuals?
    /// When it was set, and how far ahead of the bus's it was from then on.
    public var settings: [Offset]

    public init(
      first: Offset, best: Offset, drift: ClockDrift, pairs: Int, replies: Residuals? = nil,
      requests: Residuals? = nil, settings: [Offset] = []
    ) {
      self.settings = settings
      self.first = first
      self.best = best
      self.drift = drift
      self.pairs = pairs
      self.replies = replies
      self.requests = requests
    }

    /// The offset of `clocks` where it is told and of each setting of the phone's clock.
    ///
    /// - Parameters:
    ///   - clocks: how the phone's clock stands to the bus's.
    ///   - origin: absolute time of the bus capture's time 0, nanoseconds.
    public init(_ clocks: AlignedClocks, origin: Int64) {
      func offset(at time: Int64) -> Offset { Offset(time: time &- origin, clocks.offset(atBus: time)) }
      self.init(
        first: offset(at: clocks.reference), best: offset(at: clocks.bestTime), drift: ClockDrift(clocks.first),
        pairs: clocks.pairs,
        replies: Residuals(clocks.replyDelay), requests: Residuals(clocks.requestDelay),
        settings: clocks.segments.dropFirst().map { offset(at: $0.bus.lowerBound) })
    }
  }

  /// How the phone's clock relates to the bus's.
  public enum Alignment: Sendable {
    /// No phone log.
    case none
    case found(PhoneClock)
    /// It cannot be told; why.
    case refused(String)
  }

  /// How the clock of a further recording of the bus stands to that of the first one.
  public struct RecordingClock: Hashable, Sendable {
    /// As the user named it.
    public var name: String
    /// How far it is ahead, and by how many messages that is known; or why it is not.
    public var difference: Result<ClockDifference, ClockAlignment.Refusal>

    public init(name: String, difference: Result<ClockDifference, ClockAlignment.Refusal>) {
      self.name = name
      self.difference = difference
    }
  }
}

extension ClockDifference {
  /// The same in seconds; time counts from nowhere in particular.
  public var lead: Diagnosis.Offset { Diagnosis.Offset(time: 0, offset) }
}
