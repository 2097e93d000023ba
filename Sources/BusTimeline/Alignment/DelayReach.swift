/// How long messages take at most between the wire and the phone's log, told by those that can be only one: no equal
/// message is near, neither on the bus nor in the log.
///
/// Of equal messages under way at once nobody knows which is which. If the reach is too short, the own one of a message
/// is taken to be another, and all pairs agree on a wrong offset; if it is too long, the bounds get wide.
struct DelayReach {
  private let source: Correspondence
  private let log: LogTimes
  private let margin: Int64

  /// A module with a full queue of requests, and a busy radio, take so long; nanoseconds.
  private static let longest: Int64 = 600_000_000
  /// So many messages that can be only one say how long things take.
  private static let enough = 6
  /// Where more than this share have an equal one near, and too few can be only one, nothing is known.
  private static let mostDoubtful = 0.2

  init(_ source: Correspondence, _ log: LogTimes, margin: Int64) {
    self.source = source
    self.log = log
    self.margin = margin
  }

  /// More requests than this share that never get on the wire: the module drops some.
  private static let mostDropped = 0.03

  private struct Tally {
    /// Of those that can be only one, and of those among them around which the log misses nothing.
    var delays: [Int64] = []
    var sureDelays: [Int64] = []
    /// Those with an equal one near in the log, and those that are nowhere on the bus.
    var doubtful = 0
    var dropped = 0
    var all = 0

    func exceeds(_ part: Int, _ share: Double) -> Bool { Double(part) > share * Double(all) }
  }

  struct Result {
    var reach: Correspondence.Reach
    /// Whether requests are dropped, or equal ones wait behind each other: then one that the log misses can be the own
    /// one of a request on the wire.
    var isQueueing: Bool
  }

  /// - Parameter offset: of a message, by the best guess so far.
  func find(
    _ messages: ArraySlice<Correspondence.Message>, _ offset: (Correspondence.Message) -> Int64
  ) -> Result {
    var replies = Tally(), requests = Tally()
    for message in messages where message.key >= 0 {
      if message.isReply { add(message, offset(message), &replies) } else { add(message, offset(message), &requests) }
    }
    let isQueueing =
      requests.exceeds(requests.doubtful, Self.mostDoubtful) || requests.exceeds(requests.dropped, Self.mostDropped)
    return Result(
      reach: Correspondence.Reach(
        reply: Self.longest(replies, replies.delays, source.reach.reply),
        request: Self.longest(requests, isQueueing ? requests.sureDelays : requests.delays, source.reach.request)),
      isQueueing: isQueueing)
  }

  private func add(_ message: Correspondence.Message, _ offset: Int64, _ tally: inout Tally) {
    let expected = message.earliest - offset
    let usual = source.reach.of(message)
    let before = message.isReply ? Self.longest + margin : margin
    let after = message.isReply ? margin : Self.longest + margin
    var count = 0
    var time: Int64 = 0
    source.each(message.key, from: expected - before, to: expected + after) { earliest, _ in
      count += 1
      time = earliest
    }
    tally.all += 1
    if !log.isOnly(message.key, from: message.earliest - usual, to: message.earliest + usual) { tally.doubtful += 1 }
    if count == 0, source.isKnown(from: expected - before, to: expected + after) { tally.dropped += 1 }
    guard count == 1 else { return }
    let there = time + offset
    guard log.isOnly(message.key, from: there - after, to: there + before) else { return }
    let delay = message.isReply ? expected - time : time - expected
    tally.delays.append(delay)
    if !log.isMissing(from: there - after, to: there + before) { tally.sureDelays.append(delay) }
  }

  /// One of a hundred may be wrong.
  private static func longest(_ tally: Tally, _ delays: [Int64], _ usual: Int64) -> Int64 {
    let sorted = delays.sorted()
    guard sorted.count >= enough else { return tally.exceeds(tally.doubtful, mostDoubtful) ? longest : usual }
    return min(max(usual, sorted[sorted.count - 1 - sorted.count / 100] * 5 / 4), longest)
  }
}
