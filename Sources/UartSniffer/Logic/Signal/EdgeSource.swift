public import CaptureFiles

/// A change of level on one channel of a logic analyser.
public struct Edge: Hashable, Sendable {
  /// Number of the first sample with the new level.
  public var tick: Int64
  /// Index of the channel in its source.
  public var channel: Int
  /// The new level; true is high, which is idle on a UART line.
  public var level: Bool

  public init(tick: Int64, channel: Int = 0, level: Bool) {
    self.tick = tick
    self.channel = channel
    self.level = level
  }
}

/// A logic recording as edges in time order, in pieces of bounded size.
///
/// The first edge of a channel tells its level at the start and is not a change.
public protocol EdgeSource: Sendable {
  /// What errors call the recording, and what people read in the tap's detail.
  var name: String { get }
  /// The channels' own names; known once `next` was called, at most 64.
  var channels: [String] { get }
  /// Known once `next` was called.
  var clock: SampleClock { get }
  /// Nanoseconds from one sample to the next; nil where the format does not tell.
  var sample: Int64? { get }
  /// No edge that comes later lies before this tick.
  var reached: Int64 { get }
  /// Unix time of tick 0 in nanoseconds, where the recording tells it.
  var origin: Int64? { get }
  /// Appends edges, at most `EdgeBatch.most` and a few; false at the end.
  ///
  /// What was read before a defect is appended all the same.
  mutating func next(into edges: inout [Edge]) throws(InputError) -> Bool
}

/// How much an edge source hands out at a time.
public enum EdgeBatch {
  /// Edges after which a source returns.
  public static let most = 4096
  /// Nanoseconds that a recording without an end of its own is taken to go on after its last change.
  static let afterLastChange: Int64 = 10_000_000
  /// The most channels that a source has.
  public static let channels = 64
}
