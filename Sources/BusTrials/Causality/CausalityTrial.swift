import BleSide
public import BusTimeline
public import NinebotBus
public import ScooterSim
import UartSniffer

/// A simulated ride taken through decoder, alignment, attribution and causality, and held against the truth.
public struct CausalityTrial: Sendable {
  public var seconds = 60.0
  /// The phone's clock, its radio and what its log misses.
  public var settings = AlignmentTrial.Settings()
  /// How well the bus's capture knows the times of its bytes.
  public var quality = Quality.edges
  /// Leave out the bus's frames in this range, nanoseconds of the ride: a tap that misses something.
  public var hidden: ClosedRange<Int64>?

  /// How findings compare with the truth.
  public struct Score: Sendable {
    public internal(set) var notifications = 0
    /// Notifications of which it was said rightly whether the phone asked.
    public internal(set) var solicitedRight = 0
    /// Notifications whose request on the wire was given to the right device.
    public internal(set) var causesRight = 0
    /// Answers to the phone in its log, and those whose whole way from the phone's write was found.
    public internal(set) var answers = 0
    public internal(set) var answersFollowed = 0
    public internal(set) var chains: [CausalChain.Outcome: Int] = [:]
    public internal(set) var completeChains: [CausalChain] = []
    public internal(set) var tally = UnsolicitedTally()
    public internal(set) var census = RequestCensus()
    public internal(set) var alignment: ClockAlignment
    /// What is wrong, for people.
    public internal(set) var wrong: [String] = []
  }

  public init() {
    settings.loss = 0
    settings.offset = 4321.5
    settings.driftPPM = -80
    settings.keepsWrites = true
  }

  public func run(_ scenario: Scenario, profile: Profile) -> Score {
    var settings = settings
    settings.busSeconds = seconds
    settings.bleSeconds = seconds
    settings.overlapSeconds = seconds
    let trial = AlignmentTrial(TrialRide(scenario, seconds: seconds), settings)
    let origin = trial.busCovered.lowerBound
    let wire = TrialTap(scenario, seconds: seconds, quality: quality).events
      .filter { hidden?.contains($0.event.start.middle) != true }
    let messages = trial.log
    var bus = AlignmentStream(), ble = AlignmentStream()
    for (event, bytes) in wire { bus.append(event, bytes: bytes.span, origin: origin) }
    for message in messages { ble.append(message) }
    var score = Score(alignment: ClockAligner.align(bus: bus, ble: ble))
    guard let clocks = score.alignment.clocks else { return score }
    let phone = PhoneRequests(log: messages, profile: profile, clocks: clocks, origin: origin)
    let attributed = attribute(wire, phone, profile)
    for (event, _) in attributed { score.census.push(event) }
    var tracker = CausalityTracker(clocks: clocks, origin: origin)
    // In the log's order, once each.
    var clock = BleTimeReader(clocks)
    let due = messages.map { clock.busTime(of: $0.time).middle - origin }
    var next = 0
    var judge = Judge(trial: trial, messages: messages, score: score)
    for (id, (event, bytes)) in attributed.enumerated() {
      while next < messages.count, due[next] < event.event.start.middle {
        tracker.push(messages[next])
        judge.take(tracker.outcomes)
        next += 1
      }
      tracker.push(event, bytes: bytes.span, id: Int64(id))
      judge.take(tracker.outcomes)
    }
    for message in messages[next...] {
      tracker.push(message)
      judge.take(tracker.outcomes)
    }
    tracker.finish()
    judge.take(tracker.outcomes)
    return judge.score
  }

  private func attribute(
    _ wire: [(event: BusEvent, bytes: [UInt8])], _ phone: PhoneRequests, _ profile: Profile
  ) -> [(AttributedEvent, [UInt8])] {
    var sink = Sink()
    var attributor = Attributor(profile: profile, patience: .recorded)
    attributor.add(taps: [
      Tap(name: "bus0", detail: "sim", baud: .standard, quality: quality.tap)
    ])
    attributor.set(phone: phone)
    for (event, bytes) in wire { attributor.push(event, tap: 0, bytes: bytes.span, into: &sink) }
    attributor.finish(into: &sink)
    return sink.events
  }

  private struct Sink: AttributedEventSink {
    var events: [(AttributedEvent, [UInt8])] = []
    mutating func take(_ event: AttributedEvent, bytes: Span<UInt8>) {
      events.append((event, bytes.indices.map { bytes[$0] }))
    }
  }

  /// Compares what comes out with the truth.
  private struct Judge {
    let trial: AlignmentTrial
    let messages: [BleMessage]
    var score: Score
    /// Dashes are numbered as they are found: what the first answers were taken for.
    private var names: [Int: Transmitter] = [:]

    init(trial: AlignmentTrial, messages: [BleMessage], score: Score) {
      self.trial = trial
      self.messages = messages
      self.score = score
    }

    private mutating func name(of dash: Int, found: BusTimeline.Cause) -> Transmitter {
      if let name = names[dash] { return name }
      guard case .reply(let name) = found, name.isForeign, !names.values.contains(name) else {
        return .dash(UInt8(dash))
      }
      names[dash] = name
      return name
    }

    mutating func take(_ outcomes: [CausalOutcome]) {
      for outcome in outcomes {
        switch outcome {
        case .chain(let chain):
          score.chains[chain.outcome, default: 0] += 1
          if chain.outcome == .complete { take(complete: chain) }
        case .notification(let finding): take(finding)
        }
      }
    }

    private mutating func take(complete chain: CausalChain) {
      score.completeChains.append(chain)
      guard let told = chain.notification else { return }
      let write = trial.ble[chain.write.sequence], answer = trial.ble[told.sequence]
      if answer.solicited, write.frame[5] == answer.frame[5], write.wire < answer.wire { score.answersFollowed += 1 }
    }

    private mutating func take(_ finding: NotificationFinding) {
      let truth = trial.ble[finding.sequence]
      if truth.solicited { score.answers += 1 }
      score.tally.push(messages[finding.sequence], finding: finding)
      score.notifications += 1
      if finding.solicited == truth.solicited { score.solicitedRight += 1 }
      let cause: BusTimeline.Cause =
        switch truth.cause {
        case .reply(to: .phone): .replyToPhone
        case .reply(to: .dash(let number)): .reply(to: name(of: number, found: finding.cause))
        default: .unknown
        }
      if finding.cause == cause { score.causesRight += 1 }
      if finding.cause != cause || finding.solicited != truth.solicited {
        score.wrong.append(
          "\(finding.sequence) \(truth.frame[3...5]) at \(truth.wire - trial.busCovered.lowerBound): \(cause) \(truth.solicited)"
            + " found \(finding.cause) \(String(describing: finding.solicited)) reply \(finding.reply?.end.middle ?? -1)"
        )
      }
    }
  }
}
