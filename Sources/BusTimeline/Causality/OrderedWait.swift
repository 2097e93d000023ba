import DequeModule
import NinebotBus

/// Puts the events of both streams in order: clocks relate only within a bound, and an event of one stream may be
/// handed in that much too late.
struct OrderedWait: Sendable {
  enum What: Sendable {
    case wire(WireLedger.Frame)
    case write(RadioLedger.Message)
    case notification(RadioLedger.Message)
  }

  struct Item: Sendable {
    /// When it is taken: later than by its own time where it must keep its place behind others.
    var due: Int64
    var time: Int64
    var what: What

    /// What a notification says.
    fileprivate var told: UInt64? { if case .notification(let message) = what { message.content } else { nil } }
    /// What an answer on the wire says.
    fileprivate var answered: UInt64? {
      if case .wire(let frame) = what, frame.reading.act.isAnswer { frame.content } else { nil }
    }
  }

  /// More do not wait; the oldest goes first then, whatever comes.
  private static let most = 8192
  /// So many of the last are looked through for an answer.
  private static let mostLookedThrough = 128
  /// When a notification is so much earlier than the last one, the phone's clock was set back; nanoseconds.
  private static let setBack: Int64 = 1_000_000_000

  private var items: Deque<Item> = []
  /// Of the last frame on the wire. Frames keep their order, though the adapter gave several at once and each may have
  /// been at any time in between.
  private var lastWire = Int64.min
  /// Of the last notification, likewise.
  private var lastTold = Int64.min / 2
  /// How many answers wait that are due later than by their own time.
  private var late = 0
  /// The latest time that was handed in.
  private(set) var now = Int64.min / 2

  mutating func note(_ time: Int64) { now = max(now, time) }

  mutating func add(wire frame: WireLedger.Frame, at time: Int64) {
    lastWire = max(lastWire, time)
    insert(Item(due: lastWire, time: time, what: .wire(frame)))
    guard lastWire > time, frame.reading.act.isAnswer else { return }
    late += 1
    keepBehindAnswers(frame.content)
  }

  mutating func add(write message: RadioLedger.Message, at time: Int64) {
    insert(Item(due: time, time: time, what: .write(message)))
  }

  mutating func add(notification message: RadioLedger.Message, at time: Int64) {
    lastTold = lastTold &- time > Self.setBack ? time : max(lastTold, time)
    insert(Item(due: lastTold, time: time, what: .notification(message)))
    if late > 0 { keepBehindAnswers(message.content) }
  }

  private mutating func insert(_ item: Item) {
    var place = items.count
    while place > 0, items[place - 1].due > item.due { place -= 1 }
    // To insert at the end takes much longer than to append, and nearly all go there.
    if place == items.count { items.append(item) } else { items.insert(item, at: place) }
  }

  /// Moves the first notification that has no answer of its own before it behind the next answer that says the same, if
  /// that can have been before it. Notifications keep their order, those too that are still to come.
  private mutating func keepBehindAnswers(_ content: UInt64) {
    guard content != 0 else { return }
    var answers = 0
    var first: Int?
    for index in items.indices.suffix(Self.mostLookedThrough) {
      if items[index].told == content {
        answers -= 1
        if answers < 0, first == nil { first = index }
      } else if items[index].answered == content {
        if let first {
          if items[index].time <= items[first].time { move(notificationsFrom: first, behind: index) }
          return
        }
        answers += 1
      }
    }
  }

  private mutating func move(notificationsFrom first: Int, behind answer: Int) {
    let due = items[answer].due
    var moved: [Item] = []
    for index in (first..<answer).reversed() where items[index].told != nil {
      moved.append(items.remove(at: index))
    }
    for item in moved.reversed() { insert(Item(due: max(due, item.due), time: item.time, what: item.what)) }
    lastTold = max(lastTold, due)
  }

  mutating func popFirst(until time: Int64) -> Item? {
    guard !items.isEmpty, items[0].due <= time || items.count > Self.most else { return nil }
    if items[0].due > items[0].time, items[0].answered != nil { late -= 1 }
    return items.removeFirst()
  }
}
