import DequeModule
import NinebotBus

/// What the phone wrote and the wire has not seen yet, oldest first.
struct RadioLedger: Sendable {
  struct Message: Sendable {
    var place: CausalChain.Message
    /// Hash of what it says; 0 where that cannot be read.
    var content: UInt64
    /// What the phone's own log says of it.
    var solicited: Bool?
    /// Its number in its direction; what the log misses has one too. Nil where messages are not counted.
    var counter: UInt32?
  }

  /// No client writes more within the time that a write waits.
  private static let most = 256

  private var writes: Deque<Message> = []

  mutating func written(_ message: Message) {
    if writes.count == Self.most { writes.removeFirst() }
    writes.append(message)
  }

  /// The write with that content that came to the wire at `start`; it is taken out. The module keeps their order, so
  /// it is the oldest, unless that has waited for longer than writes do: its own request was lost on the wire then.
  mutating func takeWrite(_ content: UInt64, before start: Int64, within reach: Int64, usual: Int64) -> Message? {
    let fitting = writes.indices.filter {
      writes[$0].content == content && writes[$0].place.time.earliest <= start
        && writes[$0].place.time.latest >= start &- reach
    }
    let index = fitting.first { writes[$0].place.time.latest >= start &- usual } ?? fitting.last
    return index.map { writes.remove(at: $0) }
  }

  /// Writes that waited so long that they will not come to the wire.
  mutating func expired(before time: Int64) -> Deque<Message> {
    guard let first = writes.first, first.place.time.latest < time else { return [] }
    let old = writes.filter { $0.place.time.latest < time }
    writes.removeAll { $0.place.time.latest < time }
    return old
  }
}
