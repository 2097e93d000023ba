import NinebotBus

/// The order of the BLE module's scheduled frames, which needs no times: so many `65` between two `64`.
///
/// When the module sends a phone's request it leaves a `65` out and goes on with a `64` (109 of 109 in the captures,
/// protocol.md 5.4). So a request inside a complete round was sent by somebody else. How many make a round is learnt.
struct HeartbeatPattern: Sendable {
  private struct Request: Sendable {
    var id: Int64
    /// Scheduled frames that came after it in this round.
    var leversAfter = 0
  }

  /// How often each count of `65` made a round: undisturbed ones, and all.
  private var quiet = [Int](repeating: 0, count: 16)
  private var all = [Int](repeating: 0, count: 16)
  private var levers = 0
  private var requests: [Request] = []
  private var isWhole = false
  private var isDamaged = false

  private static let mostRequests = 32
  private static let inside: Float = 2.5
  private static let replaced: Float = -2.5

  mutating func request(_ id: Int64) {
    if requests.count == Self.mostRequests { requests.removeFirst() }
    requests.append(Request(id: id))
  }

  mutating func damage() { isDamaged = true }

  mutating func lever() {
    levers = min(levers + 1, 15)
    for index in requests.indices { requests[index].leversAfter += 1 }
  }

  /// A `64` ends the round. Returns what it says of the requests inside.
  mutating func poll() -> [(id: Int64, ratio: Float)] {
    defer {
      levers = 0
      requests.removeAll(keepingCapacity: true)
      isWhole = true
      isDamaged = false
    }
    guard isWhole else { return requests.map { ($0.id, 0) } }
    if !isDamaged {
      all[levers] += 1
      if requests.isEmpty { quiet[levers] += 1 }
    }
    guard let normal = normalRound, !isDamaged else { return requests.map { ($0.id, 0) } }
    // Of several that came right before the 64 only one can have taken the slot.
    let candidates = requests.count { $0.leversAfter == 0 }
    return requests.map { request in
      if levers >= normal { return (request.id, request.leversAfter > 0 ? Self.inside : 0) }
      guard request.leversAfter == 0 else { return (request.id, 0) }
      return (request.id, candidates == 1 ? Self.replaced : 0)
    }
  }

  /// The usual count, from undisturbed rounds where there are any.
  private var normalRound: Int? {
    let counts = quiet.reduce(0, +) >= 4 ? quiet : all
    let total = counts.reduce(0, +)
    guard total >= 4 else { return nil }
    // The longest round that is no exception: requests and losses only ever shorten one.
    return counts.indices.last { counts[$0] >= 3 && counts[$0] * 25 >= total }
  }
}
