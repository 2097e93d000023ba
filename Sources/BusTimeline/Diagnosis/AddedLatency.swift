import DequeModule
import NinebotBus

extension Diagnosis {
  /// What injected traffic adds to the phone's waits: those that had some beside them, against those that had none.
  public struct AddedLatency: Sendable {
    public var beside = Latency()
    public var without = Latency()

    public init() {}

    /// How much longer the median is with injected traffic, nanoseconds; nil where either sample is small.
    public var difference: Int64? {
      guard min(beside.count, without.count) >= Self.least else { return nil }
      return beside.median - without.median
    }

    /// Fewer waits say nothing.
    private static let least = 20
  }
}

/// When injected traffic was on the wire, and which waits of the phone had some beside them. Bounded.
///
/// It is looked for in a stretch of fixed length: a long wait holds some more often by chance alone, and would then seem to
/// come of it.
struct InjectedWaits: Sendable {
  /// Whose waits these are.
  enum Kind: Int, CaseIterable, Sendable {
    /// From a request on the wire to its answer there. What the ESC hands on of a battery takes far longer than what it
    /// knows itself, so these are not mixed: the shares of both would pass for a difference.
    case escRead
    case batteryRead
    /// From the phone's write to what it received.
    case write
  }

  private struct Waiting: Sendable {
    var kind: Kind
    var stretch: ClosedRange<Int64>
    var wait: Int64
  }

  private var frames = RecentTimes()
  /// Apart, since they become known later.
  private var collisions = RecentTimes()
  private var waiting: Deque<Waiting> = []
  private var beside = Kind.allCases.map { _ in LatencySample() }
  private var without = Kind.allCases.map { _ in LatencySample() }

  /// Nanoseconds until what happened is known: a collision waits for the retry.
  private static let settling: Int64 = 1_500_000_000
  private static let most = 256

  /// Takes the start of an injected frame or of an answer to one, nanoseconds.
  mutating func note(_ time: Int64) { frames.add(time) }

  mutating func note(_ collision: Collision) {
    if collision.parties.contains(where: { $0.isForeign || $0 == .unknown }) { collisions.add(collision.start.middle) }
  }

  /// Takes a wait in nanoseconds, with the stretch in which injected traffic counts.
  mutating func add(_ kind: Kind, _ wait: Int64, stretch: ClosedRange<Int64>) {
    if waiting.count >= Self.most { settle() }
    waiting.append(Waiting(kind: kind, stretch: stretch, wait: wait))
  }

  /// Decides what is known by now.
  @inline(__always)
  mutating func advance(to now: Int64) {
    while let first = waiting.first, first.stretch.upperBound &+ Self.settling < now { settle() }
  }

  mutating func finish() {
    while !waiting.isEmpty { settle() }
  }

  func added(_ kind: Kind) -> Diagnosis.AddedLatency {
    var added = Diagnosis.AddedLatency()
    (added.beside, added.without) = (beside[kind.rawValue].latency, without[kind.rawValue].latency)
    return added
  }

  private mutating func settle() {
    let next = waiting.removeFirst()
    // What is no longer known of is neither.
    guard let frame = frames.has(next.stretch), let collision = collisions.has(next.stretch) else { return }
    if frame || collision {
      beside[next.kind.rawValue].add(next.wait)
    } else {
      without[next.kind.rawValue].add(next.wait)
    }
  }
}

/// The last times of something, ascending but for what several wires mix.
private struct RecentTimes: Sendable {
  private var times: Deque<Int64> = []
  private var isWhole = true
  private static let most = 2048

  mutating func add(_ time: Int64) {
    if times.count == Self.most {
      times.removeFirst()
      isWhole = false
    }
    times.append(max(time, times.last ?? time))
  }

  /// Whether there is one in a stretch; nil where it reaches back too far.
  func has(_ stretch: ClosedRange<Int64>) -> Bool? {
    if !isWhole, let first = times.first, stretch.lowerBound < first { return nil }
    let index = times.partitioningIndex { $0 >= stretch.lowerBound }
    return index < times.count && times[index] <= stretch.upperBound
  }
}
