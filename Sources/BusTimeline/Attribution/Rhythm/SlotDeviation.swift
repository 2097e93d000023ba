/// How far the module's frames begin from their place in the slots: a few hundredths of a millisecond as a rule, now and
/// then a millisecond late, seldom far off (protocol.md 5.2).
enum SlotDeviation {
  /// Share of frames that come at no place of their own.
  static let stray: Float = 0.003
  /// Of those that are not early: so many are as late as the wider bell allows.
  private static let late: Float = 0.1
  /// Nanoseconds at which the prompt bell has fallen to half.
  private static let promptWidth: Float = 250_000
  /// How much slower the bell of the late ones falls: it is six times as wide, and falls by the fourth power.
  private static let lateBell: Float = 1 / 1296

  /// Likelihood of the others, 1 at most. Sums of bells that are cheaper than exponentials; several at once, since it is
  /// asked for each place of each slot.
  ///
  /// - Parameters:
  ///   - lateness: nanoseconds from the place to the middle of where the frame can have begun.
  ///   - halfWidth: nanoseconds to either side of that.
  @inline(__always)
  static func likelihood(_ lateness: SIMD8<Float>, within halfWidth: Float) -> SIMD8<Float> {
    // Without its sign bit: one instruction, where choosing between a number and its negative takes five.
    let distance = unsafeBitCast(unsafeBitCast(lateness, to: SIMD8<UInt32>.self) & 0x7FFF_FFFF, to: SIMD8<Float>.self)
    let beyond = distance - halfWidth
    let outside = beyond.replacing(with: 0, where: beyond .< 0)
    // The two bells over one denominator, since a division takes as long as all the rest: with a the fourth power of the
    // distance in widths of the prompt bell and k·a that of the late one, (1 - l) / (1 + a) + l / (1 + k·a).
    let scaled = outside * (1 / promptWidth)
    let square = scaled * scaled
    let prompt = square * square
    let late = (prompt * lateBell).replacing(with: 0, where: lateness .<= 0)
    let sum = 1 + late * ((1 - Self.late) + Self.late / Self.lateBell)
    return sum / ((1 + prompt) * (1 + late))
  }
}
