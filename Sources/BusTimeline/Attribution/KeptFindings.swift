/// Findings on frames of which nothing was measured: only the claim and whether it was asked for can tell then, so
/// one finding holds for all alike. Most frames of a recording without times are these.
struct PlainFindings: Sendable {
  /// Not in place: what holds this is looked at more often than this.
  private var findings = [Finding](repeating: Finding(), count: Claim.allCases.count * Self.fits)
  private static let fits = WireBeliefs.AnswerFit.allCases.count
  /// Which of them are there.
  private var known: UInt32 = 0

  @inline(__always)
  private func place(_ claim: Claim, _ fit: WireBeliefs.AnswerFit) -> Int {
    Int(claim.rawValue) * Self.fits + Int(fit.rawValue)
  }

  @inline(__always)
  func finding(_ claim: Claim, _ fit: WireBeliefs.AnswerFit) -> Finding? {
    let place = place(claim, fit)
    return known & 1 << place == 0 ? nil : findings[place]
  }

  mutating func keep(_ finding: Finding, _ claim: Claim, _ fit: WireBeliefs.AnswerFit) {
    let place = place(claim, fit)
    findings[place] = finding
    known |= 1 << place
  }

  mutating func removeAll() { known = 0 }
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
