public import NinebotBus
import UartSniffer

/// A receiver on one line of the scooter: what is transmitted, overlapping or disturbed as it is, goes through the
/// line's levels and a real receiver (2-of-3 vote) and comes out as timed bytes.
///
/// Memory does not grow with the run as long as the bytes are taken.
public struct LineProbe: Sendable {
  /// How well the times of the bytes are known.
  public enum Quality: Hashable, Sendable {
    /// Each edge is seen.
    case edges
    /// Each byte has a time that is good to this many nanoseconds either way; edges are not seen.
    case bytes(error: Int64)
  }

  public let line: Line
  public let quality: Quality
  /// Bytes not yet taken.
  public private(set) var bytes: [UInt8] = []
  /// One for each of `bytes`.
  public private(set) var times: [ByteTime] = []
  /// Nanoseconds: no byte that comes later starts before.
  public var silentUntil: Int64 { receiver.silentUntil }
  /// Pulses too short to be a bit.
  public var glitches: Int { receiver.glitches }

  private var wire: Wire
  private var receiver: UartReceiver
  private var random: SplitMix64

  public init(
    _ line: Line = .escBle, rule: WireRule = .dominantEsc, baud: Baud = .standard, quality: Quality = .edges,
    seed: UInt64 = 1
  ) {
    guard let clock = SampleClock(rate: 1_000_000_000) else {
      preconditionFailure("10^9 samples a second are possible")
    }
    self.line = line
    self.quality = quality
    wire = Wire(line, rule: rule)
    receiver = UartReceiver(clock: clock, rate: baud.rate)
    random = SplitMix64(seed: seed, part: 70)
    receiver.push(edgeAt: 0, level: true)
  }

  /// Adds what the scooter did next.
  public mutating func push(_ occurrence: Occurrence) {
    wire.push(occurrence)
    advance(to: occurrence.time)
  }

  /// Says that nothing more happens before `time`, nanoseconds.
  public mutating func advance(to time: Int64) {
    wire.advance(to: time)
    receive()
    receiver.advance(to: wire.settledUntil)
    collect()
  }

  /// Ends the line at `time`, nanoseconds.
  public mutating func finish(at time: Int64) {
    wire.finish()
    receive()
    receiver.finish(at: time)
    collect()
  }

  /// Hands out what was received so far and forgets it.
  public mutating func take() -> (bytes: [UInt8], times: [ByteTime]) {
    defer {
      bytes.removeAll(keepingCapacity: true)
      times.removeAll(keepingCapacity: true)
    }
    return (bytes, times)
  }

  private mutating func receive() {
    guard !wire.edges.isEmpty else { return }
    for edge in wire.takeEdges() { receiver.push(edgeAt: edge.time, level: edge.level) }
  }

  private mutating func collect() {
    guard !receiver.bytes.isEmpty else { return }
    bytes += receiver.bytes
    switch quality {
    case .edges: times += receiver.times
    case .bytes(let error):
      for time in receiver.times {
        let read = time.start.middle + random.uniform(-error...error)
        times.append(ByteTime(start: TimeBounds(read, error: error), fault: time.fault))
      }
    }
    receiver.removeAll()
  }
}
