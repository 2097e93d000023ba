/// How the levels of several transmitters on one wire combine (protocol.md 5.4).
public enum WireRule: String, Hashable, Sendable, CaseIterable {
  /// As captured: the ESC's level wins while it is inside one of its 10-bit bytes, in its pauses the others show.
  case dominantEsc = "dominant-esc"
  /// Open collectors: whoever pulls low wins.
  case wiredAnd = "wired-and"
}

/// A change of a line's level.
public struct LineEdge: Hashable, Sendable {
  /// Nanoseconds.
  public var time: Int64
  /// The level from then on; true is high, which is idle.
  public var level: Bool

  @inlinable
  public init(time: Int64, level: Bool) {
    self.time = time
    self.level = level
  }
}
