/// An edge on one of several recorded lines.
public struct ChannelEdge: Hashable, Sendable {
  /// Index of the line among those recorded.
  public var channel: Int
  public var edge: LineEdge
}

/// What a logic analyser on several lines records: their edges, merged in time.
///
/// Memory does not grow with the run as long as the edges are taken.
public struct EdgeRecorder: Sendable {
  public let lines: [Line]
  private var wires: [Wire]
  private var waiting: [[LineEdge]]

  public init(_ lines: [Line] = Line.allCases, rule: WireRule = .dominantEsc) {
    self.lines = lines
    wires = lines.map { Wire($0, rule: rule) }
    waiting = lines.map { _ in [] }
  }

  /// Adds what the scooter did next.
  public mutating func push(_ occurrence: Occurrence) {
    for index in wires.indices {
      wires[index].push(occurrence)
      wires[index].advance(to: occurrence.time)
    }
  }

  /// The edges that nothing can change or precede any more.
  public mutating func takeEdges() -> [ChannelEdge] { merge(upTo: wires.map(\.settledUntil).min() ?? .max) }

  /// Ends the recording and returns the rest.
  public mutating func finish() -> [ChannelEdge] {
    for index in wires.indices { wires[index].finish() }
    return merge(upTo: .max)
  }

  private mutating func merge(upTo limit: Int64) -> [ChannelEdge] {
    var merged: [ChannelEdge] = []
    for channel in wires.indices {
      waiting[channel] += wires[channel].takeEdges()
      let ready = waiting[channel].firstIndex { $0.time >= limit } ?? waiting[channel].count
      merged += waiting[channel][..<ready].map { ChannelEdge(channel: channel, edge: $0) }
      waiting[channel].removeFirst(ready)
    }
    if wires.count > 1 { merged.sort { ($0.edge.time, $0.channel) < ($1.edge.time, $1.channel) } }
    return merged
  }
}
