/// One kind of evidence: how much likelier it makes each candidate, on its own.
///
/// The rows are taken to be independent given the sender, so their logarithms add up (docs/attribution.md). A new kind
/// is a type that conforms to this, and a line in `EvidenceTable.rows`.
protocol Evidence: Sendable {
  /// Its name for people and JSON.
  var kind: EvidenceKind { get }
  /// Adds log-likelihoods to the candidates; what it says nothing about stays as it is.
  func weigh(_ observation: Observation, on wire: WireModel, into scores: inout Scores)
}

/// All kinds of evidence that count.
enum EvidenceTable {
  static let rows: [any Evidence] = [
    RoleEvidence(), RhythmEvidence(), TriggerEvidence(), AirTimeEvidence(), PitchEvidence(), BitClockEvidence(),
    PollingEvidence(),
    PhoneEvidence(),
  ]
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
