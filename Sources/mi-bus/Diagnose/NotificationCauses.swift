import BleSide
import BusPrinter
import BusTimeline
import NinebotBus

/// Follows the phone's messages along the bus and counts whose request brought each of them forth.
struct NotificationCauses {
  /// What the phone did not ask for, what is undecided, and what came while the bus was not recorded.
  private var (unsolicited, undecided, outside) = (0, 0, 0)
  private(set) var chains = Diagnosis.Chains()
  private var tracker: CausalityTracker
  private let messages: PackedMessages
  private var clock: BleTimeReader
  private let origin: Int64
  /// Messages handed to the tracker so far.
  private var handed = 0
  /// Bus time of the next one, in nanoseconds; the latest there is where none is left.
  private var due = Int64.min
  /// Bus times, in nanoseconds, before and behind which nothing has to do with the messages.
  private var firstConcerned = Int64.max
  private var lastConcerned = Int64.min
  private var causedBy: [Transmitter: Int] = [:]
  /// When the bus was recorded so far, nanoseconds; nil before its first event.
  private var recorded: ClosedRange<Int64>?

  /// How far from all messages what has to do with them can be on the bus; nanoseconds.
  private static let reach: Int64 = 10_000_000_000

  init(_ messages: PackedMessages, clocks: AlignedClocks, origin: Int64) {
    self.messages = messages
    clock = BleTimeReader(clocks)
    self.origin = origin
    tracker = CausalityTracker(clocks: clocks, origin: origin)
    readDue()
    firstConcerned = due &- Self.reach
  }

  /// Hands over the messages up to a time of the bus, in nanoseconds since its time 0.
  mutating func advance(to time: Int64, timeline: inout TimelineCollector?) {
    recorded = min(recorded?.lowerBound ?? time, time)...max(recorded?.upperBound ?? time, time)
    handOver(until: time, &timeline)
  }

  private mutating func handOver(until time: Int64, _ timeline: inout TimelineCollector?) {
    while due <= time, handed < messages.count {
      let message = messages[handed]
      if message.direction == .toScooter { timeline?.add(write: message, at: due) }
      tracker.push(message)
      handed += 1
      readDue()
      take(&timeline)
    }
  }

  mutating func push(
    _ row: AttributedEvent, bytes: Span<UInt8>, id: Int64, timeline: inout TimelineCollector?
  ) {
    let time = row.event.start.middle
    guard time >= firstConcerned, time <= lastConcerned || due < .max else { return }
    tracker.push(row, bytes: bytes, id: id)
    take(&timeline)
  }

  mutating func finish(timeline: inout TimelineCollector?) {
    handOver(until: .max, &timeline)
    tracker.finish()
    take(&timeline)
  }

  /// What became of the messages that are kept of a log.
  func counts(of phone: PhoneLog) -> Diagnosis.Notifications {
    var counts = phone.counts
    counts.beyond = phone.receivedLeftOut
    counts.total -= counts.beyond
    // The bus says what the log alone does not.
    counts.ring = []
    (counts.unsolicited, counts.undecided, counts.outside) = (unsolicited, undecided, outside)
    counts.causedBy = causedBy.sorted { $0.value > $1.value }.map { ($0.key, $0.value) }
    return counts
  }

  /// Whether `takeWaits` has any: asked for each frame, which an array that is handed over would take long for.
  var hasWaits: Bool { chains.hasWaits }

  /// How long the phone waited for answers of its own, since the last call.
  mutating func takeWaits() -> [Diagnosis.Chains.Wait] { chains.takeWaits() }

  /// Reads the time of the next message to be handed over: in the log's order, once each.
  private mutating func readDue() {
    guard handed < messages.count else { return due = .max }
    due = clock.busTime(of: messages[handed].time).middle - origin
    lastConcerned = max(lastConcerned, due &+ Self.reach)
  }

  private mutating func take(_ timeline: inout TimelineCollector?) {
    for outcome in tracker.outcomes {
      switch outcome {
      case .chain(let chain):
        chains.add(chain)
        timeline?.take(chain)
      case .notification(let finding): note(finding, &timeline)
      }
    }
  }

  /// Whether the bus was not recorded then.
  private func isOutside(_ time: TimeBounds) -> Bool {
    guard let recorded else { return true }
    return time.latest < recorded.lowerBound || time.earliest > recorded.upperBound
  }

  private mutating func note(_ finding: NotificationFinding, _ timeline: inout TimelineCollector?) {
    if finding.solicited == false {
      unsolicited += 1
      if case .reply(let asker) = finding.cause {
        causedBy[asker, default: 0] += 1
      } else {
        causedBy[.unknown, default: 0] += 1
        if let time = finding.time, isOutside(time) { outside += 1 }
      }
    }
    if finding.solicited == nil { undecided += 1 }
    guard messages.indices.contains(finding.sequence), let time = finding.time else { return }
    timeline?.add(notification: messages[finding.sequence], at: time.middle, finding)
  }
}
