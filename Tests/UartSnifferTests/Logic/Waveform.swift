import ScooterSim
import UartSniffer

/// A line that is high when idle, drawn in nanoseconds: lows of all transmitters merge, as on a shared wire.
struct Waveform {
  private var lows: [(from: Double, to: Double)] = []
  private var spikes: [(from: Double, to: Double)] = []
  /// Where the next byte may start.
  private(set) var end: Double

  init(idle: Double = 100_000) { end = idle }

  /// Draws a low.
  mutating func low(_ from: Double, _ width: Double) {
    lows.append((from, from + width))
    end = max(end, from + width)
  }

  /// Draws a short high, whatever is below.
  mutating func spike(_ from: Double, _ width: Double) { spikes.append((from, from + width)) }

  mutating func idle(_ width: Double) { end += width }

  /// How a transmitter draws its bytes.
  struct Transmitter {
    /// Nanoseconds of a bit.
    var bit: Double
    /// Rising edges are late by this (early if negative).
    var riseLate: Double = 0
    /// Idle after a stop bit.
    var pause: Double = 0
    /// The most that an edge is off.
    var jitter: Double = 0

    init(baud: Double = 115_200, error: Double = 0, skew: Double = 0, pause: Double = 0, jitter: Double = 0) {
      bit = 1e9 / (baud * (1 + error))
      riseLate = skew * bit
      self.pause = pause
      self.jitter = jitter * bit
    }
  }

  /// Draws bytes from `start` on, or after what was drawn last; returns when each started.
  @discardableResult
  mutating func send(
    _ bytes: [UInt8], _ transmitter: Transmitter = Transmitter(), at start: Double? = nil, random: inout SplitMix64
  ) -> [Double] {
    var time = start ?? end
    var starts: [Double] = []
    for byte in bytes {
      starts.append(time)
      let bits = [false] + (0..<8).map { byte >> $0 & 1 != 0 }
      var run: Int?
      for index in 0...9 {
        let level = index < 9 ? bits[index] : true
        if !level { run = run ?? index }
        if level, let first = run {
          let jitters = (0..<2).map { _ in Double.random(in: -1...1, using: &random) * transmitter.jitter }
          let from = time + Double(first) * transmitter.bit + (first == 0 ? 0 : jitters[0])
          let to = time + Double(index) * transmitter.bit + transmitter.riseLate + jitters[1]
          lows.append((from, to))
          run = nil
        }
      }
      time += 10 * transmitter.bit + transmitter.pause
    }
    end = max(end, time)
    return starts
  }

  @discardableResult
  mutating func send(_ bytes: [UInt8], _ transmitter: Transmitter = Transmitter(), at start: Double? = nil) -> [Double]
  {
    var random = SplitMix64(seed: 0)
    return send(bytes, transmitter, at: start, random: &random)
  }

  /// The line as an analyser with this rate sees it; the first edge is the level at the start.
  func edges(rate: Double = 24_000_000, channel: Int = 0) -> [Edge] {
    let tick = { (time: Double) in Int64((time * rate / 1e9).rounded(.up)) }
    // +1 where a low begins, -1 where it ends; a spike hides all lows.
    var changes: [(tick: Int64, low: Int, spike: Int)] = []
    for low in lows { changes += [(tick(low.from), 1, 0), (tick(low.to), -1, 0)] }
    for spike in spikes { changes += [(tick(spike.from), 0, 1), (tick(spike.to), 0, -1)] }
    changes.sort { $0.tick < $1.tick }
    var edges = [Edge(tick: 0, channel: channel, level: true)]
    var (low, spike, index) = (0, 0, 0)
    while index < changes.count {
      let now = changes[index].tick
      while index < changes.count, changes[index].tick == now {
        low += changes[index].low
        spike += changes[index].spike
        index += 1
      }
      let level = low == 0 || spike > 0
      if level != edges.last?.level { edges.append(Edge(tick: now, channel: channel, level: level)) }
    }
    return edges
  }

  /// The last tick of the drawing and some idle.
  func length(rate: Double = 24_000_000) -> Int64 { Int64((end + 200_000) * rate / 1e9) }
}

/// What a receiver makes of a waveform.
func receive(_ waveform: Waveform, baud: Int = 115_200, rate: Double = 24_000_000) throws -> UartReceiver {
  guard let clock = SampleClock(rate: Int64(rate)) else { throw ImpossibleRate() }
  var receiver = UartReceiver(clock: clock, rate: baud)
  for edge in waveform.edges(rate: rate) { receiver.push(edgeAt: edge.tick, level: edge.level) }
  receiver.finish(at: waveform.length(rate: rate))
  return receiver
}

struct ImpossibleRate: Error {}

/// Edges from memory.
struct EdgeList: EdgeSource {
  let name = "edges"
  let channels: [String]
  let clock: SampleClock
  var sample: Int64? { clock.resolution }
  private(set) var reached: Int64 = 0
  var origin: Int64? { nil }
  private var edges: [Edge]
  private let end: Int64

  /// Merges the waveforms, one a channel.
  init(_ waveforms: [Waveform], rate: Double = 24_000_000) throws {
    guard let clock = SampleClock(rate: Int64(rate)) else { throw ImpossibleRate() }
    self.clock = clock
    channels = waveforms.indices.map { "channel \($0)" }
    edges = waveforms.enumerated().flatMap { $1.edges(rate: rate, channel: $0) }.sorted { $0.tick < $1.tick }
    end = waveforms.map { $0.length(rate: rate) }.max() ?? 0
  }

  mutating func next(into out: inout [Edge]) -> Bool {
    guard !edges.isEmpty else {
      reached = end
      return false
    }
    let piece = edges.prefix(EdgeBatch.most)
    out += piece
    reached = piece.last?.tick ?? end
    edges.removeFirst(piece.count)
    return true
  }
}

func randomBytes(_ count: Int, _ random: inout SplitMix64) -> [UInt8] {
  (0..<count).map { _ in .random(in: 0...255, using: &random) }
}
