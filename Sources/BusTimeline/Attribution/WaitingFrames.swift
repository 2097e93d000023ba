import NinebotBus

/// What waits to be decided, in order, with its bytes. Each entry has a number that counts up from 0 and stays.
///
/// It waits in the batches that it came in and is changed there, so that nothing is copied: entries are large.
struct WaitingFrames: Sendable {
  private var batches: [ObservedEvents] = []
  /// Numbers of the first and of the last batch's first entry.
  private var base: Int64 = 0
  private var lastBase: Int64 = 0
  /// Number of the first entry. Those before it in its batch are decided.
  private(set) var first: Int64 = 0
  /// Number that the next entry will get. Those from it on in the last batch have not arrived.
  private(set) var end: Int64 = 0
  /// Where the first entry's bytes begin in its batch.
  private var firstByte = 0
  /// Bytes of all that waits.
  private(set) var byteCount = 0
  /// One that was emptied, for entries that come one by one.
  private var spare: ObservedEvents?

  /// Entries of a batch that is filled one by one: few, to stay in the processor's own memory.
  private static let room = 256

  /// Batches of which something waits, or may.
  var batchCount: Int { batches.count }
  var count: Int { Int(end - first) }
  var isEmpty: Bool { first == end }

  subscript(_ number: Int64) -> Observation {
    @inline(__always) _read {
      let place = place(number)
      yield batches[place.batch].rows[place.row]
    }
    @inline(__always) _modify {
      let place = place(number)
      yield &batches[place.batch].rows[place.row]
    }
  }

  /// There are three or four batches, and most that is asked for is in the last.
  @inline(__always)
  private func place(_ number: Int64) -> (batch: Int, row: Int) {
    if number >= lastBase { return (batches.count - 1, Int(number - lastBase)) }
    var row = Int(number - base)
    var batch = 0
    while row >= batches[batch].count {
      row -= batches[batch].count
      batch += 1
    }
    return (batch, row)
  }

  /// Calls `body` with each entry and its bytes, from the first.
  mutating func forEach(_ body: (inout Observation, Span<UInt8>) -> Void) {
    var start = firstByte
    for number in first..<end {
      let place = place(number)
      if place.row == 0 { start = 0 }
      let end = start + Int(batches[place.batch].rows[place.row].event.count)
      let bytes = batches[place.batch].bytes
      body(&batches[place.batch].rows[place.row], bytes.storage.span.extracting(start..<end))
      start = end
    }
  }

  // MARK: - Arrival

  /// Adds an entry.
  @inline(__always)
  mutating func append(
    _ event: BusEvent, tap: Int, _ reading: FrameReading?, _ claim: Claim, _ measurement: Measurement,
    bytes: Span<UInt8>
  ) {
    if batches.isEmpty || batches[batches.count - 1].count >= Self.room {
      add(spare.take() ?? ObservedEvents(room: Self.room))
    }
    batches[batches.count - 1].append(event, tap: tap, bytes: bytes, reading, claim, measurement)
    arrived(bytes.count)
  }

  /// Adds a batch. None of it has arrived yet.
  mutating func add(_ batch: consuming ObservedEvents) {
    batches.append(batch)
    lastBase = end
  }

  /// The entry of the last batch that arrives next.
  var arriving: Observation {
    @inline(__always) _read { yield batches[batches.count - 1].rows[Int(end - lastBase)] }
  }

  /// The next entry has arrived.
  @inline(__always)
  mutating func arrived(_ bytes: Int) {
    end += 1
    byteCount += bytes
  }

  // MARK: - Departure

  /// The first batch, while it is taken out to be decided.
  struct Front {
    var events: ObservedEvents
    /// The first entry that waits, its number, and where its bytes begin.
    var row: Int
    var number: Int64
    var byte: Int

    /// Whether nothing of it waits.
    var isDecided: Bool { row == events.count }
    /// Whether there is no room in it for entries that come one by one.
    var isFull: Bool { events.count >= WaitingFrames.room }
  }

  /// Takes the first batch out: then nothing stands in the way of what changes it. There must be one.
  mutating func takeFront() -> Front {
    Front(events: batches.removeFirst(), row: Int(first - base), number: first, byte: firstByte)
  }

  /// Puts the batch back: something of it waits, or may yet come.
  mutating func putBack(_ front: consuming Front) {
    byteCount -= front.byte - firstByte
    (first, firstByte) = (front.number, front.byte)
    batches.insert(front.events, at: 0)
  }

  /// Lets the batch go: all of it is decided.
  mutating func letGo(_ front: borrowing Front) {
    byteCount -= front.byte - firstByte
    (base, first, firstByte) = (front.number, front.number, 0)
  }

  /// The same, and its room is used again.
  mutating func reuse(_ front: consuming Front) {
    letGo(front)
    front.events.removeAll()
    spare = front.events
  }
}
