import Glibc
import NinebotBus
import UartSniffer

/// What is known of the transmitters on one wire, and who sent each frame.
///
/// Frames come in three times: `observe` when they arrive, then the rhythm looks at them once their followers are
/// known, and `decide` when they leave. Fingerprints are learnt from frames that only one device can have sent.
struct WireModel: Sendable {
  /// A request that looks foreign.
  private struct Suspect: Sendable {
    var measurement: Measurement
    var rhythm: Float
    var reading: FrameReading?
  }

  /// Whether an answer was asked for; set for the frame that is being decided.
  enum AnswerFit: UInt8 { case notLooked, asked, unasked }

  let quality: TimeQuality
  let baud: Baud
  /// What each candidate looks like on this wire.
  private(set) var prints = [Fingerprint](repeating: Fingerprint(), count: Candidate.count)
  /// Foreign devices that were named.
  private(set) var dashes = CandidateSet()
  private(set) var known = CandidateSet(Candidate.esc, Candidate.ble, Candidate.bms, Candidate.externalBms)
  var answerFit = AnswerFit.notLooked
  var phone = PhoneRequests()
  /// Share of requests that dashes make, learnt; 0 to 1.
  private(set) var foreignShare: Float = 0.3 {
    didSet { foreignOdds = logf(foreignShare / (1 - foreignShare)) }
  }
  /// The same as the logarithm of the odds.
  private(set) var foreignOdds = logf(0.3 / 0.7)

  private(set) var habits = PollingHabits()
  private var plain = PlainFindings()

  private(set) var slots: SlotClock
  private(set) var pattern = HeartbeatPattern()
  /// What the last frame made clear.
  private(set) var clear: [ClearRhythm] = []
  /// End of the last heartbeat.
  private var lastBeat: TimeBounds?
  private var test = ForeignTest()
  /// Requests that look foreign, for a newcomer's first fingerprint.
  private var suspects: [Suspect] = []
  private static let mostSuspects = 48
  /// How often suspects turned out to be a known dash.
  private var refusals = 0
  /// Fewer make no fingerprint.
  private static let leastSuspects = 4

  init(quality: TimeQuality, baud: Baud, slot: Int64?) {
    self.quality = quality
    hasTimes = quality != .none
    self.baud = baud
    slots = SlotClock(slot: slot)
  }

  /// Whether order in time is known at all.
  let hasTimes: Bool

  // MARK: - Arrival

  /// Takes a frame in order of time.
  ///
  /// - Returns: what it shows of its transmitter, and whether `clear` now holds something on requests before it.
  mutating func observe(
    _ event: BusEvent, _ claim: Claim, subject: Role?, id: Int64
  ) -> (Measurement, isClear: Bool) {
    if !clear.isEmpty { clear.removeLast(clear.count) }
    guard event.kind == .frame, event.checksumHolds else {
      slots.damage()
      pattern.damage()
      return (Measurement(), false)
    }
    var measurement = hasTimes ? Measurement(event, baud: baud) : Measurement()
    switch claim {
    case .levers:
      if hasTimes { beat(event, measurement) }
      pattern.lever()
    case .poll:
      if hasTimes { beat(event, measurement) }
      pattern.poll(into: &clear)
    case .request:
      if hasTimes {
        if let lastBeat { measurement.measureTrigger(event, after: lastBeat) }
        slots.request(id, event.start)
      }
      pattern.request(id)
    // The answer takes a slot, and the round is not a usual one.
    case .escRequest where subject == .ble: pattern.damage()
    default: break
    }
    return (measurement, !clear.isEmpty)
  }

  private mutating func beat(_ event: BusEvent, _ measurement: Measurement) {
    prints[Candidate.ble].learn(measurement)
    lastBeat = event.end
    slots.beat(event.start, into: &clear)
  }

  // MARK: - Newcomers

