/// Writes edges as raw samples, one byte a sample, channel n in bit n: what `sigrok-cli -O binary` writes.
public struct RawSampleWriter: Sendable {
  /// Samples a second.
  public let rate: Int64
  /// Samples not yet taken.
  public private(set) var samples: [UInt8] = []
  private var levels: UInt8
  private var written: Int64 = 0

  /// At most 8 lines; all are idle at time 0.
  public init(rate: Int64, channels: Int) {
    precondition(rate > 0 && (1...8).contains(channels), "1 to 8 channels at a rate above 0")
    self.rate = rate
    levels = UInt8(truncatingIfNeeded: (1 << channels) - 1)
  }

  /// Adds edges in order of time. A quiet line makes many samples: take them often.
  public mutating func push(_ edges: [ChannelEdge]) {
    for edge in edges {
      advance(to: edge.edge.time)
      let bit = UInt8(1) << UInt8(truncatingIfNeeded: edge.channel & 7)
      levels = edge.edge.level ? levels | bit : levels & ~bit
    }
  }

  /// Writes the samples before `time`, nanoseconds.
  public mutating func advance(to time: Int64) {
    // A sample shows the edges that came before its own moment.
    let end = time / 1_000_000_000 * rate + (time % 1_000_000_000 * rate + 999_999_999) / 1_000_000_000
    guard end > written else { return }
    samples.append(contentsOf: repeatElement(levels, count: Int(end - written)))
    written = end
  }

  /// Hands out the samples so far and forgets them.
  public mutating func takeSamples() -> [UInt8] {
    defer { samples.removeAll(keepingCapacity: true) }
    return samples
  }
}
