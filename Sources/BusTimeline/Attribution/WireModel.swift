import Glibc
import NinebotBus
import UartSniffer

/// What is known of the transmitters on one wire, and who sent each frame.
///
/// Frames come in three times: `observe` when they arrive, then the rhythm looks at them once their followers are
/// known, and `decide` when they leave. Fingerprints are learnt from frames that only one device can have sent.
struct WireModel: Sendable {
  /// Whether an answer was asked for; set for the frame that is being decided.
  enum AnswerFit: UInt8 { case notLooked, asked, unasked }

  /// Whether order in time is known at all.
  let hasTimes: Bool
  let baud: Baud
  /// What each candidate looks like on this wire.
  private(set) var prints = [Fingerprint](repeating: Fingerprint(), count: Candidate.count)
  /// Foreign devices that were named.
  private(set) var dashes = CandidateSet()
  /// Who comes into question for a frame, newcomers aside: the device that sends such frames, and whoever may forge them.
  /// Stock parts do not send each other's frames.
  @inline(__always)
  func candidates(for claim: Claim) -> CandidateSet {
    claim == .none ? dashes.union(.stock) : dashes.union(.claimed(claim))
  }
  var answerFit = AnswerFit.notLooked
  var phone = PhoneRequests()
  /// Share of requests that dashes make, learnt; 0 to 1.
  private(set) var foreignShare: Float = 0.3 {
    didSet { foreignOdds = logf(foreignShare / (1 - foreignShare)) }
  }
  /// The same as the logarithm of the odds.
  private(set) var foreignOdds = logf(0.3 / 0.7)

  /// Requests since the last device was named, as far as more of them say more.
  private var requestsSinceNaming: Float = 1 {
    didSet { newcomerOdds = -logf(requestsSinceNaming) }
  }
  /// How probable a request of one more device is, as a logarithm: none came so far.
  private(set) var newcomerOdds: Float = 0

  private(set) var habits = PollingHabits()
  private var paces = RequestPaces()
  private var plain = PlainFindings()
  private var early = EarlyFindings()

  private(set) var slots: SlotClock
  private(set) var pattern = HeartbeatPattern()
  /// What the last frame made clear.
  private(set) var clear: [ClearRhythm] = []
  /// End of the last heartbeat.
  private var lastBeat: TimeBounds?
  /// Whether that was the last thing on the wire.
  private var isBehindBeat = false
  /// Requests that look foreign, until it is known whose they are.
  private var suspects = Suspects()

  init(quality: TimeQuality, baud: Baud, slot: Int64?) {
    hasTimes = quality != .none
    self.baud = baud
    slots = SlotClock(slot: slot)
  }

  // MARK: - Arrival

  /// Takes a frame in order of time.
  ///
  /// - Returns: what it shows of its transmitter, and whether `clear` now holds something on requests before it.
  mutating func observe(
    _ event: BusEvent, _ claim: Claim, subject: Role?, id: Int64
  ) -> (Measurement, isClear: Bool) {
    if !clear.isEmpty { clear.removeLast(clear.count) }
    defer { isBehindBeat = claim.isHeartbeat }
    guard event.kind == .frame, event.checksumHolds else {
      if hasTimes { slots.damage(TimeBounds(earliest: event.start.earliest, latest: event.end.latest)) }
      pattern.damage()
      return (Measurement(), false)
    }
    var measurement = hasTimes ? Measurement(event, baud: baud) : Measurement()
    switch claim {
    case .levers:
      if hasTimes { beat(event, measurement, endsRound: false) }
      pattern.lever()
    case .poll:
      if hasTimes { beat(event, measurement, endsRound: true) }
      pattern.poll(into: &clear)
      if hasTimes { slots.poll(event.start, slots: pattern.slots) }
    case .request:
      if hasTimes {
        if let lastBeat { measurement.measureTrigger(event, after: lastBeat, slots.scatter) }
        slots.request(id, event.start)
      } else {
        measurement.following = isBehindBeat ? .closely : .apart
      }
      pattern.request(id)
    // The answer takes a slot, and the round is not a usual one.
    case .escRequest where subject == .ble: pattern.damage()
    case .bleAnswer where hasTimes: slots.damage(event.start)
    default: break
    }
    return (measurement, !clear.isEmpty)
  }

  private mutating func beat(_ event: BusEvent, _ measurement: Measurement, endsRound: Bool) {
    prints[Candidate.ble].learn(measurement)
    lastBeat = event.end
    slots.beat(event.start, endsRound: endsRound, into: &clear)
  }

