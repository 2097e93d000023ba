internal import UartSniffer

/// The messages of the BLE side, and for each where the same content is on the bus.
///
/// Times are nanoseconds from each capture's first sample, so that differences stay exact in all arithmetic.
struct Correspondence: Sendable {
  /// Sixteen bytes: of a day there are a million and more.
  struct Message: Sendable {
    let earliest: Int64
    private let width: UInt32
    /// The key, from 1, and the direction.
    private let kind: UInt32

    var latest: Int64 { earliest &+ Int64(width) }
    /// Index of its content; -1 where the bus never carries it.
    var key: Int32 { Int32(bitPattern: kind >> 1) &- 1 }
    var isReply: Bool { kind & 1 == 1 }

    /// - Parameters:
    ///   - event: what the message is.
    ///   - start: from when its times count.
    ///   - key: index of its content, below a billion; nil where the bus never carries it.
    init(_ event: AlignmentEvent, from start: Int64, key: Int32?) {
      earliest = event.earliest &- start
      width = event.width
      kind = UInt32(bitPattern: (key ?? -1) &+ 1) << 1 | (event.kind == .reply ? 1 : 0)
    }
  }

  let busStart: Int64
  let bleStart: Int64
  /// Nanoseconds that the bus capture covers, from `busStart`.
  let busSpan: Int64
  let bleSpan: Int64
  /// In the order of the log: a clock that is set back must not mix what was before with what came after.
  let messages: [Message]
  /// Where each content's times begin in `times`, and one past the end.
  private let first: [Int32]
  private let times: [Int64]
  private let widths: [UInt32]
  /// How long an answer waits for the radio at most, and a request for radio and slot.
  let reach: Reach
  private let kept: [ClosedRange<Int64>]
  /// Where the bus holds what is no sound frame, ascending.
  private let rubble: [ClosedRange<Int64>]
  /// Where the phone's log misses requests, in order of their begin.
  let missing: [ClosedRange<Int64>]
  /// Only lengths and directions can be compared.
  let isSealed: Bool

  struct Reach: Sendable {
    var reply: Int64 = 160_000_000
    var request: Int64 = 200_000_000
    /// The other way round: drift within a window, and what times are uncertain beyond their bounds.
    var slop: Int64 = 6_000_000
    func of(_ message: Message) -> Int64 { message.isReply ? reply : request }
  }

  /// A year: nobody captures longer, and sums of times stay far from overflow.
  private static let longest: Int64 = 366 * 86_400_000_000_000

  init?(bus: AlignmentStream, ble: AlignmentStream, reach: Reach) {
    guard let busCovered = bus.covered, let bleCovered = ble.covered, !ble.events.isEmpty, !bus.events.isEmpty else {
      return nil
    }
    let spans = [busCovered, bleCovered].map { $0.upperBound &- $0.lowerBound }
    guard spans.allSatisfy({ (0...Self.longest).contains($0) }) else { return nil }
    self.reach = reach
    busStart = busCovered.lowerBound
    bleStart = bleCovered.lowerBound
    busSpan = busCovered.upperBound &- busCovered.lowerBound
    bleSpan = bleCovered.upperBound &- bleCovered.lowerBound
    isSealed = ble.events.count { $0.content == 0 } * 2 > ble.events.count
    let isSealed = isSealed
    // Without a copy: of a day there are a million and more.
    let upstream = ble.events.lazy.filter { isSealed || $0.content != 0 }
    var keys: [UInt64: Int32] = [:]
    for event in upstream {
      let key = event.key(sealed: isSealed)
      if keys[key] == nil { keys[key] = Int32(keys.count) }
    }
    let contents = BusContents(bus.events, from: busStart, keys: keys, isSealed: isSealed)
    (first, times, widths) = (contents.first, contents.times, contents.widths)
    let start = bleStart
    var messages: [Message] = []
    messages.reserveCapacity(ble.events.count)
    for event in upstream {
      let key = keys[event.key(sealed: isSealed)].flatMap { contents.holds($0) ? $0 : nil }
      messages.append(Message(event, from: start, key: key))
    }
    self.messages = messages
    missing = ble.missing.map { ($0.lowerBound &- start)...($0.upperBound &- start) }
      .sorted { $0.lowerBound < $1.lowerBound }
    let origin = busStart
    kept = bus.sample.kept(of: busCovered).map { ($0.lowerBound - origin)...($0.upperBound - origin) }
    rubble = bus.rubble.map { ($0.lowerBound &- origin)...($0.upperBound &- origin) }
      .sorted { $0.lowerBound < $1.lowerBound }
  }

