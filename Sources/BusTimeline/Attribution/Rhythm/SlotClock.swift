import Glibc
import NinebotBus

/// The BLE module's slots: it sends one frame each, so a request either takes a slot or comes in addition.
///
/// The slot's length is learnt; the profile's figure (protocol.md 5.2) is where it starts. Evidence is the time between
/// the heartbeats around a request, which must leave room for it, and its own place between them; both as well as the
/// tap's times are, which is learnt too.
struct SlotClock: Sendable {
  /// Mean slot in nanoseconds.
  private(set) var length: Float
  private var seen = 0
  private var lastPoll: Int64?
  /// Whole rounds that the length was learnt from.
  private var rounds = 0
  private var lastBeat: TimeBounds?
  /// Requests since the last heartbeat: their numbers and start times.
  private var open: [(id: Int64, start: TimeBounds)] = []
  /// Something was spoiled since: a heartbeat may be among it.
  private var isDamaged = false
  /// How far times of this tap scatter inside their bounds.
  private(set) var scatter = TimeScatter()

  /// Jitter of a slot's start, in nanoseconds, one sigma (16 to 24 ms occur, protocol.md 5.2).
  private static let jitter: Float = 1_300_000
  private static let mostOpen = 16
  /// No single frame is believed more.
  private static let most: Float = 4

  init(slot: Int64?) {
    length = Float(slot ?? 19_860_000)
  }

  mutating func request(_ id: Int64, _ start: TimeBounds) {
    if open.count == Self.mostOpen { open.removeFirst() }
    open.append((id, start))
  }

  mutating func damage() { isDamaged = true }

  /// A heartbeat came. Adds what it tells of the requests since the last one.
  mutating func beat(_ time: TimeBounds, into clear: inout [ClearRhythm]) {
    defer {
      lastBeat = time
      open.removeAll(keepingCapacity: true)
      isDamaged = false
    }
    guard let last = lastBeat else { return }
    let gap = Float(time.middle - last.middle)
    let bounds = Float(time.error + last.error)
    learn(gap, bounds)
    guard !open.isEmpty, seen >= 8, gap > 0, gap < 12 * length else { return }
    let error = scatter.sigma(within: bounds)
    for request in open {
      let ratio = ratio(
        gap: gap, error: error, offset: Float(request.start.middle - last.middle),
        offsetError: scatter.sigma(within: Float(request.start.error + last.error)), others: open.count - 1)
      clear.append(ClearRhythm(id: request.id, rhythm: .slot(max(-Self.most, min(Self.most, ratio)))))
    }
  }

  /// A round ended: its length tells that of a slot best. Where times scatter by a good part of a slot, single gaps of
  /// one slot cannot be told from others, and the mean of those that look like one is off.
  ///
  /// - Parameter slots: how many slots it took; nil where it was no usual one.
  mutating func poll(_ time: TimeBounds, slots: Int?) {
    defer { lastPoll = time.middle }
    guard let lastPoll, let slots else { return }
    let mean = Float(time.middle - lastPoll) / Float(slots)
    guard abs(mean - length) < 0.4 * length else { return }
    rounds += 1
    length += (mean - length) / Float(min(rounds, 32))
  }

  /// Heartbeats without anything between them are one slot apart; with a foreign request between them, too.
  private mutating func learn(_ gap: Float, _ bounds: Float) {
    guard gap > 0.4 * length, gap < 1.6 * length else {
      // Another scooter's slots: start anew from what is seen as long as nothing is certain.
      if seen < 8, open.isEmpty, gap > 4_000_000, gap < 80_000_000 { length += (gap - length) / 4 }
      return
    }
    seen += 1
    if rounds < 4 { length += (gap - length) / Float(min(seen, 64)) }
    scatter.learn(gap - length, within: bounds)
  }

  private func ratio(gap: Float, error: Float, offset: Float, offsetError: Float, others: Int) -> Float {
    let room = gap / length - 1
    let slots = max(0, room.rounded())
    // Does the gap leave room for a frame of the BLE module's own?
    let none = fit(gap, slots: 1, error)
    let some = slots >= 1 ? fit(gap, slots: slots + 1, error) : fit(gap, slots: 2, error)
    let lost: Float = isDamaged ? 0.5 : 0.02
    let width = gap + error
    // A foreign request lies anywhere; the BLE module's at a slot.
    let taken = max(1, slots)
    var place: Float = 0
    for slot in 1...Int(min(taken, 8)) { place += normal(offset - Float(slot) * length, offsetError) }
    place /= taken
    let candidates = Float(others + 1)
    let ownShare = min(1, taken / candidates)
    let own = some * place * ownShare + 1e-12
    let foreign = (none + lost * some + (others > 0 ? some * max(0, 1 - ownShare) : 0)) / width + 1e-12
    return logf(foreign / own)
  }

  private func fit(_ gap: Float, slots: Float, _ error: Float) -> Float {
    normal(gap - slots * length, error, scale: slots.squareRoot()) * length
  }

  private func normal(_ distance: Float, _ error: Float, scale: Float = 1) -> Float {
    let sigma = (Self.jitter * Self.jitter * scale * scale + error * error).squareRoot()
    let z = distance / sigma
    // Now and then a slot is far off.
    return (0.98 * fading(-0.5 * z * z) + 0.02 * fading(-0.125 * z * z) / 2) / (2.5066 * sigma)
  }
}
