import BleSide
import BusPrinter
import BusTimeline
import NinebotBus

/// Follows the phone's messages along the bus and counts whose request brought each of them forth.
struct NotificationCauses {
  private(set) var counts: Diagnosis.Notifications
  private(set) var chains = Diagnosis.Chains()
  private var tracker: CausalityTracker
  private let messages: PackedMessages
  private let clocks: AlignedClocks
  private let origin: Int64
  /// Messages handed to the tracker so far.
  private var handed = 0
  /// Bus time of the next one, in nanoseconds.
  private var due = Int64.min
  /// Item of each answer, by the number of its event; only while pictures are wanted.
  private var items: [Int64: Int] = [:]
  private var causedBy: [Transmitter: Int] = [:]

  init(_ phone: PhoneLog, clocks: AlignedClocks, origin: Int64) {
    counts = phone.counts
    counts.beyond = phone.receivedLeftOut
    counts.total -= counts.beyond
    // The bus says what the log alone does not.
    counts.unsolicited = 0
    counts.undecided = 0
    counts.ring = []
    messages = phone.messages
    self.clocks = clocks
    self.origin = origin
    tracker = CausalityTracker(clocks: clocks, origin: origin)
    due = messages.first.map { busTime(of: $0) } ?? .max
  }

  /// Hands over the messages up to a time of the bus, in nanoseconds since its time 0.
  mutating func advance(to time: Int64, timeline: inout TimelineCollector?) {
    while due <= time, handed < messages.count {
      tracker.push(messages[handed])
      handed += 1
      due = handed < messages.count ? busTime(of: messages[handed]) : .max
      take(&timeline)
    }
  }

  mutating func push(
    _ row: AttributedEvent, bytes: Span<UInt8>, id: Int64, item: Int?, timeline: inout TimelineCollector?
  ) {
    if let item, row.reading?.act.isRequest == false { items[id] = item }
    tracker.push(row, bytes: bytes, id: id)
    take(&timeline)
  }

  mutating func finish(timeline: inout TimelineCollector?) {
    advance(to: .max, timeline: &timeline)
    tracker.finish()
    take(&timeline)
    counts.causedBy = causedBy.sorted { $0.value > $1.value }.map { ($0.key, $0.value) }
  }

  /// How long the phone waited for answers of its own, since the last call.
  mutating func takeWaits() -> [Diagnosis.Chains.Wait] { chains.takeWaits() }

  private func busTime(of message: BleMessage) -> Int64 { clocks.busTime(ofBle: message.time).middle - origin }

  private mutating func take(_ timeline: inout TimelineCollector?) {
    for outcome in tracker.outcomes {
      switch outcome {
      case .chain(let chain):
        chains.add(chain)
        if messages.indices.contains(chain.write.sequence) {
          let message = messages[chain.write.sequence]
          timeline?.add(message, at: chain.write.time.middle, causedBy: nil, cause: .phone, solicited: nil)
        }
      case .notification(let finding): note(finding, &timeline)
      }
    }
  }

  private mutating func note(_ finding: NotificationFinding, _ timeline: inout TimelineCollector?) {
    if finding.solicited == false {
      counts.unsolicited += 1
      if case .reply(let asker) = finding.cause {
        causedBy[asker, default: 0] += 1
      } else {
        causedBy[.unknown, default: 0] += 1
      }
    }
    if finding.solicited == nil { counts.undecided += 1 }
    guard messages.indices.contains(finding.sequence) else { return }
    let message = messages[finding.sequence]
    timeline?.add(
      message, at: finding.time?.middle ?? busTime(of: message), causedBy: finding.reply.flatMap { items[$0.id] },
      cause: finding.cause, solicited: finding.solicited)
  }
}
