import NinebotBus

/// What the phone wrote and the wire has not seen yet, oldest first.
struct RadioLedger: Sendable {
  struct Message: Sendable {
    var place: CausalChain.Message
    /// Hash of what it says; 0 where that cannot be read.
    var content: UInt64
    /// What the phone's own log says of it.
    var solicited: Bool?
  }

  /// No client writes more within the time that a write waits.
  private static let most = 256

  private var writes: [Message] = []

  mutating func written(_ message: Message) {
    if writes.count == Self.most { writes.removeFirst() }
    writes.append(message)
  }

  /// The oldest write with that content that came before `start` and not too long before; it is taken out.
  mutating func takeWrite(_ content: UInt64, before start: Int64, within reach: Int64) -> Message? {
    let index = writes.firstIndex {
      $0.content == content && $0.place.time.earliest <= start && $0.place.time.latest >= start &- reach
    }
    return index.map { writes.remove(at: $0) }
  }

  /// Writes that waited so long that they will not come to the wire.
  mutating func expired(before time: Int64) -> [Message] {
    guard let first = writes.first, first.place.time.latest < time else { return [] }
    let old = writes.filter { $0.place.time.latest < time }
    writes.removeAll { $0.place.time.latest < time }
    return old
  }
}
