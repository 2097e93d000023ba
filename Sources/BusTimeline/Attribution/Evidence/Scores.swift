import Glibc

/// Log-likelihoods of all candidates.
struct Scores: Sendable {
  private var values = [16 of Float](repeating: 0)

  subscript(_ candidate: Int) -> Float {
    get { values[candidate] }
    set { values[candidate] = newValue }
  }

  /// The likeliest candidate, the next one, and the probability of the likeliest, 0 to 1.
  ///
  /// - Parameter known: who is looked at; a newcomer always is.
  func leaders(among known: CandidateSet) -> (best: Int, rival: Int, probability: Float) {
    let values = values.span
    var best = Candidate.newcomer
    var rival = Candidate.newcomer
    for candidate in known {
      if values[candidate] > values[best] {
        (best, rival) = (candidate, best)
      } else if values[candidate] > values[rival] || rival == best {
        rival = candidate
      }
    }
    var sum = Self.odds(values[Candidate.newcomer] - values[best])
    for candidate in known { sum += Self.odds(values[candidate] - values[best]) }
    return (best, rival, 1 / sum)
  }

  /// The probability of one candidate, 0 to 1, where `leaders` were found among the same.
  func probability(of candidate: Int, _ leaders: (best: Int, rival: Int, probability: Float)) -> Float {
    Self.odds(values[candidate] - values[leaders.best]) * leaders.probability
  }

  /// The exponential, without the work where it would change no digit that is shown.
  private static func odds(_ difference: Float) -> Float {
    difference < -12 ? 0 : difference == 0 ? 1 : expf(difference)
  }

  /// Adds what the timing of a request says of a device that was not met before: it may be built as the BLE module is,
  /// with the same chip or bytes without pauses, and then looks like it.
  ///
  /// - Parameter advantage: the module's against a device that may have any timing, as a logarithm.
  mutating func addLikeness(_ advantage: Float, of observation: Observation) {
    guard observation.claim == .request else { return }
    values[Candidate.newcomer] += logf(1 - Self.alike + Self.alike * expf(advantage))
  }

  /// Share of foreign devices whose pitch, or whose bit clock, is that of the module.
  private static let alike: Float = 0.3

  /// Adds to everybody who is foreign.
  mutating func addForeign(_ value: Float) {
    values[Candidate.newcomer] += value
    for index in Candidate.firstDash..<Candidate.count { values[index] += value }
  }
}
