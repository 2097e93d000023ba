public import NinebotBus

/// Finds the speed of a line from its edges.
///
/// The standard rates and the rates that the spacing of the falling edges suggests are tried in a receiver; the
/// one whose bytes make the most sound frames wins, then the one with the most bytes free of faults.
public struct BaudSearch: Sendable {
  /// What the search found.
  public struct Finding: Hashable, Sendable {
    /// The rate to receive with.
    public var rate: Int
    /// What to call it: the standard rate within 3.5 %, else `rate`.
    public var nominal: Baud
    /// Whether the line carries bytes at all; if not, `rate` is only the fallback.
    public var carriesBytes: Bool
  }

  /// The rates that are known by name, likelier first.
  public static let standardRates = [
    115_200, 76_800, 57_600, 38_400, 19_200, 9_600, 230_400, 460_800, 921_600, 4_800, 2_400, 1_200,
  ]

  /// More edges than this say nothing new.
  private static let mostEdges = 16_384

  private let clock: SampleClock
  private let edges: [Edge]
  private let fallback: Int

  /// A search in the edges of one channel. `fallback` is tried first and wins where nothing speaks for another.
  public init(_ edges: [Edge], clock: SampleClock, fallback: Baud = .standard) {
    self.edges = Array(edges.prefix(Self.mostEdges))
    self.clock = clock
    self.fallback = max(fallback.rate, 1)
  }

  /// What the fallback rate makes of the line, without a look at others.
  public func runFixed() -> Finding {
    Finding(rate: fallback, nominal: Baud(fallback), carriesBytes: score(fallback).carriesBytes)
  }

  /// The best rate.
  public func run() -> Finding {
    var best = score(fallback)
    if !best.isCertain {
      let suggested = suggestedRates()
      for rate in Self.standardRates where rate != fallback { best.replace(by: score(rate)) }
      for rate in suggested { best.replace(by: score(rate)) }
    }
    guard best.carriesBytes else { return Finding(rate: fallback, nominal: Baud(fallback), carriesBytes: false) }
    // A clock that is well off is received better at its own speed.
    let measured = best.measured ?? best.rate
    if abs(measured - best.rate) * 50 > best.rate { best.replace(by: score(measured)) }
    let standard = ([fallback] + Self.standardRates).first { abs(measured - $0) * 1000 <= $0 * 35 }
    return Finding(rate: best.rate, nominal: Baud(standard ?? measured), carriesBytes: true)
  }

  /// What a receiver at one rate makes of the edges.
  private struct Score {
    var rate: Int
    /// Whether it is the fallback rate.
    var isExpected: Bool
    /// Bytes in frames whose checksum holds.
    var framed = 0
    /// Bytes without fault.
    var sound = 0
    /// Bytes with a fault, and pulses too short for the rate.
    var faulty = 0
    /// Different values among the sound bytes: a clock signal has one.
    var values = 0
    /// The rate by the spacing of the falling edges, in bits a second.
    var measured: Int?

    /// No other rate can do better.
    var isCertain: Bool { framed >= 64 && framed * 10 >= (sound + faulty) * 9 }
    /// A handful of bytes is enough at the rate that was expected.
    var carriesBytes: Bool {
      framed > 0 || (sound >= 16 && values >= 4 && faulty * 10 <= sound)
        || (isExpected && sound >= 4 && values >= 3 && faulty == 0)
    }

    /// Takes the other one where it is better; the earlier one is the likelier.
    mutating func replace(by other: Score) {
      if (framed, sound - 4 * faulty) < (other.framed, other.sound - 4 * other.faulty) { self = other }
    }
  }

  private func score(_ rate: Int) -> Score {
    var score = Score(rate: rate, isExpected: rate == fallback)
    guard clock.ticksPerBit(Double(rate)) >= 3 else { return score }
    var receiver = UartReceiver(clock: clock, rate: rate)
    for edge in edges { receiver.push(edgeAt: edge.tick, level: edge.level) }
    if let last = edges.last { receiver.advance(to: last.tick + Int64(clock.ticksPerBit(Double(rate)) * 10)) }
    var decoder = FrameDecoder(settings: .init(baud: Baud(rate)))
    decoder.push(receiver.bytes.span, times: receiver.times.span)
    score.framed += Self.framedBytes(decoder.events)
    decoder.finish()
    score.framed += Self.framedBytes(decoder.events)
    score.faulty = receiver.times.count { $0.fault != .none }
    score.sound = receiver.bytes.count - score.faulty
    score.faulty += receiver.glitches
    score.values = Set(receiver.bytes).count
    var (span, bits) = (0.0, 0.0)
    for time in receiver.times where time.fault == .none {
      span += Double(time.edgeSpan)
      bits += Double(time.edgeBits)
    }
    if bits >= 32, span > 0 { score.measured = Int((bits * 1e9 / span).rounded()) }
    return score
  }

  private static func framedBytes(_ events: [BusEvent]) -> Int {
    events.reduce(0) { $0 + ($1.checksumHolds ? Int($1.count) : 0) }
  }

  /// Rates at which the commonest short distances from one falling edge to the next are two bits.
  ///
  /// Falling edges, because lows and highs differ on lines that rise slowly (protocol.md 5.3).
  private func suggestedRates() -> [Int] {
    var distances: [Int64] = []
    var lastFall: Int64?
    for edge in edges.dropFirst() where !edge.level {
      if let lastFall, edge.tick > lastFall { distances.append(edge.tick - lastFall) }
      lastFall = edge.tick
    }
    distances.sort()
    var rates: [Int] = []
    var from = 0
    while from < distances.count, rates.count < 4 {
      // A cluster: all distances within 4 % of its first.
      let limit = distances[from] + max(distances[from] / 25, 2)
      var to = from
      var sum = 0.0
      while to < distances.count, distances[to] <= limit {
        sum += Double(distances[to])
        to += 1
      }
      if (to - from) * 20 >= distances.count, to - from >= 4 {
        let bit = Double(clock.nanoseconds(Int64(sum / Double(to - from)))) / 2
        let rate = 1e9 / max(bit, 1)
        if rate >= 300, rate <= 4_000_000 { rates.append(Int(rate.rounded())) }
      }
      from = to
    }
    return rates
  }
}
