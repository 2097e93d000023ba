/// The messages of the BLE side, and for each where the same content is on the bus.
///
/// Times are nanoseconds from each capture's first sample, so that differences stay exact in all arithmetic.
struct Correspondence: Sendable {
  struct Message: Sendable {
    var earliest: Int64
    var latest: Int64
    /// Index of its content; -1 where the bus never carries it.
    var key: Int32
    var isReply: Bool
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
    let upstream = ble.events.filter { isSealed || $0.content != 0 }
    var keys: [UInt64: Int32] = [:]
    for event in upstream {
      let key = event.key(sealed: isSealed)
      if keys[key] == nil { keys[key] = Int32(keys.count) }
    }
    var counts = [Int32](repeating: 0, count: keys.count + 1)
    for event in bus.events {
      if let key = keys[event.key(sealed: isSealed)] { counts[Int(key) + 1] += 1 }
    }
    for index in counts.indices.dropFirst() { counts[index] += counts[index - 1] }
    var next = counts
    var found = [(Int64, UInt32)](repeating: (0, 0), count: Int(counts[keys.count]))
    for event in bus.events {
      guard let key = keys[event.key(sealed: isSealed)].map(Int.init) else { continue }
      found[Int(next[key])] = (event.earliest &- busStart, event.width)
      next[key] += 1
    }
    for key in 0..<keys.count {
      let range = Int(counts[key])..<Int(counts[key + 1])
      if !zip(found[range], found[range].dropFirst()).allSatisfy({ $0.0 <= $1.0 }) {
        found[range].sort { $0.0 < $1.0 }
      }
    }
    first = counts
    times = found.map(\.0)
    widths = found.map(\.1)
    let start = bleStart
    messages = upstream.map { event in
      let key = keys[event.key(sealed: isSealed)] ?? -1
      let isThere = key >= 0 && counts[Int(key)] < counts[Int(key) + 1]
      return Message(
        earliest: event.earliest &- start, latest: event.latest &- start, key: isThere ? key : -1,
        isReply: event.kind == .reply)
    }
    missing = ble.missing.map { ($0.lowerBound &- start)...($0.upperBound &- start) }
      .sorted { $0.lowerBound < $1.lowerBound }
    kept = Self.keptStretches(of: bus, busCovered)
    let origin = busStart
    rubble = bus.rubble.map { ($0.lowerBound &- origin)...($0.upperBound &- origin) }
      .sorted { $0.lowerBound < $1.lowerBound }
  }

  private static func keptStretches(of bus: AlignmentStream, _ covered: ClosedRange<Int64>) -> [ClosedRange<Int64>] {
    let start = covered.lowerBound, span = covered.upperBound &- start
    guard bus.stride > 1 else { return [0...span] }
    var stretches: [ClosedRange<Int64>] = []
    let step = AlignmentStream.block * bus.stride
    var begin = covered.lowerBound / step * step
    while begin <= covered.upperBound {
      let low = max(begin, start) - start, high = min(begin + AlignmentStream.block, covered.upperBound) - start
      if low < high { stretches.append(low...high) }
      begin += step
    }
    return stretches
  }

  /// Whether the bus is known completely from `low` to `high`: it was captured, and nothing was destroyed.
  func isKnown(from low: Int64, to high: Int64) -> Bool {
    guard kept.contains(where: { $0.lowerBound <= low && high <= $0.upperBound }) else { return false }
    // Pieces are short and do not overlap, so the first that ends behind `low` decides.
    var (first, end) = (0, rubble.count)
    while first < end {
      let middle = (first + end) / 2
      if rubble[middle].upperBound < low { first = middle + 1 } else { end = middle }
    }
    return first == rubble.count || rubble[first].lowerBound > high
  }

  /// How often the bus carries a content.
  func count(of key: Int32) -> Int { key < 0 ? 0 : Int(first[Int(key) + 1] - first[Int(key)]) }

  /// Stretches of the bus, nanoseconds from its start, of which all messages are known.
  var stretches: [ClosedRange<Int64>] { kept }

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

  private func lowerBound(_ key: Int32, _ time: Int64) -> Int {
    var low = Int(first[Int(key)]), high = Int(first[Int(key) + 1])
    while low < high {
      let middle = (low + high) / 2
      if times[middle] < time { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
