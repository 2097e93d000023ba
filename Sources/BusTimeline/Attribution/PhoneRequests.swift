import func Glibc.logf
public import NinebotBus

/// What the phone is known to have asked for, on the bus's clock, so that its requests on the wire can be told from
/// others.
///
/// A write leads to one request, as a rule within a slot or two. A dash that asks for the same comes at any time: how
/// likely a request is the phone's depends on how long after a write it comes, on how often the same is asked anyway,
/// and on whether another request is there that the write explains as well.
public struct PhoneRequests: Sendable {
  /// What was written, and how much of it is taken by requests that were seen.
  private struct Writes {
    /// Ascending, in nanoseconds.
    var times: [Int64] = []
    /// For each write, the densities of all requests on the wire that it may have led to, a second.
    var taken: [Float] = []
    /// Requests on the wire, and when they began.
    var seen = 0
    var first: Int64?

    /// The writes between two times.
    func span(from low: Int64, to high: Int64) -> Range<Int> {
      let first = times.partitioningIndex { $0 >= low }
      var end = first
      while end < times.count, times[end] <= high { end += 1 }
      return first..<end
    }
  }

  private var kinds = RequestKinds()
  /// Of each kind.
  private var writes: [Writes] = []
  /// Nanoseconds in which the log tells everything that the phone did; nil while there is no log.
  private var covered: ClosedRange<Int64>?

  /// When the log misses requests of the phone; ascending.
  private var gaps: [ClosedRange<Int64>] = []
  /// The log misses requests, nobody knows when.
  private var isLossy = false

  /// How late requests come to the wire: nearly all, and the last (protocol.md 6.9: a slot, more under load; the radio).
  /// Early ones come of the error of the clocks. Nanoseconds.
  private let usual: ClosedRange<Int64>
  private let latest: Int64

  /// Share of requests that are later than usual.
  private static let tail: Float = 0.05
  /// Share of the phone's writes that lead to no request: the module drops them, or they collide.
  private static let lost: Float = 0.1
  /// The log's word counts for no more than this, as logarithms: for the phone, and against it, since logs miss messages.
  private static let most: Float = 6
  private static let mostAgainst: Float = 4

  /// No log.
  public init() {
    usual = 0...0
    latest = 0
  }

  /// - Parameters:
  ///   - covered: nanoseconds on the bus's clock that the log covers.
  ///   - usual: nanoseconds from the phone's write to its request on the wire, for nearly all.
  public init(covered: ClosedRange<Int64>, usual: ClosedRange<Int64> = -5_000_000...80_000_000) {
    self.init(usual: usual)
    self.covered = covered
  }

  /// A log that is not read yet; it counts when it is closed.
  init(usual: ClosedRange<Int64>) {
    self.usual = usual
    latest = max(250_000_000, usual.upperBound &* 2)
  }

  /// Ends the reading of a log. Only here its messages may have come out of order.
  mutating func close(covering covered: ClosedRange<Int64>) {
    self.covered = covered
    for kind in writes.indices where zip(writes[kind].times, writes[kind].times.dropFirst()).contains(where: >) {
      writes[kind].times.sort()
    }
  }

  /// Adds a request of the phone; times ascend.
  public mutating func add(_ reading: FrameReading, at time: Int64) {
    let kind = kinds.add(Self.key(reading))
    if kind == writes.count { writes.append(Writes()) }
    writes[kind].times.append(time)
    writes[kind].taken.append(0)
  }

  /// The command is none of it: the BLE module may rewrite it.
  private static func key(_ reading: FrameReading) -> UInt32 {
    UInt32(reading.subject.rawValue) << 16 | UInt32(reading.argument) << 8 | UInt32(reading.asked)
  }

  /// Notes that the log misses requests that the phone made between these times; times ascend.
  public mutating func add(gap: ClosedRange<Int64>) { gaps.append(gap) }

  /// Notes that the log misses requests here and there.
  public mutating func setLossy() { isLossy = true }

  /// Whether what the log does not have, the phone did not ask.
  private func isWhole(from low: Int64, to high: Int64) -> Bool {
    guard !isLossy else { return false }
    let first = gaps.partitioningIndex { $0.upperBound >= low }
    return first == gaps.count || gaps[first].lowerBound > high
  }

  // MARK: - On the wire

  /// Notes a request on the wire, whoever sent it. Its writes can explain others less.
  mutating func note(_ reading: FrameReading, at start: TimeBounds) {
    guard let covered, covered.contains(start.middle), let kind = kinds.number(of: Self.key(reading)) else { return }
    writes[kind].seen += 1
    if writes[kind].first == nil { writes[kind].first = start.earliest }
    for write in writes[kind].span(from: start.earliest &- latest, to: start.latest &- usual.lowerBound) {
      writes[kind].taken[write] += density(of: start, after: writes[kind].times[write])
    }
  }

  /// Logarithm of how much likelier a request is if the phone made it than if somebody else did; nil where nothing is
  /// known. It was noted before.
  ///
  /// If somebody else made it, the write led to another request that is there, or to none.
  func likelihood(_ reading: FrameReading, at start: TimeBounds) -> Float? {
    guard let covered, covered.contains(start.middle) else { return nil }
    let low = start.earliest &- latest
    let high = start.latest &- usual.lowerBound
    var odds: Float = 0
    if let kind = kinds.number(of: Self.key(reading)) {
      let elapsed = Float(max(1_000_000_000, start.latest &- (writes[kind].first ?? start.earliest))) * 1e-9
      let rate = max(1, Float(writes[kind].seen) / elapsed)
      for write in writes[kind].span(from: low, to: high) {
        let own = density(of: start, after: writes[kind].times[write])
        odds += own / (rate * Self.lost + max(0, writes[kind].taken[write] - own))
      }
    }
    guard odds > 0 else { return isWhole(from: low, to: high) ? -Self.mostAgainst : nil }
    let ratio = max(-Self.mostAgainst, min(Self.most, logf(odds)))
    return ratio >= 0 || isWhole(from: low, to: high) ? ratio : nil
  }

  /// How likely a request comes so long after its write, a second.
  private func density(of start: TimeBounds, after write: Int64) -> Float {
    let (early, late) = (start.earliest &- write, start.latest &- write)
    guard late >= usual.lowerBound, early <= latest else { return 0 }
    let within = min(late, usual.upperBound) &- max(early, usual.lowerBound)
    // A time that is known exactly lies inside as a whole, or outside.
    let share: Float = late > early ? max(0, Float(within)) / Float(late &- early) : within >= 0 ? 1 : 0
    let peak = (1 - Self.tail) / Float(usual.upperBound &- usual.lowerBound)
    let rest = Self.tail / Float(latest &- usual.upperBound)
    return (share * peak + (1 - share) * rest) * 1e9
  }
}
