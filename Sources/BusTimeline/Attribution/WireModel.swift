import Glibc
import NinebotBus
import UartSniffer

/// What is known of the transmitters on one wire, and who sent each frame.
///
/// Frames come in three times: `observe` when they arrive, then the rhythm looks at them once their followers are
/// known, and `decide` when they leave. Fingerprints are learnt from frames that only one device can have sent.
struct WireModel: Sendable {
  /// A foreign device and what it looks like on this wire.
  struct Dash: Sendable {
    /// From 1, the same on all wires.
    var number: Int
    var fingerprint: Fingerprint
    var requests = 0
  }

  /// A request that looks foreign.
  private struct Suspect: Sendable {
    var measurement: Measurement
    var rhythm: Float
    var reading: FrameReading?
  }

  /// Whether an answer was asked for; set for the frame that is being decided.
  enum AnswerFit { case notLooked, asked, unasked }

  let quality: TimeQuality
  let baud: Baud
  private var esc = Fingerprint()
  private var ble = Fingerprint()
  private var batteryPrint = Fingerprint()
  private(set) var dashes: [Dash] = []
  private(set) var known = [Candidate.esc, Candidate.ble, Candidate.bms, Candidate.externalBms]
  /// Which battery answers on this wire.
  var battery = Candidate.bms
  var answerFit = AnswerFit.notLooked
  var phone = PhoneRequests()
  /// Share of requests that dashes make, learnt; 0 to 1.
  private(set) var foreignShare: Float = 0.3

  private(set) var habits = PollingHabits()

  private(set) var slots: SlotClock
  private(set) var pattern = HeartbeatPattern()
  /// End of the last heartbeat.
  private var lastBeat: TimeBounds?
  private var test = ForeignTest()
  /// Requests that look foreign, for a newcomer's first fingerprint.
  private var suspects: [Suspect] = []
  private static let mostSuspects = 48
  /// Fewer make no fingerprint.
  private static let leastSuspects = 4

  init(quality: TimeQuality, baud: Baud, slot: Int64?) {
    self.quality = quality
    self.baud = baud
    slots = SlotClock(slot: slot)
  }

  func fingerprint(_ candidate: Int) -> Fingerprint? {
    switch candidate {
    case Candidate.esc: return esc
    case Candidate.ble: return ble
    case Candidate.bms, Candidate.externalBms: return batteryPrint
    case Candidate.newcomer: return nil
    default: return dashes.first { $0.number == candidate - Candidate.firstDash + 1 }?.fingerprint
    }
  }

  /// Whether order in time is known at all.
  var hasTimes: Bool { quality != .none }

  // MARK: - Arrival

  /// What a frame that just came shows of its transmitter.
  /// Mutating so that it works in place: an array's element is copied, references and all, for a call that is not.
  mutating func measure(_ event: BusEvent, _ claim: Claim) -> Measurement {
    var measurement = Measurement(event, quality: quality, baud: baud)
    if claim == .request, hasTimes, let lastBeat { measurement.measureTrigger(event, after: lastBeat) }
    return measurement
  }

  /// Takes a frame in order of time. Returns what became clear of requests that came before.
  mutating func observe(_ observation: Observation, id: Int64) -> [(id: Int64, slot: Float?, pattern: Float?)] {
    guard observation.event.kind == .frame, observation.event.checksumHolds else {
      slots.damage()
      pattern.damage()
      return []
    }
    switch observation.claim {
    case .levers, .poll: return beat(observation)
    case .request:
      if hasTimes { slots.request(id, observation.event.start) }
      pattern.request(id)
    case .escRequest where observation.reading?.subject == .ble:
      // The answer takes a slot, and the round is not a usual one.
      pattern.damage()
    default: break
    }
    return []
  }

  private mutating func beat(_ observation: Observation) -> [(id: Int64, slot: Float?, pattern: Float?)] {
    ble.learn(observation.measurement)
    lastBeat = observation.event.end
    var clear: [(id: Int64, slot: Float?, pattern: Float?)] = []
    if hasTimes { clear = slots.beat(observation.event.start).map { ($0.id, $0.ratio, nil) } }
    if observation.claim == .levers {
      pattern.lever()
    } else {
      clear += pattern.poll().map { ($0.id, nil, $0.ratio) }
    }
    return clear
  }

