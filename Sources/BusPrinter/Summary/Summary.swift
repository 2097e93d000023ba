public import BusTimeline
public import NinebotBus

/// What a run of `sniff` saw, for its end.
public struct Summary: Sendable {
  /// One tap with the words that describe it.
  public struct TapText: Sendable {
    public var name: String
    /// Device or file and channel.
    public var detail: String
    /// Bits a second; nil where it was not found.
    public var baud: Int?
    /// How good its times are, in words.
    public var quality: String
    /// Faults that the driver counted, in words; empty where it counts none.
    public var counters: String

    public init(name: String, detail: String, baud: Int?, quality: String, counters: String = "") {
      self.name = name
      self.detail = detail
      self.baud = baud
      self.quality = quality
      self.counters = counters
    }
  }

  public var taps: [TapText]
  public var traffic: TrafficTable
  public var requests: ExchangeTotals
  /// What the user should know besides: notes of the sources, such as noise pulses that were rejected.
  public var notes: [String]

  public init(taps: [TapText], traffic: TrafficTable, requests: ExchangeTotals, notes: [String] = []) {
    self.taps = taps
    self.traffic = traffic
    self.requests = requests
    self.notes = notes
  }

  /// From the first thing on any tap to the last, in nanoseconds.
  public var duration: Int64 {
    let spans = traffic.taps.compactMap(\.use.span)
    guard let first = spans.map(\.lowerBound).min(), let last = spans.map(\.upperBound).max() else { return 0 }
    return last - first
  }

  /// Frames on all taps, those with a bad checksum included.
  public var frames: Int { traffic.taps.reduce(0) { $0 + $1.frames } }

  /// Rows of one tap, most frequent first.
  func rows(of tap: Int) -> [TrafficTable.Row] {
    traffic.rows.filter { $0.message.tap == tap }.sorted {
      ($1.count, $0.first) < ($0.count, $1.first)
    }
  }
}
