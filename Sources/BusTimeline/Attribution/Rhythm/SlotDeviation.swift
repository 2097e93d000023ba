/// How far the module's frames begin from their place in the slots: a few hundredths of a millisecond as a rule, now and
/// then a millisecond late, seldom far off (protocol.md 5.2).
enum SlotDeviation {
  /// Share of frames that come at no place of their own.
  static let stray: Float = 0.003
  private static let late: Float = 0.1

  /// Likelihood of the others, 1 at most. Sums of bells that are cheaper than exponentials; several at once, since it is
  /// asked for each place of each slot.
  ///
  /// - Parameters:
  ///   - lateness: nanoseconds from the place to the middle of where the frame can have begun.
  ///   - halfWidth: nanoseconds to either side of that.
  @inline(__always)
  static func likelihood(_ lateness: SIMD8<Float>, within halfWidth: SIMD8<Float>) -> SIMD8<Float> {
    let distance = lateness.replacing(with: -lateness, where: lateness .< 0)
    let beyond = distance - halfWidth
    let outside = beyond.replacing(with: 0, where: beyond .< 0)
    let prompt = bell(outside * (1 / 250_000))
    let isLate = prompt + late * (bell(outside * (1 / 1_500_000)) - prompt)
    return prompt.replacing(with: isLate, where: lateness .> 0)
  }

  @inline(__always)
  private static func bell(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let square = x * x
    return 1 / (1 + square * square)
  }
}