  /// When each content that the log has was on the bus.
  private struct BusContents {
    /// Where each content's times begin, and one past the end.
    let first: [Int32]
    private(set) var times: [Int64]
    private(set) var widths: [UInt32]

    func holds(_ key: Int32) -> Bool { first[Int(key)] < first[Int(key) + 1] }

    /// Sorted by counting, since of a day there are a million and more.
    init(_ events: [AlignmentEvent], from start: Int64, keys: [UInt64: Int32], isSealed: Bool) {
      var counts = [Int32](repeating: 0, count: keys.count + 1)
      for event in events {
        if let key = keys[event.key(sealed: isSealed)] { counts[Int(key) + 1] += 1 }
      }
      for index in counts.indices.dropFirst() { counts[index] += counts[index - 1] }
      first = counts
      let most = Int(counts[keys.count])
      (times, widths) = ([Int64](repeating: 0, count: most), [UInt32](repeating: 0, count: most))
      for event in events {
        guard let key = keys[event.key(sealed: isSealed)].map(Int.init) else { continue }
        let place = Int(counts[key])
        (times[place], widths[place]) = (event.earliest &- start, event.width)
        counts[key] += 1
      }
      for key in 0..<keys.count { sort(Int(first[key])..<Int(first[key + 1])) }
    }

    private mutating func sort(_ range: Range<Int>) {
      guard !zip(times[range], times[range].dropFirst()).allSatisfy({ $0 <= $1 }) else { return }
      let sorted = zip(times[range], widths[range]).sorted { $0.0 < $1.0 }
      for (place, entry) in zip(range, sorted) { (times[place], widths[place]) = entry }
    }
  }

  /// Whether the bus is known completely from `low` to `high`: it was captured, and nothing was destroyed.
  func isKnown(from low: Int64, to high: Int64) -> Bool {
    guard let stretch = stretches(from: low, to: low).first, high <= stretch.upperBound else { return false }
    // Pieces are short and do not overlap, so the first that ends behind `low` decides.
    let first = rubble.partitioningIndex { $0.upperBound >= low }
    return first == rubble.count || rubble[first].lowerBound > high
  }

  /// How often the bus carries a content.
  func count(of key: Int32) -> Int { key < 0 ? 0 : Int(first[Int(key) + 1] - first[Int(key)]) }

  /// When the bus carries a content first and last; nil where it never does.
  func range(of key: Int32) -> ClosedRange<Int64>? {
    let times = times[Int(first[Int(key)])..<Int(first[Int(key) + 1])]
    guard let first = times.first, let last = times.last else { return nil }
    return first...last
  }

  /// Stretches of the bus, nanoseconds from its start, of which all messages are known, as far as they reach into a
  /// range.
  func stretches(from low: Int64, to high: Int64) -> ArraySlice<ClosedRange<Int64>> {
    let first = kept.partitioningIndex { $0.upperBound >= low }
    let end = kept.partitioningIndex { $0.lowerBound > high }
    return kept[first..<max(first, end)]
  }

  /// Whether all messages of that time are known.
  func isKept(_ time: Int64) -> Bool { !stretches(from: time, to: time).isEmpty }

  /// Calls for each bus message of that content that is not before `low` and not after `high`, in order of time.
  @inline(__always)
  func each(_ key: Int32, from low: Int64, to high: Int64, _ body: (_ earliest: Int64, _ latest: Int64) -> Void) {
    guard key >= 0 else { return }
    let end = Int(first[Int(key) + 1])
    var index = lowerBound(key, low)
    while index < end, times[index] <= high {
      body(times[index], times[index] &+ Int64(widths[index]))
      index += 1
    }
  }

  /// Whether the bus has a message where it should be by that offset; nil where it is not known what the bus had then.
  func fits(_ message: Message, at offset: Int64) -> Bool? {
    let time = message.earliest - offset
    guard isKept(time) else { return nil }
    let reach = reach.of(message)
    var isThere = false
    each(
      message.key, from: message.isReply ? time - reach : time - self.reach.slop,
      to: message.isReply ? time + self.reach.slop : time + reach
    ) { _, _ in isThere = true }
    return isThere
  }

  private func lowerBound(_ key: Int32, _ time: Int64) -> Int {
    times[Int(first[Int(key)])..<Int(first[Int(key) + 1])].partitioningIndex { $0 >= time }
  }
}
