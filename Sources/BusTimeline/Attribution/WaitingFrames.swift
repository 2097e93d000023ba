import NinebotBus

/// What waits to be decided, in order, with its bytes. Each entry has a number that counts up from 0 and stays.
///
/// A ring, so that entries do not move while they wait. It is hardly larger than what waits: it has to stay in the
/// processor's own memory.
struct WaitingFrames: Sendable {
  private var ring: [Observation] = []
  /// Where the first entry is.
  private var head = 0
  private(set) var bytes = [UInt8](repeating: 0, count: 1 << 16)
  private var bytesHead = 0
  private var bytesEnd = 0
  /// Number of the first entry.
  private(set) var first: Int64 = 0
  /// Number that the next entry will get.
  private(set) var end: Int64 = 0

  var count: Int { Int(end - first) }
  var isEmpty: Bool { first == end }
  /// Bytes of all that waits.
  var byteCount: Int { bytesEnd - bytesHead }

  subscript(_ number: Int64) -> Observation {
    @inline(__always) get { ring[slot(number)] }
    @inline(__always) _modify {
      let place = slot(number)
      yield &ring[place]
    }
  }

  @inline(__always)
  private func slot(_ number: Int64) -> Int {
    let place = head &+ Int(truncatingIfNeeded: number &- first)
    return place < ring.count ? place : place &- ring.count
  }

  @inline(__always)
  mutating func append(
    _ event: BusEvent, tap: Int, _ reading: FrameReading?, _ claim: Claim, _ measurement: Measurement,
    bytes added: Span<UInt8>
  ) {
    if count == ring.count {
      grow(Observation(tap: tap, event: event, reading: reading, claim: claim, measurement: measurement))
    }
    ring[slot(end)].renew(tap, event, reading, claim, measurement)
    end += 1
    if bytesEnd + added.count > bytes.count { makeRoom(added.count) }
    let start = bytesEnd
    bytesEnd += added.count
    added.withUnsafeBytes { source in
      bytes.withUnsafeMutableBytes { target in
        UnsafeMutableRawBufferPointer(rebasing: target[start..<(start + source.count)]).copyMemory(from: source)
      }
    }
  }

  /// Where the first entry's bytes are in `bytes`.
  var firstBytes: Range<Int> { bytesHead..<(bytesHead + Int(ring[head].event.count)) }

  mutating func removeFirst() {
    bytesHead += Int(ring[head].event.count)
    head = head + 1 < ring.count ? head + 1 : 0
    first += 1
  }

  /// Calls `body` with each entry and its bytes, from the first.
  mutating func forEach(_ body: (inout Observation, Span<UInt8>) -> Void) {
    let all = bytes
    var start = bytesHead
    for number in first..<end {
      let place = slot(number)
      let end = start + Int(ring[place].event.count)
      body(&ring[place], all.span.extracting(start..<end))
      start = end
    }
  }

  private mutating func grow(_ filler: Observation) {
    var larger = [Observation](repeating: filler, count: max(64, ring.count + ring.count / 4))
    for number in first..<end { larger[Int(number - first)] = self[number] }
    (ring, head) = (larger, 0)
  }

  /// Moves what waits into a new room: seldom, since that has place for as much again.
  private mutating func makeRoom(_ needed: Int) {
    let waiting = bytes[bytesHead..<bytesEnd]
    var room = [UInt8]()
    room.reserveCapacity(max(bytes.count, 2 * (waiting.count + needed)))
    room += waiting
    room += repeatElement(0, count: room.capacity - waiting.count)
    bytes = room
    (bytesHead, bytesEnd) = (0, waiting.count)
  }
}
