/// How far the times of a tap really scatter inside their bounds.
///
/// Bounds hold in the worst case. An adapter's delay is mostly about the same, so that times of which only bounds of
/// many milliseconds are certain may still agree among each other to a fraction of one. Heartbeats tell: they are
/// regular, so what the time between two of them differs from a slot is scatter of the tap, and a little of the module.
struct TimeScatter: Sendable {
  /// Of times between heartbeats, and between the ends of rounds. An adapter's timer that is about as long as a slot gives
  /// all heartbeats of a while the same delay: single slots seem to agree then, rounds do not.
  private var slots = Share()
  private var rounds = Share()

  /// Anywhere inside with the same probability: where nothing is known, and the most.
  private static let uniform: Float = 1.0 / 3
  /// Mean square of what the time between two heartbeats differs from a slot by the module's doing: every eleventh is a
  /// millisecond late (protocol.md 5.2); square nanoseconds.
  private static let module: Float = 1.5e11

  /// Takes what the time between two heartbeats differs from a slot.
  ///
  /// - Parameters:
  ///   - deviation: nanoseconds.
  ///   - bounds: half width of the time's bounds, nanoseconds.
  mutating func learn(_ deviation: Float, within bounds: Float) { slots.learn(deviation, within: bounds) }

  /// Takes what the time of a round differs from its slots, likewise.
  mutating func learn(round deviation: Float, within bounds: Float) { rounds.learn(deviation, within: bounds) }

  /// One sigma of a time with such bounds, nanoseconds.
  ///
  /// - Parameter bounds: half width, nanoseconds.
  func sigma(within bounds: Float) -> Float {
    bounds * min(slots.value ?? Self.uniform, Self.uniform).squareRoot()
  }

  /// How far to either side of its middle a time with such bounds lies, nanoseconds. Deviations are those of two times,
  /// each anywhere in as much, and the module's own.
  ///
  /// - Parameter bounds: half width, nanoseconds.
  func halfWidth(within bounds: Float) -> Float {
    guard let share = slots.value else { return bounds }
    let square = 6 * max(share, rounds.value ?? 0) * bounds * bounds - 1.5 * Self.module
    return min(bounds, max(0, square).squareRoot())
  }

  /// Mean square of deviations as a share of that of the bounds' half width.
  private struct Share: Sendable {
    private var mean: Float = 0
    private var seen: Float = 0

    /// Fewer tell nothing.
    private static let least: Float = 8
    /// Old deviations fade.
    private static let memory: Float = 256

    /// Nil where nothing is known.
    var value: Float? { seen < Self.least ? nil : mean }

    mutating func learn(_ deviation: Float, within bounds: Float) {
      guard bounds > 0 else { return }
      seen = min(seen + 1, Self.memory)
      mean += (deviation * deviation / (bounds * bounds) - mean) / seen
    }
  }
}
