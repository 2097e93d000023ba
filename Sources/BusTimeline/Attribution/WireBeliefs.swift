import Glibc
import NinebotBus

/// What is believed of the transmitters on one wire: what evidence on a frame is held against.
struct WireBeliefs: Sendable {
  /// Whether an answer was asked for.
  enum AnswerFit: UInt8, CaseIterable { case notLooked, asked, unasked }

  /// Whether order in time is known at all.
  let hasTimes: Bool
  /// What each candidate looks like on this wire.
  var prints = [Fingerprint](repeating: Fingerprint(), count: Candidate.count)
  /// Foreign devices that were named.
  private(set) var dashes = CandidateSet()
  /// What each candidate asks for.
  var habits = PollingHabits()
  /// What the phone asks for.
  var phone = PhoneRequests()
  /// Set for the frame that is being decided.
  var answerFit = AnswerFit.notLooked
  /// Share of requests that dashes make, learnt; 0 to 1.
  private var foreignShare: Float = 0.3 {
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

  init(hasTimes: Bool) { self.hasTimes = hasTimes }

  /// Who comes into question for a frame, newcomers aside: the device that sends such frames, and whoever may forge them.
  /// Stock parts do not send each other's frames.
  @inline(__always)
  func candidates(for claim: Claim) -> CandidateSet {
    claim == .none ? dashes.union(.stock) : dashes.union(.claimed(claim))
  }

  /// The dash that asks for such things most often; nil where none was named.
  func likeliestDash(asking reading: FrameReading) -> Int? {
    let row = habits.row(of: reading)
    return dashes.max { habits.share(row, $0) < habits.share(row, $1) }
  }

  /// Learns from one more request how many dashes make.
  ///
  /// - Parameter foreign: the probability that a dash made it, 0 to 1.
  @inline(__always)
  mutating func learnShare(foreign: Float) {
    foreignShare += (min(max(foreign, 0.02), 0.98) - foreignShare) / 64
    if newcomerOdds > RoleEvidence.furtherNewcomersRequest.lowerBound { requestsSinceNaming += 1 }
  }

  /// Adds a device that was named.
  mutating func name(_ dash: Int) {
    dashes.insert(dash)
    requestsSinceNaming = 1
    foreignShare = max(foreignShare, 0.3)
  }
}