  // MARK: - Newcomers

  /// Looks at a request whose rhythm is known. Returns whether a device must be named that was not known before.
  ///
  /// - Parameter id: the frame's number.
  mutating func assess(_ observation: inout Observation, id: Int64) -> Bool {
    var evidence = EvidenceTable()
    evidence.weigh(observation, on: self)
    // A device that asks sooner than it used to is no other one: newcomers are looked for without the pace.
    let scores = evidence.total
    if isPaced(observation), let reading = observation.reading {
      observation.pace = paces.advantages(of: reading, at: observation.event.start.middle, habits)
      evidence = EvidenceTable()
      evidence.weigh(observation, on: self)
    }
    learn(evidence, observation, id: id)
    return findsNewcomer(observation, scores)
  }

  /// Learns from a request before it leaves what others are told by.
  @inline(__always)
  private mutating func learn(_ evidence: borrowing EvidenceTable, _ observation: Observation, id: Int64) {
    let scores = evidence.total
    let leaders = scores.leaders(among: candidates(for: observation.claim))
    if leaders.best != Candidate.newcomer, leaders.probability >= Self.most {
      early.keep(finding(evidence, leaders, observation), id, dashes)
    }
    guard !dashes.isEmpty, let reading = observation.reading else { return }
    learnHabit(reading, scores, leaders)
    if isPaced(observation), leaders.probability > 0.5 {
      paces.take(
        reading, at: observation.event.start.middle, of: leaders.best, isSure: leaders.probability > Self.decided,
        habits)
    }
  }

  /// Adds a request to those that look foreign. Returns whether they are a device's that must be named.
  @inline(__always)
  private mutating func findsNewcomer(_ observation: Observation, _ scores: Scores) -> Bool {
    var best = scores[Candidate.ble]
    for dash in dashes { best = max(best, scores[dash]) }
    // Priors are not evidence.
    let prior = RoleEvidence.newcomersRequest(on: self)
    let ratio = max(-8, min(8, scores[Candidate.newcomer] - prior - best))
    let rhythm = observation.slot + observation.pattern
    let isForeign = max(best, scores[Candidate.newcomer]) > scores[Candidate.ble]
    if dashes.count == 1, rhythm > Self.foreign, isForeign, observation.measurement.clockSpread == 0,
      suspects.take(explained: observation, rhythm: rhythm, prints[Candidate.firstDash])
    {
      return true
    }
    if rhythm <= -2, dashes.isEmpty { prints[Candidate.ble].learn(observation.measurement) }
    guard suspects.add(observation, rhythm: rhythm, ratio: ratio) else { return false }
    switch suspects.judge(against: dashes, prints, habits) {
    case .undecided: return false
    case .newcomers: return true
    case .known(let requests):
      learn(known: requests)
      return false
    }
  }

  /// Looks at an answer or a heartbeat with the timing of no known device: somebody forges it. Returns whether a device
  /// must be named for that.
  mutating func assess(strange observation: Observation) -> Bool {
    var observation = observation
    // What it says is no request.
    observation.reading = nil
    guard suspects.add(observation, rhythm: Self.outOfTurn, ratio: Self.outOfTurn),
      case .newcomers = suspects.judge(against: dashes, prints, habits)
    else { return false }
    return true
  }

  /// That nobody known sent it stands already: a weight that no single request has.
  private static let outOfTurn: Float = 8

  /// Learns what known devices ask for: now and not when the frame leaves, since newcomers are told from them by that.
  ///
  /// Every request counts for each by its probability, as in the expectation-maximisation of mixtures (Dempster, Laird,
  /// Rubin, 1977). Learnt from certain requests alone, a device would seem to ask only for what happens to be clear, and
  /// what it seems to ask for makes a request certain: a habit would confirm itself.
  private mutating func learnHabit(
    _ reading: FrameReading, _ scores: Scores, _ leaders: (best: Int, rival: Int, probability: Float)
  ) {
    habits.learn(reading, Candidate.ble, weight: scores.probability(of: Candidate.ble, leaders))
    for dash in dashes { habits.learn(reading, dash, weight: scores.probability(of: dash, leaders)) }
  }

  /// Where pitch or clock are seen they tell more, and a newcomer by them: what it asks must not be learnt as another's
  /// before. Without times the order alone would be taken for too much.
  private func isPaced(_ observation: Observation) -> Bool {
    hasTimes && !dashes.isEmpty && !observation.measurement.isShaped
  }