  /// Looks at a request whose rhythm is known. Returns whether a device must be named that was not known before.
  mutating func assess(_ observation: Observation) -> Bool {
    var evidence = EvidenceTable()
    evidence.weigh(observation, on: self)
    let scores = evidence.total
    if !dashes.isEmpty { learnHabit(observation, scores) }
    var best = scores[Candidate.ble]
    for dash in dashes { best = max(best, scores[dash]) }
    // Priors are not evidence.
    let prior: Float = dashes.isEmpty ? -1 : -4
    let ratio = max(-8, min(8, scores[Candidate.newcomer] - prior - best))
    let rhythm = observation.slot + observation.pattern
    if rhythm <= -2, dashes.isEmpty { prints[Candidate.ble].learn(observation.measurement) }
    if ratio > 1 {
      if suspects.count == Self.mostSuspects { suspects.removeFirst() }
      suspects.append(Suspect(measurement: observation.measurement, rhythm: rhythm, reading: observation.reading))
    }
    guard test.add(ratio) else { return false }
    let kind = firstKind
    guard kind.count >= Self.leastSuspects, !mustWait(kind) else { return false }
    test.reset()
    guard isAnotherDevice(kind) else {
      learnAsKnown(isKnownWell ? kind : Array(suspects.indices))
      return false
    }
    // Another clock or pitch alone is no other device: one device may have several. It must also come out of turn.
    return kind.map { suspects[$0].rhythm }.reduce(0, +) / Float(kind.count) > 0.5
  }

  /// Learns what known dashes ask for: now and not when the frame leaves, since newcomers are told from them by that.
  ///
  /// What is surely foreign but may be any of several dashes counts for each by its probability, as in the
  /// expectation-maximisation of mixtures (Dempster, Laird, Rubin, 1977): learnt from certain requests alone, a dash
  /// would seem to ask only for what happens to be clear.
  private mutating func learnHabit(_ observation: Observation, _ scores: Scores) {
    guard let reading = observation.reading else { return }
    let leaders = scores.leaders(among: known)
    guard leaders.best >= Candidate.firstDash else { return }
    var foreign: Float = 0
    for dash in dashes { foreign += scores.probability(of: dash, leaders) }
    guard foreign > Self.certain else { return }
    for dash in dashes { habits.learn(reading, dash, weight: scores.probability(of: dash, leaders)) }
  }

  /// Whether suspects are none of the dashes that were named: by shape where that was measured, else by what they ask
  /// for. Another distance from the heartbeats alone is no other device: one that runs on its own timer keeps none.
  private func isAnotherDevice(_ kind: [Int]) -> Bool {
    if dashes.isEmpty { return true }
    let mean = Measurement(meanOf: kind.map { suspects[$0].measurement })
    if mean.isShaped, !dashes.contains(where: { prints[$0].hasShape(of: mean) }) { return true }
    guard isKnownWell else { return false }
    let readings = kind.compactMap { suspects[$0].reading }
    return !dashes.contains { !habits.areUnlike(readings, $0, earlier: refusals) }
  }

  /// Whether too little is known of what the dashes ask for to say that suspects are others, and more may yet come.
  private func mustWait(_ kind: [Int]) -> Bool {
    !dashes.isEmpty && !suspects[kind[0]].measurement.isShaped && !isKnownWell && suspects.count < Self.mostSuspects
  }

  /// Whether it is known what some dash asks for.
  private var isKnownWell: Bool { dashes.contains { habits.requests(of: $0) >= Self.knownRequests } }

  /// After so many requests one that is new is another device's: most dashes ask for five things or fewer.
  private static let knownRequests: Float = 24

  /// Suspects turned out to be a known dash: it does more than was learnt of it so far.
  private mutating func learnAsKnown(_ kind: [Int]) {
    refusals += 1
    for index in kind {
      guard let reading = suspects[index].reading else { continue }
      let row = habits.row(of: reading)
      guard let dash = dashes.max(by: { habits.share(row, $0) < habits.share(row, $1) }) else { continue }
      prints[dash].learn(suspects[index].measurement)
      habits.learn(reading, dash)
    }
    let known = Set(kind)
    suspects = suspects.indices.filter { !known.contains($0) }.map { suspects[$0] }
  }

