import Glibc

/// How long after its last request a device asks again, and what it asks then: dashes go through a list on a timer, and
/// clients ask again when they were answered. Bounded, and old counts fade.
struct RequestPace: Sendable {
  /// A request that is the device's, most probably.
  private struct Last: Sendable {
    /// Nanoseconds.
    var time: Int64
    var kind: Int
    /// Whether something can be learnt of it.
    var isSure: Bool
  }

  private var last: Last?
  /// All counts, in one array since each costs when it is looked at: `reached`, `orders`, `followed`.
  private var counts = [Float](repeating: 0, count: Self.followed(kinds))
  private var total: Float = 0
  /// Milliseconds from one request to the next.
  private var mean: Float = 0

  /// Where it is counted how often it asked again after so long or longer; a bin is a quarter of an octave, from 1 ms on.
  /// The last is empty.
  private static func reached(_ bin: Int) -> Int { bin }
  /// Where it is counted how often one kind of request followed another.
  private static func orders(_ kind: Int, after last: Int) -> Int { bins + 1 + last * kinds + kind }
  /// Where it is counted how often any followed a kind.
  private static func followed(_ last: Int) -> Int { bins + 1 + kinds * kinds + last }

  private static let bins = 64
  /// Kinds whose order is learnt: the first that the wire saw. No dash that is known asks for more.
  private static let kinds = 16
  /// Counts past this are halved.
  private static let memory: Float = 256
  /// Requests before which nothing is said.
  private static let least: Float = 16
  /// As much counts what was not seen yet.
  private static let prior: Float = 2
  /// A device may be disturbed: neither the time nor the order decides alone.
  private static let most: Float = 3

  /// Whether enough was seen to say anything.
  var isKnown: Bool { total >= Self.least }

  /// Log-likelihood ratio of a request now against one at any time that asks for whatever the device asks for.
  ///
  /// - Parameters:
  ///   - time: nanoseconds.
  ///   - kind: its row in `PollingHabits`; nil for one that was not met before.
  ///   - share: of the device's requests that are of this kind, 0 to 1.
  func advantage(at time: Int64, kind: Int?, share: Float) -> Float {
    guard isKnown, let last, time > last.time else { return 0 }
    return timing(Self.milliseconds(from: last.time, to: time)) + order(kind, after: last.kind, share)
  }

  /// The hazard: of the times that it waited at least so long, the share in which it asked now, against one that asks as
  /// often at any time. How long it waited so far is known, whoever makes this request.
  private func timing(_ elapsed: Float) -> Float {
    let bin = Self.bin(elapsed)
    let usual: Float = min(1, Self.width(bin) / mean)
    let waited = counts[Self.reached(bin)]
    let now: Float = waited - counts[Self.reached(bin + 1)] + Self.prior * usual
    let hazard: Float = now / (waited + Self.prior)
    return Self.bounded(logf(hazard / usual))
  }

  private func order(_ kind: Int?, after last: Int, _ share: Float) -> Float {
    guard let kind, kind < Self.kinds, last < Self.kinds else { return 0 }
    let seen: Float = counts[Self.orders(kind, after: last)] + Self.prior * share
    let next: Float = seen / (counts[Self.followed(last)] + Self.prior)
    return Self.bounded(logf(next / share))
  }

  private static func bounded(_ ratio: Float) -> Float { max(-most, min(most, ratio)) }

  /// Takes a request that is the device's, most probably.
  ///
  /// - Parameter isSure: whether something can be learnt of it.
  mutating func take(at time: Int64, kind: Int, isSure: Bool) {
    let before = last
    last = Last(time: time, kind: kind, isSure: isSure)
    guard isSure, let before, before.isSure, time > before.time else { return }
    learn(Self.milliseconds(from: before.time, to: time))
    if kind < Self.kinds, before.kind < Self.kinds { learn(kind, after: before.kind) }
  }

  private mutating func learn(_ elapsed: Float) {
    for bin in 0...Self.bin(elapsed) { counts[Self.reached(bin)] += 1 }
    total += 1
    mean += (elapsed - mean) / min(total, Self.memory)
    guard total > Self.memory else { return }
    total /= 2
    for bin in 0...Self.bins { counts[Self.reached(bin)] /= 2 }
  }

  private mutating func learn(_ kind: Int, after last: Int) {
    counts[Self.orders(kind, after: last)] += 1
    counts[Self.followed(last)] += 1
    guard counts[Self.followed(last)] > Self.memory else { return }
    counts[Self.followed(last)] /= 2
    for next in 0..<Self.kinds { counts[Self.orders(next, after: last)] /= 2 }
  }

  private static func milliseconds(from start: Int64, to end: Int64) -> Float { Float(end &- start) * 1e-6 }

  private static func bin(_ milliseconds: Float) -> Int { min(bins - 1, Int(log2f(max(milliseconds, 1)) * 4)) }

  /// Milliseconds.
  private static func width(_ bin: Int) -> Float { exp2f(Float(bin) / 4) * quarter }

  /// By how much a quarter of an octave is more than 1.
  private static let quarter = exp2f(0.25) - 1
}
