import Glibc
import NinebotBus
import UartSniffer

/// What is known of the transmitters on one wire, and who sent each frame.
///
/// Frames come in three times: `arrive`, then `assess` once their place in the rhythm is known, and `decide` when they
/// leave. Fingerprints are learnt from frames that only one device can have sent.
struct WireModel: Sendable {
  /// What evidence is held against.
  var beliefs: WireBeliefs
  private var paces = RequestPaces()
  private var plain = PlainFindings()
  private var early = EarlyFindings()

  /// Requests that look foreign, until it is known whose they are.
  private var suspects = Suspects()

  init(quality: TimeQuality) {
    beliefs = WireBeliefs(hasTimes: quality != .none)
  }

  // MARK: - Arrival

  /// Learns from a frame that only one device can have sent, as soon as it is there.
  @inline(__always)
  mutating func arrive(_ claim: Claim, _ measurement: Measurement) {
    if claim.isHeartbeat, beliefs.hasTimes { beliefs.prints[Candidate.ble].learn(measurement) }
  }

  // MARK: - Newcomers

  /// Looks at a request whose rhythm is known. Returns whether a device must be named that was not known before.
  ///
  /// - Parameter id: the frame's number.
  mutating func assess(_ observation: inout Observation, id: Int64) -> Bool {
    // Taken out once: what can still change is copied whenever it is handed on.
    let seen = observation
    var evidence = EvidenceTable()
    evidence.weigh(seen, on: beliefs)
    // A device that asks sooner than it used to is no other one: newcomers are looked for without the pace.
    let scores = evidence.total
    let isPaced = isPaced(seen)
    if isPaced, let reading = seen.reading {
      observation.pace = paces.advantages(of: reading, at: seen.event.start.middle, beliefs.habits)
      evidence.add(PaceEvidence(), observation, beliefs)
    }
    learn(&evidence, seen, id: id, isPaced: isPaced)
    return findsNewcomer(seen, scores)
  }

  /// Learns from a request before it leaves what others are told by.
  @inline(__always)
  private mutating func learn(
    _ evidence: inout EvidenceTable, _ observation: Observation, id: Int64, isPaced: Bool
  ) {
    let scores = evidence.total
    let leaders = scores.leaders(among: beliefs.candidates(for: observation.claim))
    if leaders.best != Candidate.newcomer, leaders.probability >= Self.beyondDoubt {
      early.keep(finding(&evidence, leaders, observation), id, beliefs.dashes)
    }
    guard !beliefs.dashes.isEmpty, let reading = observation.reading else { return }
    learnHabit(reading, scores, leaders)
    if isPaced, leaders.probability > 0.5 {
      paces.take(
        reading, at: observation.event.start.middle, of: leaders.best, isSure: leaders.probability > Self.decided,
        beliefs.habits)
    }
  }

