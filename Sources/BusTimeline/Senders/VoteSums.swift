/// What each kind of evidence said over many frames of one device. A few numbers, whatever their count.
struct VoteSums: Sendable {
  private var sums = PerEvidence<Double>(repeating: 0)
  private(set) var frames = 0
  /// Frames that came out of turn: in addition to the stock part's own.
  private(set) var outOfTurn = 0
  /// Frames that nothing in the phone's log explains.
  private(set) var besideLog = 0

  /// A log-likelihood ratio from which one kind of evidence tells a frame apart by itself.
  private static let telling: Float = 2

  mutating func add(_ votes: CoarseVotes) {
    frames += 1
    for row in sums.indices { sums[row] += Double(votes[row]) }
    if votes[RhythmEvidence.row] >= Self.telling { outOfTurn += 1 }
    if votes[PhoneEvidence.row] >= Self.telling { besideLog += 1 }
  }

  /// The mean of each kind that said anything, strongest first.
  var means: [(kind: EvidenceKind, mean: Double)] {
    guard frames > 0 else { return [] }
    return EvidenceKind.allCases.map { ($0, sums[$0.row] / Double(frames)) }
      .filter { $0.1.magnitude >= 0.05 }
      .sorted { $0.1.magnitude > $1.1.magnitude }
  }
}
