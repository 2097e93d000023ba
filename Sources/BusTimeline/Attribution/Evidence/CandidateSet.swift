/// Some of the candidates, in the order of their indices.
struct CandidateSet: Sequence, IteratorProtocol, Sendable {
  private var bits: UInt16 = 0

  init(_ candidates: Int...) {
    for candidate in candidates { insert(candidate) }
  }

  var isEmpty: Bool { bits == 0 }

  mutating func insert(_ candidate: Int) { bits |= 1 << UInt16(candidate) }

  /// Takes the first one out.
  mutating func next() -> Int? {
    guard bits != 0 else { return nil }
    defer { bits &= bits - 1 }
    return bits.trailingZeroBitCount
  }
}