  // MARK: - Newcomers

  /// Looks at a request whose rhythm is known. Returns whether a device must be named that was not known before.
  mutating func assess(_ observation: Observation) -> Bool {
    let scores = EvidenceTable.weigh(observation, on: self).total
    var best = scores[Candidate.ble]
    for dash in dashes { best = max(best, scores[Candidate.firstDash + dash.number - 1]) }
    // Priors are not evidence.
    let prior: Float = dashes.isEmpty ? -1 : -4
    let ratio = max(-8, min(8, scores[Candidate.newcomer] - prior - best))
    let rhythm = observation.slot + observation.pattern
    if rhythm <= -2, dashes.isEmpty { ble.learn(observation.measurement) }
    if ratio > 1 {
      if suspects.count == Self.mostSuspects { suspects.removeFirst() }
      suspects.append(Suspect(measurement: observation.measurement, rhythm: rhythm, reading: observation.reading))
    }
    guard test.add(ratio) else { return false }
    let kind = firstKind
    guard kind.count >= Self.leastSuspects else { return false }
    test.reset()
    // Another clock or pitch alone is no other device: one device may have several. It must also come out of turn.
    return kind.map { suspects[$0].rhythm }.reduce(0, +) / Float(kind.count) > 0.5
  }

  /// The suspects that make up one device: those like the first of them, so that newcomers get their numbers in the
  /// order of appearance. Where shape tells nothing, those that keep one distance from the heartbeats, if many do.
  private var firstKind: [Int] {
    guard let first = suspects.first?.measurement else { return [] }
    if first.pitchSpread > 0 || first.clockSpread > 0 {
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
    var dash = Dash(number: number, fingerprint: Fingerprint())
    // Two newcomers may have come together: those of another kind stay suspects.
    let kind = Set(firstKind)
    for index in kind.sorted() { dash.fingerprint.learn(suspects[index].measurement) }
    suspects = suspects.indices.filter { !kind.contains($0) }.map { suspects[$0] }
    dashes.append(dash)
    known.append(Candidate.firstDash + number - 1)
    foreignShare = max(foreignShare, 0.3)
  }

  // MARK: - Decision

  /// Who sent a frame. Learns from it when that is certain.
  mutating func decide(_ observation: Observation) -> Finding {
    if observation.claim.isHeartbeat, !observation.measurement.showsShape { return Self.plainHeartbeat }
    let weighing = EvidenceTable.weigh(observation, on: self)
    let (best, rival, probability) = weighing.total.leaders(among: known)
    let confidence = min(probability, 0.9999)
    var finding = Finding(confidence: confidence, votes: weighing.votes(for: best, against: rival))
    guard best != Candidate.newcomer, confidence >= Self.decided else { return finding }
    learn(observation, best, confidence)
    finding.sender = Candidate.transmitter(best)
    finding.contradictsClaim = best >= Candidate.firstDash || best != Candidate.claimed(observation.claim, battery)
    return finding
  }

  /// A heartbeat of which nothing was measured: only its role can tell, and it decides (most frames are these).
  private static let plainHeartbeat: Finding = {
    var votes = Votes(rival: .unknown)
    votes.set(RoleEvidence.heartbeat, of: .role)
    return Finding(sender: .ble, confidence: 0.9999, votes: votes)
  }()

  /// Below this, `unknown` is the better answer.
  private static let decided: Float = 0.9

  private mutating func learn(_ observation: Observation, _ sender: Int, _ confidence: Float) {
    if observation.claim == .request {
      let foreign: Float = sender >= Candidate.firstDash ? 1 : 0
      foreignShare += (min(max(foreign, 0.02), 0.98) - foreignShare) / 64
    }
    guard confidence > 0.99 else { return }
    if observation.claim == .request, let reading = observation.reading { habits.learn(reading, sender) }
    switch sender {
    case Candidate.esc where answerFit == .asked || !esc.isMature: esc.learn(observation.measurement)
    case Candidate.bms, Candidate.externalBms: batteryPrint.learn(observation.measurement)
    case Candidate.firstDash...:
      if let index = dashes.firstIndex(where: { $0.number == sender - Candidate.firstDash + 1 }) {
        dashes[index].fingerprint.learn(observation.measurement)
        dashes[index].requests += 1
      }
    default: break
    }
  }
}
