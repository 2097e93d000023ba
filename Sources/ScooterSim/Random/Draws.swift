/// Draws in the shapes that the model needs. Arithmetic only, so that every machine draws the same numbers.
extension SplitMix64 {
  /// A generator of its own for one part of the model: what one part draws does not shift what another gets.
  public init(seed: UInt64, part: UInt64) {
    var mixer = SplitMix64(seed: seed ^ (part &* 0xD6E8_FEB8_6659_FD93))
    self.init(seed: mixer.next())
  }

  /// Evenly in `0..<1`.
  @inlinable
  public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Evenly in the range.
  @inlinable
  public mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * unit()
  }

  /// Evenly in the range.
  @inlinable
  public mutating func uniform(_ range: ClosedRange<Int64>) -> Int64 {
    range.lowerBound + Int64(Double(range.upperBound - range.lowerBound) * unit())
  }

  /// True with this probability.
  @inlinable
  public mutating func chance(_ probability: Double) -> Bool { probability > 0 && unit() < probability }

  /// About normal with mean 0 and deviation 1, never beyond 3: the sum of three even draws.
  @inlinable
  public mutating func bell() -> Double { 2 * (unit() + unit() + unit() - 1.5) }
}
