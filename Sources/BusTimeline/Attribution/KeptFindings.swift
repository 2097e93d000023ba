/// Findings on frames of which no pitch and no bit clock was measured: only the claim, whether it was asked for, and whom
/// the times of packets exclude can tell then, so one finding holds for all alike. Most frames of a recording without
/// times of bytes are these.
struct PlainFindings: Sendable {
  /// What all that is alike has in common.
  struct Key: Equatable, Sendable {
    var claim: Claim
    var fit: WireBeliefs.AnswerFit
    /// Whose pitch does not fit between the packets.
    var excluded: CandidateSet
  }

  private struct Entry: Sendable {
    var key: Key?
    var finding = Finding()
  }

  /// Not in place: what holds this is looked at more often than this.
  private var entries = [Entry](repeating: Entry(), count: Claim.allCases.count * Self.fits * Self.ways)
  private static let fits = WireBeliefs.AnswerFit.allCases.count
  /// Places for those that differ in who is excluded: who claims it and the first dash tell most apart, and of the
  /// others a newer one takes an older one's.
  private static let ways = 4

  @inline(__always)
  private func place(_ key: Key) -> Int {
    let way =
      (key.excluded.contains(Candidate.claimed(key.claim)) ? 1 : 0)
      + (key.excluded.contains(Candidate.firstDash) ? 2 : 0)
    return (Int(key.claim.rawValue) * Self.fits + Int(key.fit.rawValue)) * Self.ways + way
  }

  @inline(__always)
  func finding(_ key: Key) -> Finding? {
    let place = place(key)
    return entries[place].key == key ? entries[place].finding : nil
  }

  mutating func keep(_ finding: Finding, _ key: Key) { entries[place(key)] = Entry(key: key, finding: finding) }

  mutating func removeAll() {
    for place in entries.indices { entries[place].key = nil }
  }
}

/// Findings on requests that were as clear as can be when their place in the rhythm became known: nothing that is learnt
/// until they leave makes them another's, unless another device is named by then.
struct EarlyFindings: Sendable {
  private struct Entry: Sendable {
    var id: Int64 = -1
    /// Who was known.
    var dashes = CandidateSet()
    var finding = Finding()
  }

  /// By the frame's number, for as many as wait.
  private var entries = [Entry](repeating: Entry(), count: 4096)

  @inline(__always)
  func finding(_ id: Int64, _ dashes: CandidateSet) -> Finding? {
    let place = Int(truncatingIfNeeded: id & 4095)
    guard entries[place].id == id, entries[place].dashes == dashes else { return nil }
    return entries[place].finding
  }

  mutating func keep(_ finding: Finding, _ id: Int64, _ dashes: CandidateSet) {
    entries[Int(truncatingIfNeeded: id & 4095)] = Entry(id: id, dashes: dashes, finding: finding)
  }
}