  /// Suspects turned out to be a known dash: it does more than was learnt of it so far.
  private mutating func learn(known requests: [Suspects.Request]) {
    for request in requests {
      guard let reading = request.reading else { continue }
      let row = habits.row(of: reading)
      guard let dash = dashes.max(by: { habits.share(row, $0) < habits.share(row, $1) }) else { continue }
      prints[dash].learn(request.measurement)
      habits.learn(reading, dash)
    }
  }

  /// What the device that must be named looks like, and what it asked for.
  var newcomer: (fingerprint: Fingerprint, asking: [FrameReading]) { suspects.newcomer }

  /// Adds a device with a fingerprint from the requests that led to it.
  mutating func name(_ number: Int) {
    let dash = Candidate.firstDash + number - 1
    for request in suspects.takeNewcomer() {
      prints[dash].learn(request.measurement)
      if let reading = request.reading { habits.learn(reading, dash) }
    }
    dashes.insert(dash)
    plain.removeAll()
    requestsSinceNaming = 1
    foreignShare = max(foreignShare, 0.3)
  }

  // MARK: - Decision

  /// What was found on a frame that claims the same and of which nothing was measured either; nil for the first.
  @inline(__always)
  func plainFinding(on claim: Claim) -> Finding? { plain.finding(claim, answerFit) }

  /// Who sent a frame. Learns from it when that is certain.
  ///
  /// - Parameter id: the frame's number.
  mutating func decide(_ observation: Observation, id: Int64) -> Finding {
    if observation.claim == .request, let finding = early.finding(id, dashes) {
      learnShare(foreign: finding.injected)
      learn(observation, finding)
      return finding
    }
    let finding = weigh(observation)
    if observation.isPlain { plain.keep(finding, observation.claim, answerFit) }
    return finding
  }

  private mutating func weigh(_ observation: Observation) -> Finding {
    var evidence = EvidenceTable()
    evidence.weigh(observation, on: self)
    let leaders = evidence.total.leaders(among: candidates(for: observation.claim))
    if observation.claim == .request {
      // By its probability, not by the verdict: which requests can be decided depends on who sent them.
      learnShare(foreign: 1 - evidence.total.probability(of: Candidate.ble, leaders))
    }
    let finding = finding(evidence, leaders, observation)
    learn(observation, finding)
    return finding
  }

  @inline(__always)
  private func finding(
    _ evidence: borrowing EvidenceTable, _ leaders: (best: Int, rival: Int, probability: Float),
    _ observation: Observation
  ) -> Finding {
    let (best, rival, probability) = leaders
    let confidence = min(probability, Self.most)
    var finding = Finding(confidence: confidence, votes: evidence.votes(for: best, against: rival))
    guard best != Candidate.newcomer, confidence >= Self.decided else {
      for dash in dashes { finding.injected += evidence.total.probability(of: dash, leaders) }
      finding.isStrange =
        best == Candidate.newcomer && confidence >= Self.decided && observation.claim != .request
        && observation.measurement.isShaped
      return finding
    }
    finding.sender = Candidate.transmitter(best)
    finding.injected = finding.sender.isForeign ? 1 : 0
    finding.contradictsClaim = best != Candidate.claimed(observation.claim)
    return finding
  }

  @inline(__always)
  private mutating func learnShare(foreign: Float) {
    foreignShare += (min(max(foreign, 0.02), 0.98) - foreignShare) / 64
    if newcomerOdds > RoleEvidence.furtherNewcomersRequest.lowerBound { requestsSinceNaming += 1 }
  }

  /// A log-likelihood ratio from which a request is foreign by its place in the rhythm alone.
  private static let foreign: Float = 2
  /// What is less certain teaches nothing.
  private static let certain: Float = 0.99
  /// Below this, `unknown` is the better answer.
  private static let decided: Float = 0.9
  /// Nothing is said to be more probable.
  private static let most: Float = 0.9999

  @inline(__always)
  private mutating func learn(_ observation: Observation, _ finding: Finding) {
    guard finding.confidence > Self.certain, finding.sender != .unknown else { return }
    let sender = Candidate.index(of: finding.sender)
    if dashes.isEmpty, observation.claim == .request, sender == Candidate.ble, let reading = observation.reading {
      habits.learn(reading, sender)
    }
    switch sender {
    // Learns from heartbeats alone, when they arrive.
    case Candidate.ble: break
    case Candidate.esc where answerFit != .asked && prints[sender].isMature: break
    default: prints[sender].learn(observation.measurement)
    }
  }
}
