import Glibc

/// One kind of evidence: how much likelier it makes each candidate, on its own.
///
/// The rows are taken to be independent given the sender, so their logarithms add up (docs/attribution.md). A new kind
/// is a type that conforms to this, a case of `EvidenceKind` and a line in `EvidenceTable`.
protocol Evidence: Sendable {
  /// Its name for people and JSON.
  var kind: EvidenceKind { get }
  /// Adds log-likelihoods to the candidates; what it says nothing about stays as it is.
  func weigh(_ observation: Observation, on wire: WireModel, into scores: inout Scores)
}

/// All kinds of evidence that count.
enum EvidenceTable {
  /// What each row says, in the order of `EvidenceKind`.
  ///
  /// Written out, since the compiler sees through a list of known types, but not through a list of existentials: those
  /// took half of attribution's time.
  static func weigh(_ observation: Observation, on wire: WireModel) -> Weighing {
    var weighing = Weighing()
    weighing.add(RoleEvidence(), observation, wire)
    weighing.add(RhythmEvidence(), observation, wire)
    weighing.add(TriggerEvidence(), observation, wire)
    weighing.add(AirTimeEvidence(), observation, wire)
    weighing.add(PitchEvidence(), observation, wire)
    weighing.add(BitClockEvidence(), observation, wire)
    weighing.add(PollingEvidence(), observation, wire)
    weighing.add(PhoneEvidence(), observation, wire)
    return weighing
  }
}

/// What all rows of evidence say of one frame, apart and together.
struct Weighing: Sendable {
  /// By kind of evidence, then by candidate: room for 8 kinds, as in `Votes`.
  private var rows = [96 of Float](repeating: 0)
  private(set) var total = Scores()

  @inline(__always)
  fileprivate mutating func add(_ row: some Evidence, _ observation: Observation, _ wire: WireModel) {
    var scores = Scores()
    row.weigh(observation, on: wire, into: &scores)
    total += scores
    scores.copy(to: &rows, at: row.kind.rawValue * Candidate.count)
  }

  /// What each row says for `candidate` against `rival`.
  func votes(for candidate: Int, against rival: Int) -> Votes {
    let rows = rows.span
    var votes = Votes(rival: Candidate.transmitter(rival))
    for kind in EvidenceKind.allCases {
      let start = kind.rawValue * Candidate.count
      votes.set(rows[start + candidate] - rows[start + rival], of: kind)
    }
    return votes
  }
}

/// Who can have sent a frame, as an index.
enum Candidate {
  /// A device that was not met before.
  static let newcomer = 0
  static let esc = 1
  static let ble = 2
  static let bms = 3
  static let externalBms = 4
  /// `dash1`; the others follow.
  static let firstDash = 5
  static let count = 12
  /// The most dashes that are told apart.
  static let mostDashes = count - firstDash

  /// Who sends such a frame with stock parts; a newcomer where nobody does.
  static func claimed(_ claim: Claim, _ battery: Int) -> Int {
    switch claim {
    case .none: newcomer
    case .levers, .poll, .request, .bleAnswer: ble
    case .escAnswer, .escRequest: esc
    case .batteryAnswer: battery
    }
  }

  static func transmitter(_ index: Int) -> Transmitter {
    switch index {
    case esc: .esc
    case ble: .ble
    case bms: .bms
    case externalBms: .externalBms
    case newcomer: .unknown
    default: .dash(UInt8(index - firstDash + 1))
    }
  }
}

/// Log-likelihoods of all candidates.
struct Scores: Sendable {
  private var values = [12 of Float](repeating: 0)

  subscript(_ candidate: Int) -> Float {
    get { values[candidate] }
    set { values[candidate] = newValue }
  }

  /// The likeliest candidate, the next one, and the probability of the likeliest, 0 to 1.
  ///
  /// - Parameter known: who is looked at; a newcomer always is.
  func leaders(among known: [Int]) -> (best: Int, rival: Int, probability: Float) {
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

  /// The exponential, without the work where it would change no digit that is shown.
  private static func odds(_ difference: Float) -> Float {
    difference == 0 ? 1 : difference < -12 ? 0 : expf(difference)
  }

  fileprivate func copy(to rows: inout [96 of Float], at start: Int) {
    let values = values.span
    for index in 0..<Candidate.count { rows[start + index] = values[index] }
  }

  /// Adds to everybody who is foreign.
  mutating func addForeign(_ value: Float) {
    values[Candidate.newcomer] += value
    for index in Candidate.firstDash..<Candidate.count { values[index] += value }
  }

  mutating func setAll(_ value: Float) {
    for index in 0..<Candidate.count { values[index] = value }
  }

  static func += (sum: inout Scores, row: Scores) {
    for index in 0..<Candidate.count { sum.values[index] += row.values[index] }
  }
}
