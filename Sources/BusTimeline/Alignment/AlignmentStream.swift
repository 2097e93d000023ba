public import NinebotBus
public import UartSniffer

/// What one capture has to say about its clock: its messages, and from when to when it ran.
///
/// Memory is bounded: when there are too many messages, every other block of time is left out, and again.
public struct AlignmentStream: Sendable {
  /// Messages that are kept at most.
  public static let defaultCapacity = 2_000_000
  public private(set) var events: [AlignmentEvent] = []
  /// The widest interval that a time was only known within, nanoseconds.
  var widest: Int64 { Int64(events.max { $0.width < $1.width }?.width ?? 0) }
  /// When the capture ran, nanoseconds on its absolute clock; nil while nothing is known.
  public private(set) var covered: ClosedRange<Int64>?
  /// Of when the messages are that are kept.
  public private(set) var sample: BlockSample
  /// Where the capture holds something that is no sound frame: a message may have been destroyed there.
  public private(set) var rubble: [ClosedRange<Int64>] = []
  /// Between which times requests are missing, by the numbers of those around them; in the log's order. With too many
  /// the later ones are not kept.
  public private(set) var missing: [ClosedRange<Int64>] = []
  private var hasTooMuchRubble = false
  /// Number, connection and time of the last numbered request.
  var lastNumber: (counter: UInt32, connection: Int, time: Int64)?
  private let capacity: Int
  /// Pieces of one frame are not further from each other; nanoseconds.
  private static let piece: Int64 = 500_000

  /// - Parameters:
  ///   - capacity: messages that are kept at most.
  ///   - sample: which blocks are kept when there are too many.
  public init(capacity: Int = Self.defaultCapacity, sample: BlockSample = BlockSample()) {
    self.capacity = max(1024, capacity)
    self.sample = sample
  }

  /// Makes room for so many messages at once: an array that grows needs three times what it holds.
  public mutating func reserve(_ count: Int) { events.reserveCapacity(min(count, capacity)) }

  /// Times that a clock can show: differences of two of them do not overflow.
  private static let possible: ClosedRange<Int64> = -(1 << 61)...(1 << 62)

  /// Notes that the capture ran at this time: its first and last samples, whatever they were.
  public mutating func extend(to time: Int64) {
    guard Self.possible.contains(time) else { return }
    guard let range = covered else { return covered = time...time }
    covered = min(range.lowerBound, time)...max(range.upperBound, time)
  }

  /// Adds a message.
  public mutating func append(_ event: AlignmentEvent) {
    guard Self.possible.contains(event.earliest) else { return }
    extend(to: event.earliest)
    guard sample.keeps(event.earliest) else { return }
    events.append(event)
    if events.count >= capacity { thin() }
  }

  /// Notes bytes or line errors that are no sound frame. Pieces that follow each other count as one; of too many none is
  /// kept, for then they say nothing.
  public mutating func append(rubble time: TimeBounds) {
    guard Self.possible.contains(time.earliest), Self.possible.contains(time.latest), time.earliest <= time.latest
    else { return }
    extend(to: time.earliest)
    extend(to: time.latest)
    guard !hasTooMuchRubble else { return }
    if let last = rubble.last, time.earliest >= last.lowerBound, time.earliest <= last.upperBound &+ Self.piece {
      rubble[rubble.count - 1] = last.lowerBound...max(last.upperBound, time.latest)
    } else if rubble.count < capacity / 4 {
      rubble.append(time.earliest...time.latest)
    } else {
      hasTooMuchRubble = true
      rubble = []
    }
  }

  /// Notes that requests are missing somewhere between two times.
  public mutating func append(missingBetween first: Int64, and second: Int64) {
    guard Self.possible.contains(first), Self.possible.contains(second), missing.count < capacity / 4 else { return }
    missing.append(min(first, second)...max(first, second))
  }

  /// Thins to a sample that the capture was read by, unless it is that thin already.
  public mutating func thin(to other: BlockSample) {
    guard other.stride > sample.stride else { return }
    sample = other
    events.removeAll { !other.keeps($0.earliest) }
  }

  private mutating func thin() {
    while events.count >= capacity, !sample.isThinnest {
      sample.thin()
      let sample = sample
      events.removeAll { !sample.keeps($0.earliest) }
    }
    // All in one block: a flood. What is over is left out, and the stream is taken to end here.
    if events.count >= capacity { events.removeLast(events.count / 2) }
  }
}
