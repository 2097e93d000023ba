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
  private var quiet = Rounds()
  private var all = Rounds()
  /// The same of rounds in which something was spoiled.
  private var damaged = Rounds()
  private var levers = 0
  private var requests: [Request] = []
  /// How many rounds ended with no request after the last `65`, with one, with more.
  private var endings = [3 of Int](repeating: 0)
  private var isWhole = false
  private var isDamaged = false
  /// How many slots the last round took; nil where it was no usual one.
  private(set) var slots: Int?

  private static let mostRequests = 32
  private static let inside: Float = 2.5
  /// For a request that has the BLE module's slot.
  static let replaced: Float = -2.5

  mutating func request(_ id: Int64) {
    if requests.count == Self.mostRequests { requests.removeFirst() }
    requests.append(Request(id: id))
  }

  /// Something was spoiled: a scheduled frame may be among it.
  mutating func damage() { isDamaged = true }

  @inline(__always)
  mutating func lever() {
    levers = min(levers + 1, 15)
    if !requests.isEmpty { for index in requests.indices { requests[index].leversAfter += 1 } }
  }

  /// A `64` ends the round. Adds what it says of the requests inside.
  mutating func poll(into clear: inout [ClearRhythm]) {
    if isWhole {
      if isDamaged { damaged.add(levers) } else { all.add(levers) }
      if !isDamaged, requests.isEmpty { quiet.add(levers) }
    }
    let normal = isWhole && !isDamaged ? normalRound : nil
    // Of several that came right before the 64 only one can have taken the slot.
    let candidates = requests.count { $0.leversAfter == 0 }
    let ending = min(candidates, endings.count - 1)
    if normal == levers { endings[ending] += 1 }
    slots = normal == levers && !isStretched(ending) ? levers + 1 : nil
    if !requests.isEmpty {
      for request in requests {
        clear.append(ClearRhythm(id: request.id, rhythm: .pattern(ratio(request, normal, candidates))))
      }
      requests.removeLast(requests.count)
    }
    levers = 0
    isWhole = true
    isDamaged = false
  }

  /// Whether a request may have taken a slot after the last `65`, so that the round took one more than usual. Where a dash
  /// asks behind each `65`, one request is usual.
  private func isStretched(_ ending: Int) -> Bool {
    let all = endings[0] + endings[1] + endings[2]
    return (0..<ending).contains { endings[$0] * 10 >= all }
  }

  @inline(__always)
  private func ratio(_ request: Request, _ normal: Int?, _ candidates: Int) -> Float {
    guard let normal else { return 0 }
    // Of more a 64 between them was lost.
    if levers > normal { return 0 }
    if levers == normal { return request.leversAfter > 0 ? Self.inside : 0 }
    return request.leversAfter == 0 && candidates == 1 ? Self.replaced : 0
  }

  /// The usual count, from undisturbed rounds where there are any.
  @inline(__always)
  private var normalRound: Int? {
    if quiet.total >= Rounds.least { return quiet.usual }
    // Where much is spoiled the short rounds come through, and short they are since a request ended them.
    guard let usual = all.usual, damaged.total <= all.total || usual >= damaged.commonest else { return nil }
    return usual
  }

  /// How often each count of `65` made a round.
  private struct Rounds: Sendable {
    private var counts = [16 of Int](repeating: 0)
    private(set) var total = 0
    /// Fewer rounds tell nothing.
    static let least = 4
    /// The longest round that was ever seen.
    private var longest = 0

    /// The count of most rounds.
    var commonest: Int {
      var best = 0
      for levers in 1..<16 where counts[levers] > counts[best] { best = levers }
      return best
    }

    mutating func add(_ levers: Int) {
      counts[levers] += 1
      total += 1
      longest = max(longest, levers)
    }

    /// The longest round that is no exception: requests and losses only ever shorten one.
    var usual: Int? {
      guard total >= Self.least else { return nil }
      var levers = longest
      while levers >= 0, counts[levers] < 3 || counts[levers] * 25 < total { levers -= 1 }
      return levers >= 0 ? levers : nil
    }
  }
}
