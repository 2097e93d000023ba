/// How far the module's frames begin from their place in the slots: a few hundredths of a millisecond as a rule, now and
/// then a millisecond late, seldom far off (protocol.md 5.2).
enum SlotDeviation {
  /// Share of frames that come at no place of their own.
  static let stray: Float = 0.003
  private static let late: Float = 0.1

  /// Likelihood of the others, 1 at most. Sums of bells that are cheaper than exponentials.
  ///
  /// - Parameters:
  ///   - lateness: nanoseconds from the place to the middle of where the frame can have begun.
  ///   - halfWidth: nanoseconds to either side of that.
  @inline(__always)
  static func likelihood(_ lateness: Float, within halfWidth: Float) -> Float {
    let outside = max(0, abs(lateness) - halfWidth)
    let prompt = bell(outside / 250_000)
    return lateness > 0 ? prompt + late * (bell(outside / 1_500_000) - prompt) : prompt
  }

  @inline(__always)
  private static func bell(_ x: Float) -> Float {
    let square = x * x
    return 1 / (1 + square * square)
  }
}