  /// The suspects that make up one device: those like the first of them, so that newcomers get their numbers in the
  /// order of appearance. Where shape tells nothing, those that keep one distance from the heartbeats, if many do.
  private var firstKind: [Int] {
    guard let first = suspects.first?.measurement else { return [] }
    if first.isShaped {
      return suspects.indices.filter { first.hasShape(of: suspects[$0].measurement) }
    }
    let groups = suspects.indices.map { seed in
      suspects.indices.filter { suspects[seed].measurement.hasTrigger(of: suspects[$0].measurement) }
    }
    guard let largest = groups.max(by: { $0.count < $1.count }), largest.count * 5 >= suspects.count * 2 else {
      return Array(suspects.indices)
    }
    return largest
  }

  /// What the device that must be named looks like, and what it asked for.
  var newcomer: (fingerprint: Fingerprint, asking: [FrameReading]) {
    var fingerprint = Fingerprint()
    let kind = firstKind.map { suspects[$0] }
    for suspect in kind { fingerprint.learn(suspect.measurement) }
    return (fingerprint, kind.compactMap(\.reading))
  }

  /// Adds a device with a fingerprint from the requests that led to it.
  mutating func name(_ number: Int) {
    // Two newcomers may have come together: those of another kind stay suspects.
    let kind = Set(firstKind)
    let dash = Candidate.firstDash + number - 1
    for index in kind.sorted() {
      prints[dash].learn(suspects[index].measurement)
      if let reading = suspects[index].reading { habits.learn(reading, dash) }
    }
    suspects = suspects.indices.filter { !kind.contains($0) }.map { suspects[$0] }
    dashes.insert(dash)
    known.insert(dash)
    plain.removeAll()
    foreignShare = max(foreignShare, 0.3)
  }

  // MARK: - Decision

  /// Who sent a frame. Learns from it when that is certain.
  @inline(__always)
  mutating func decide(_ observation: Observation) -> Finding {
    guard observation.isPlain else { return weigh(observation) }
    if let finding = plain.finding(observation.claim, answerFit) { return finding }
    let finding = weigh(observation)
    plain.keep(finding, observation.claim, answerFit)
    return finding
  }

  private mutating func weigh(_ observation: Observation) -> Finding {
    var evidence = EvidenceTable()
    evidence.weigh(observation, on: self)
    let leaders = evidence.total.leaders(among: known)
    let (best, rival, probability) = leaders
    if observation.claim == .request {
      // By its probability, not by the verdict: which requests can be decided depends on who sent them.
      let foreign = 1 - evidence.total.probability(of: Candidate.ble, leaders)
      foreignShare += (min(max(foreign, 0.02), 0.98) - foreignShare) / 64
    }
    let confidence = min(probability, 0.9999)
    var finding = Finding(confidence: confidence, votes: evidence.votes(for: best, against: rival))
    guard best != Candidate.newcomer, confidence >= Self.decided else { return finding }
    learn(observation, best, confidence)
    finding.sender = Candidate.transmitter(best)
    finding.contradictsClaim = best != Candidate.claimed(observation.claim)
    return finding
  }

  /// What is less certain teaches nothing.
  private static let certain: Float = 0.99
  /// Below this, `unknown` is the better answer.
  private static let decided: Float = 0.9

  private mutating func learn(_ observation: Observation, _ sender: Int, _ confidence: Float) {
    guard confidence > Self.certain else { return }
    if observation.claim == .request, sender == Candidate.ble, let reading = observation.reading {
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

/// Findings on frames of which nothing was measured: only the claim and whether it was asked for can tell then, so
/// one finding holds for all alike. Most frames of a recording without times are these.
private struct PlainFindings: Sendable {
  /// Not in place: what holds this is looked at more often than this.
  private var findings = [Finding?](repeating: nil, count: 27)

  private func place(_ claim: Claim, _ fit: WireModel.AnswerFit) -> Int { Int(claim.rawValue) * 3 + Int(fit.rawValue) }

  func finding(_ claim: Claim, _ fit: WireModel.AnswerFit) -> Finding? { findings[place(claim, fit)] }

  mutating func keep(_ finding: Finding, _ claim: Claim, _ fit: WireModel.AnswerFit) {
    findings[place(claim, fit)] = finding
  }

  mutating func removeAll() { for index in findings.indices { findings[index] = nil } }
}
