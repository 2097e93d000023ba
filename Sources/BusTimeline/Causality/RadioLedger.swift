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
    var lost: Int?
    for index in writes.indices where writes[index].content == content {
      let time = writes[index].place.time
      guard time.earliest <= start, time.latest >= start &- reach else { continue }
      if time.latest >= start &- usual { return writes.remove(at: index) }
      lost = index
    }
    return lost.map { writes.remove(at: $0) }
  }

  /// Takes out the oldest write, if it waited so long that it will not come to the wire.
  mutating func takeExpired(before time: Int64) -> Message? {
    guard !writes.isEmpty, writes[0].place.time.latest < time else { return nil }
    return writes.removeFirst()
  }
}
