/// Turns what is transmitted on one line, and what disturbs it, into the level changes that a probe sees.
///
/// Push occurrences in the order of their times; edges come out in order too. Holds the transmissions that overlap
/// and the disturbances not yet passed, nothing else.
public struct Wire: Sendable {
  public let line: Line
  public let rule: WireRule
  /// Edges not yet taken, in order; levels alternate, beginning with low.
  public private(set) var edges: [LineEdge] = []

  private var cluster: [Transmission] = []
  private var clusterEnd: Int64 = .min
  private var pulses: [NoisePulse] = []
  private var reached: Int64 = .min
  /// Clean edges on their way through the disturbances.
  private var clean: [LineEdge] = []
  private var sources: [Source] = []

  public init(_ line: Line = .escBle, rule: WireRule = .dominantEsc) {
    self.line = line
    self.rule = rule
  }

  /// No edge that is not out yet comes before this time, nanoseconds.
  public var settledUntil: Int64 {
    min(cluster.first?.truth.start ?? reached, pulses.first?.start ?? reached, reached)
  }

  /// Takes what belongs to this line; the rest is ignored.
  public mutating func push(_ occurrence: Occurrence) {
    reached = max(reached, occurrence.time)
    switch occurrence {
    case .transmission(let transmission) where transmission.line == line:
      if transmission.truth.start >= clusterEnd { resolve() }
      cluster.append(transmission)
      // The last edge of a slow line comes after the stop bit has begun.
      clusterEnd = max(clusterEnd, transmission.truth.end + Int64(transmission.riseDelay))
    case .noise(let pulse) where pulse.line == line:
      if pulse.start >= clusterEnd { resolve() }
      pulses.append(pulse)
      clusterEnd = max(clusterEnd, pulse.start + Int64(pulse.width))
    default: break
    }
  }

  /// Says that nothing will be pushed before `time`: edges up to there become final.
  public mutating func advance(to time: Int64) {
    reached = max(reached, time)
    if time >= clusterEnd { resolve() }
  }

  /// Ends the input.
  public mutating func finish() {
    reached = .max
    resolve()
  }

  /// Hands out the edges so far and forgets them.
  public mutating func takeEdges() -> [LineEdge] {
    defer { edges.removeAll(keepingCapacity: true) }
    return edges
  }

  /// Works out the levels of the transmissions that overlap, then lays the disturbances over them.
  private mutating func resolve() {
    clean.removeAll(keepingCapacity: true)
    if cluster.count == 1 {
      Source.appendEdges(of: cluster[0], to: &clean)
    } else if cluster.count > 1 {
      combine()
    }
    cluster.removeAll(keepingCapacity: true)
    clusterEnd = .min
    disturb()
  }

  // MARK: - Several at once

  /// One of the transmissions that overlap, on its way through time.
  private struct Source: Sendable {
    var edges: [LineEdge]
    var bytes: [WireByte]
    var dominates: Bool
    var nextEdge = 0
    var nextByte = 0
    var level = true

    /// Levels of one transmission alone.
    static func appendEdges(of transmission: Transmission, to edges: inout [LineEdge]) {
      let delay = Int64(transmission.riseDelay)
      for byte in transmission.bytes {
        // Start bit, eight data bits from the lowest on, stop bit.
        let bits = UInt16(byte.value) << 1 | 0x200
        var before: UInt16 = 1
        for place in 0..<10 {
          let bit = bits >> UInt16(place) & 1
          guard bit != before else { continue }
          before = bit
          let time = byte.start + Int64((Double(byte.bit) * Double(place)).rounded())
          edges.append(LineEdge(time: bit == 1 ? time + delay : time, level: bit == 1))
        }
      }
    }

    init(_ transmission: Transmission, dominates: Bool) {
      edges = []
      Self.appendEdges(of: transmission, to: &edges)
      bytes = transmission.bytes
      self.dominates = dominates
    }

    /// Whether the moment lies inside one of the bytes. Moments only grow.
    mutating func isInside(_ time: Int64) -> Bool {
      while nextByte < bytes.count, bytes[nextByte].end <= time { nextByte += 1 }
      return nextByte < bytes.count && bytes[nextByte].start <= time
    }

    mutating func level(at time: Int64) -> Bool {
      while nextEdge < edges.count, edges[nextEdge].time <= time {
        level = edges[nextEdge].level
        nextEdge += 1
      }
      return level
    }
  }

  private mutating func combine() {
    sources = cluster.map { Source($0, dominates: rule == .dominantEsc && $0.truth.sender == .esc) }
    var moments: [Int64] = []
    for source in sources {
      moments.append(contentsOf: source.edges.lazy.map(\.time))
      if source.dominates { for byte in source.bytes { moments += [byte.start, byte.end] } }
    }
    moments.sort()
    var before = true
    for time in moments {
      let now = combinedLevel(at: time)
      guard now != before else { continue }
      before = now
      clean.append(LineEdge(time: time, level: now))
    }
  }

  private mutating func combinedLevel(at time: Int64) -> Bool {
    var all = true
    var dominated = false
    var dominant = true
    for index in sources.indices {
      let own = sources[index].level(at: time)
      if sources[index].dominates, sources[index].isInside(time) {
        dominated = true
        dominant = dominant && own
      }
      all = all && own
    }
    return dominated ? dominant : all
  }

  // MARK: - Disturbances

  private mutating func disturb() {
    guard !pulses.isEmpty else {
      edges.append(contentsOf: clean)
      return
    }
    var next = 0
    for pulse in pulses {
      let end = pulse.start + Int64(pulse.width)
      while next < clean.count, clean[next].time < pulse.start {
        put(clean[next].time, clean[next].level)
        next += 1
      }
      let before = next > 0 ? clean[next - 1].level : true
      put(pulse.start, pulse.level)
      var after = before
      while next < clean.count, clean[next].time <= end {
        after = clean[next].level
        next += 1
      }
      put(end, after)
    }
    while next < clean.count {
      put(clean[next].time, clean[next].level)
      next += 1
    }
    pulses.removeAll(keepingCapacity: true)
  }

  /// Adds an edge if it changes anything. Every cluster begins and ends idle.
  private mutating func put(_ time: Int64, _ new: Bool) {
    let current = edges.last?.level ?? true
    guard new != current else { return }
    edges.append(LineEdge(time: time, level: new))
  }
}