  /// Adds a request to those that look foreign. Returns whether they are a device's that must be named.
  @inline(__always)
  private mutating func findsNewcomer(_ observation: Observation, _ scores: Scores) -> Bool {
    var best = scores[Candidate.ble]
    for dash in beliefs.dashes { best = max(best, scores[dash]) }
    // Priors are not evidence.
    let prior = RoleEvidence.newcomersRequest(on: beliefs)
    let ratio = max(-8, min(8, scores[Candidate.newcomer] - prior - best))
    let rhythm = observation.slot + observation.pattern
    let isForeign = max(best, scores[Candidate.newcomer]) > scores[Candidate.ble]
    let request = Suspects.Request(
      measurement: observation.measurement, rhythm: rhythm, reading: observation.reading)
    if beliefs.dashes.count == 1, rhythm > Self.foreign, isForeign, request.measurement.clockSpread == 0,
      suspects.take(explained: request, beliefs.prints)
    {
      return true
    }
    if rhythm <= -2, beliefs.dashes.isEmpty { beliefs.prints[Candidate.ble].learn(observation.measurement) }
    guard suspects.add(request, ratio: ratio) else { return false }
    switch suspects.judge(against: beliefs.dashes, beliefs.prints, beliefs.habits) {
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
    // What it says is no request.
    let request = Suspects.Request(measurement: observation.measurement, rhythm: Self.outOfTurn, reading: nil)
    guard suspects.add(request, ratio: Self.outOfTurn),
      case .newcomers = suspects.judge(against: beliefs.dashes, beliefs.prints, beliefs.habits)
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
    beliefs.habits.learn(reading, Candidate.ble, weight: scores.probability(of: Candidate.ble, leaders))
    for dash in beliefs.dashes { beliefs.habits.learn(reading, dash, weight: scores.probability(of: dash, leaders)) }
  }

  /// Where pitch or clock tell the BLE module from the dashes they tell more, and a newcomer by them: what it asks must
  /// not be learnt as another's before. Without times the order alone would be taken for too much.
  @inline(__always)
  private func isPaced(_ observation: Observation) -> Bool {
    guard beliefs.hasTimes, !beliefs.dashes.isEmpty else { return false }
    let measurement = observation.measurement
    guard measurement.isShaped else { return true }
    return beliefs.prints[Candidate.ble].hasShape(of: measurement)
      && beliefs.dashes.contains { beliefs.prints[$0].hasShape(of: measurement) }
  }

  /// Suspects turned out to be a known dash: it does more than was learnt of it so far.
  private mutating func learn(known requests: [Suspects.Request]) {
    for request in requests {
      guard let reading = request.reading, let dash = beliefs.likeliestDash(asking: reading) else { continue }
      beliefs.prints[dash].learn(request.measurement)
      beliefs.habits.learn(reading, dash)
    }
  }

  /// What the device that must be named looks like, and what it asked for.
  var newcomer: (fingerprint: Fingerprint, asking: [FrameReading]) { suspects.newcomer }

  /// Adds a device with a fingerprint from the requests that led to it.
  mutating func name(_ number: Int) {
    let dash = Candidate.firstDash + number - 1
    for request in suspects.takeNewcomer() {
      beliefs.prints[dash].learn(request.measurement)
      if let reading = request.reading { beliefs.habits.learn(reading, dash) }
    }
    beliefs.name(dash)
    plain.removeAll()
  }

  // MARK: - Decision

  /// Who sent a frame, as was found on one that is alike in all that can tell; nil for the first. Learns from it as from
  /// that one.
  @inline(__always)
  mutating func plainFinding(on observation: borrowing Observation) -> Finding? {
    guard observation.isPlain, let finding = plain.finding(key(of: observation)) else { return nil }
    learn(observation, finding)
    return finding
  }

  @inline(__always)
  private func key(of observation: borrowing Observation) -> PlainFindings.Key {
    let excluded = AirTimeEvidence.excluded(by: observation.measurement, observation.claim, on: beliefs)
    return PlainFindings.Key(claim: observation.claim, fit: beliefs.answerFit, excluded: excluded)
  }

  /// Who sent a frame. Learns from it when that is certain.
  ///
  /// - Parameter id: the frame's number.
  mutating func decide(_ observation: Observation, id: Int64) -> Finding {
    if observation.claim == .request, let finding = early.finding(id, beliefs.dashes) {
      beliefs.learnShare(foreign: finding.injected)
      learn(observation, finding)
      return finding
    }
    let finding = decideAnew(observation)
    if observation.isPlain { plain.keep(finding, key(of: observation)) }
    learn(observation, finding)
    return finding
  }

  private mutating func decideAnew(_ observation: Observation) -> Finding {
    var evidence = EvidenceTable()
    evidence.weigh(observation, on: beliefs)
    let leaders = evidence.total.leaders(among: beliefs.candidates(for: observation.claim))
    if observation.claim == .request {
      // By its probability, not by the verdict: which requests can be decided depends on who sent them.
      beliefs.learnShare(foreign: 1 - evidence.total.probability(of: Candidate.ble, leaders))
    }
    return finding(&evidence, leaders, observation)
  }

  @inline(__always)
  private func finding(
    _ evidence: inout EvidenceTable, _ leaders: (best: Int, rival: Int, probability: Float),
    _ observation: Observation
  ) -> Finding {
    let (best, rival, probability) = leaders
    let confidence = min(probability, Self.most)
    var finding = Finding(confidence: confidence, votes: evidence.votes(for: best, against: rival))
    guard best != Candidate.newcomer, confidence >= Self.decided else {
      for dash in beliefs.dashes { finding.injected += evidence.total.probability(of: dash, leaders) }
      // Of stock parts' answers none is in doubt: who sent one that is has another's timing.
      finding.isStrange =
        observation.measurement.isShaped
        && (observation.claim != .request || best == Candidate.newcomer && confidence >= Self.decided)
      return finding
    }
    finding.sender = Candidate.transmitter(best)
    finding.injected = finding.sender.isForeign ? 1 : 0
    if finding.sender.isForeign {
      finding.againstStock = CoarseVotes(evidence.votes(for: best, against: Candidate.claimed(observation.claim)))
    }
    finding.contradictsClaim = best != Candidate.claimed(observation.claim)
    return finding
  }

  /// A log-likelihood ratio from which a request is foreign by its place in the rhythm alone.
  private static let foreign: Float = 2
  /// What is less certain teaches nothing.
  private static let certain: Float = 0.99
  /// Below this, `unknown` is the better answer.
  private static let decided: Float = 0.9
  /// What is learnt until a request leaves seldom changes more than the last digits of this.
  private static let beyondDoubt: Float = 0.998
  /// Nothing is said to be more probable.
  private static let most: Float = 0.9999

  @inline(__always)
  private mutating func learn(_ observation: borrowing Observation, _ finding: Finding) {
    guard finding.confidence > Self.certain, finding.sender != .unknown else { return }
    let sender = Candidate.index(of: finding.sender)
    if beliefs.dashes.isEmpty, observation.claim == .request, sender == Candidate.ble, let reading = observation.reading
    {
      beliefs.habits.learn(reading, sender)
    }
    switch sender {
    // Learns from heartbeats alone, when they arrive.
    case Candidate.ble: break
    case Candidate.esc where beliefs.answerFit != .asked && beliefs.prints[sender].isMature: break
    default: beliefs.prints[sender].learn(observation.measurement)
    }
  }
}
