/// How far the times of a tap really scatter inside their bounds.
///
/// Bounds hold in the worst case. An adapter's delay is mostly about the same, so that times of which only bounds of
/// many milliseconds are certain may still agree among each other to a fraction of one. Heartbeats tell: they are
/// regular, so what the time between two of them differs from a slot is scatter of the tap, and a little of the module.
struct TimeScatter: Sendable {
  /// Mean square of the deviations as a share of that of the bounds' half width.
  private var share: Float = 0
  /// Heartbeats so far.
  private var seen: Float = 0

  /// Anywhere inside with the same probability: where nothing is known, and the most.
  private static let uniform: Float = 1.0 / 3
  /// Fewer heartbeats tell nothing.
  private static let least: Float = 8
  /// Old deviations fade.
  private static let memory: Float = 256

  /// Takes what the time between two heartbeats differs from a slot.
  ///
  /// - Parameters:
  ///   - deviation: nanoseconds.
  ///   - bounds: half width of the time's bounds, nanoseconds.
  mutating func learn(_ deviation: Float, within bounds: Float) {
    guard bounds > 0 else { return }
    seen = min(seen + 1, Self.memory)
    share += (deviation * deviation / (bounds * bounds) - share) / seen
  }

  /// One sigma of a time with such bounds, nanoseconds.
  ///
  /// - Parameter bounds: half width, nanoseconds.
  func sigma(within bounds: Float) -> Float {
    bounds * (seen < Self.least ? Self.uniform : min(share, Self.uniform)).squareRoot()
  }
}
