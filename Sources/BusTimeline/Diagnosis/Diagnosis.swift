public import NinebotBus

/// What was found out about a scooter, from its bus and, where there is one, the phone's log. All that reports show.
public struct Diagnosis: Sendable {
  /// What the phone received.
  public struct Notifications: Sendable {
    /// Those that the other figures are about: what the phone received, but for `beyond`.
    public var total = 0
    /// Received after so many others that they were not followed to their causes.
    public var beyond = 0
    public var unsolicited = 0
    /// Those of which it cannot be told whether the phone asked: its own side is not in the log, or it lacks some.
    public var undecided = 0
    /// Those that cannot be read: damaged, or parts of them are missing.
    public var unreadable = 0
    /// What comes unasked, or may, in the order in which it is polled, in words; empty where it keeps no order.
    public var ring: [String] = []
    /// Forwarded before there was a session, filled with zeros.
    public var preSession = 0
    /// Unsolicited ones by whose request made the scooter answer.
    public var causedBy: [(sender: Transmitter, count: Int)] = []
    /// Unsolicited ones that came while the bus was not recorded, so that nobody can be named for them.
    public var outside = 0
    public init() {}

    /// Those that the phone asked for.
    public var solicited: Int { max(0, total - unsolicited - undecided - unreadable) }

    /// Whether so many are unsolicited that no answer out of order explains them.
    public var areInjected: Bool { unsolicited >= 5 && unsolicited * 50 >= total }

    /// Whether they are too many to say that nothing injects.
    public var areDoubtful: Bool { areInjected || unsolicited >= 20 && unsolicited * 200 >= total }
  }

  /// One place that was listened to.
  public struct TapFacts: Hashable, Sendable {
    public var name: String
    /// The file and channel, or the device.
    public var source: String
    /// The line's speed; nil where it was neither found nor told.
    public var baud: Baud?
    /// Sound ones.
    public var frames = 0
    public var badChecksums = 0
    public var garbageBytes = 0
    public var lineErrors = 0

    public init(name: String, source: String = "", baud: Baud?) {
      self.name = name
      self.source = source
      self.baud = baud
    }
  }

  /// What the wire looked like.
  public struct Wire: Sendable {
    /// Nanoseconds observed.
    public var duration: Int64 = 0
    public var frames = 0
    /// Share of time in use, with and without the injectors' requests and the answers to them, 0 to 1; of several taps
    /// that of the busiest.
    /// Nil where no times were recorded.
    public var load: Double?
    public var loadWithoutInjectors: Double?
    public var badChecksums = 0
    public var garbageBytes = 0
    public var lineErrors = 0
    /// How often frames ran into each other, as far as both devices show: there may be more (docs/attribution.md).
    public var collisions = 0
    public var unansweredRequests = 0
    /// Heartbeats of the BLE module, by which requests are judged.
    public var heartbeats = 0
    /// Requests with the BLE module's address, and those of them that could not be given to a device.
    public var requests = 0
    public var undecidedRequests = 0
    /// Frames whose times or clock are not those of the device that they name, nor of another one known.
    public var strangeFrames = 0
    /// Error codes that the ESC showed, with their names.
    public var escErrors: [(code: Int, name: String, count: Int)] = []
    public var taps: [TapFacts] = []
    public init() {}
  }

  /// How long something took, in nanoseconds.
  public struct Latency: Sendable {
    public var count = 0
    public var median: Int64 = 0
    public var p95: Int64 = 0
    public init() {}
  }

  /// How the phone's requests fared on their way to the wire and back.
  public struct Chains: Sendable {
    /// Requests by how they ended.
    public private(set) var outcomes: [CausalChain.Outcome: Int] = [:]
    private var toWire = LatencySample()
    private var toPhone = LatencySample()
    private var inAll = LatencySample()
    /// Waits that were not taken yet.
    private var fresh: [Wait] = []

    /// From a write of the phone, nanoseconds on the bus's clock, to its answer.
    public struct Wait: Hashable, Sendable {
      public var write: Int64
      public var length: Int64
    }

    public init() {}

    /// Phone's write to its answer at the phone: what the person waits for.
    public var totalLatency: Latency { inAll.latency }

    /// Phone's write to the wire.
    public var requestLatency: Latency { toWire.latency }
    /// Answer on the wire to the phone.
    public var notificationLatency: Latency { toPhone.latency }

    public mutating func add(_ chain: CausalChain) {
      outcomes[chain.outcome, default: 0] += 1
      if let latency = chain.requestLatency { toWire.add(latency) }
      if let latency = chain.notificationLatency { toPhone.add(latency) }
      if let latency = chain.totalLatency {
        inAll.add(latency)
        if fresh.count < Self.mostFresh { fresh.append(Wait(write: chain.write.time.middle, length: latency)) }
      }
    }

    /// Whether `takeWaits` has any.
    public var hasWaits: Bool { !fresh.isEmpty }

    /// The waits for answers since the last call; nobody need take them.
    public mutating func takeWaits() -> [Wait] {
      guard !fresh.isEmpty else { return [] }
      defer { fresh.removeAll(keepingCapacity: true) }
      return fresh
    }

    private static let mostFresh = 64
  }

  /// Of each recording of the bus but the first.
  public var recordingClocks: [RecordingClock] = []
  public var injectors: [Injector] = []
  public var notifications: Notifications?
  public var wire: Wire?
  /// From the phone's own request on the wire to the begin of its answer, as long as the times allow.
  public var phoneReads = Latency()
  /// By how much each of those may be too long, on average, nanoseconds: the times' own uncertainty.
  public var phoneReadsExcess: Int64 = 0
  /// What injected traffic adds to them, by who answers, and to the phone's wait from its write to the answer.
  public var addedToReads: [(device: Role, added: AddedLatency)] = []
  public var addedToWaits = AddedLatency()
  public var chains = Chains()
  public var alignment = Alignment.none
  /// How sure the verdict is, whichever it is, 0 to 1.
  public var confidence = 0.0
  /// The verdict in plain words, a sentence each.
  public var verdict: [String] = []
  /// What else was found.
  public var remarks: [String] = []
  /// What to do.
  public var advice: [String] = []

  public init() {}

  /// What the diagnosis comes to.
  public enum Outcome: Hashable, Sendable {
    /// Something injects.
    case injects
    /// Nothing does.
    case clean
    /// The captures do not tell.
    case undecided
  }

  public var outcome: Outcome {
    if !injectors.isEmpty { return .injects }
    guard wire != nil else {
      if notifications?.areInjected == true { return .injects }
      let heard = (notifications?.total ?? 0) - (notifications?.undecided ?? 0)
      return heard > 0 ? .clean : .undecided
    }
    return confidence >= Self.sure && notifications?.areDoubtful != true ? .clean : .undecided
  }

  /// Less is no verdict.
  private static let sure = 0.9

  /// Whether anything injects.
  public var injects: Bool { outcome == .injects }
}
