/// Some of the candidates, in the order of their indices.
struct CandidateSet: Sequence, IteratorProtocol, Equatable, Sendable {
  private var bits: UInt16

  /// Nobody.
  init() { bits = 0 }

  private init(bits: UInt16) { self.bits = bits }

  /// What the scooter was built with. A constant once it is compiled: it is looked at for each frame.
  @inline(__always)
  static var stock: CandidateSet {
    CandidateSet(bits: 1 << Candidate.esc | 1 << Candidate.ble | 1 << Candidate.bms | 1 << Candidate.externalBms)
  }

  /// Who sends such a frame with stock parts.
  @inline(__always)
  static func claimed(_ claim: Claim) -> CandidateSet { CandidateSet(bits: 1 << UInt16(Candidate.claimed(claim))) }

  @inline(__always)
  func union(_ other: CandidateSet) -> CandidateSet { CandidateSet(bits: bits | other.bits) }

  var isEmpty: Bool { bits == 0 }

  var count: Int { bits.nonzeroBitCount }

  @inline(__always)
  func contains(_ candidate: Int) -> Bool { bits & 1 << UInt16(candidate) != 0 }

  mutating func insert(_ candidate: Int) { bits |= 1 << UInt16(candidate) }

  /// Takes the first one out.
  mutating func next() -> Int? {
    guard bits != 0 else { return nil }
    defer { bits &= bits - 1 }
    return bits.trailingZeroBitCount
  }
}
