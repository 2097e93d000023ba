import NinebotBus
public import UartSniffer

/// Byte pitch and bit clock of single frames with their senders, for a picture. Bounded: when it is full, every second
/// point goes and only every second further frame is taken, so the points stay spread over the whole capture.
public struct ClusterSample: Sendable {
  public struct Point: Hashable, Sendable {
    public var transmitter: Transmitter
    /// Nanoseconds.
    public var time: Int64
    /// Microseconds.
    public var pitch: Double
    /// Parts per million; nil where edges were not seen.
    public var bitClock: Double?
  }

  /// In order of time for each transmitter.
  public var points: [Point] { reservoirs.flatMap(\.points) }

  private struct Reservoir: Sendable {
    var transmitter: Transmitter
    var points: [Point] = []
    var step = 1
    var skipped = 0
  }

  private var reservoirs: [Reservoir] = []
  private var taps: [Tap] = []
  private let mostPoints: Int

  /// - Parameter mostPoints: of each transmitter.
  public init(mostPoints: Int = 400) { self.mostPoints = max(2, mostPoints) }

  /// Says which taps there are; the list only grows.
  public mutating func add(taps: [Tap]) { self.taps = taps }

  /// Adds a frame; events whose bytes were not timed are left out.
  public mutating func push(_ row: AttributedEvent) {
    guard let finding = row.finding, row.event.checksumHolds, row.tap < taps.count else { return }
    let timing = MeasuredTiming(row.event, tap: taps[row.tap])
    guard let pitch = timing.pitch else { return }
    let point = Point(
      transmitter: finding.sender, time: row.event.start.middle, pitch: pitch, bitClock: timing.bitClock)
    if let index = reservoirs.firstIndex(where: { $0.transmitter == finding.sender }) {
      add(point, to: &reservoirs[index])
    } else {
      reservoirs.append(Reservoir(transmitter: finding.sender, points: [point]))
    }
  }

  private func add(_ point: Point, to reservoir: inout Reservoir) {
    reservoir.skipped += 1
    guard reservoir.skipped >= reservoir.step else { return }
    reservoir.skipped = 0
    reservoir.points.append(point)
    guard reservoir.points.count >= mostPoints else { return }
    reservoir.points = stride(from: 0, to: reservoir.points.count, by: 2).map { reservoir.points[$0] }
    reservoir.step *= 2
  }
}
