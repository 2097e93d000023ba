import Glibc
import NinebotBus

/// The BLE module's slots: it sends one frame each, so a request either takes a slot or comes in addition.
///
/// The slot's length and where slots lie are learnt; the profile's figure (protocol.md 5.2) is where that starts. A slot
/// without a heartbeat is taken by one of the requests between the heartbeats around it, or its frame was lost: how
/// probable each is tells how far a request is the module's. That waits for the round to end, or for some more heartbeats,
/// since those after a request tell of the slots before them too.
struct SlotClock: Sendable {
  /// Mean slot in nanoseconds.
  private(set) var length: Float
  /// The same from whole rounds, or where times are good from single gaps: `length` stays near it.
  private var roundLength: Float
  private var phase = SlotPhase()
  private var seen = 0
  private var lastPoll: TimeBounds?
  /// Whole rounds that the length was learnt from.
  private var rounds = 0
  /// Rounds since the last that had about this length.
  private var strayRounds = 0
  /// What came between heartbeats since the last round ended, or in the last `mostBeats`.
  private var gaps: [SlotGap] = []
  /// Of those and of the open one.
  private var contents = SlotGap.Contents()
  /// Heartbeats that the first of them has waited for.
  private var waited = 0
  /// What came since the last heartbeat; nil before the first.
  private var open: SlotGap?
  /// How far times of this tap scatter inside their bounds.
  private(set) var scatter = TimeScatter()

  /// Live, frames do not wait for longer than a few slots.
  private static let mostBeats = 5
  /// Slots of any scooter are in here; nanoseconds.
  private static let possible: ClosedRange<Float> = 4_000_000...80_000_000
  /// Fewer heartbeats tell nothing.
  private static let leastSeen = 8
  /// Fewer rounds tell less than gaps.
  private static let leastRounds = 4
  private static let mostRounds = 128
  /// After so many that have another length, slots are learnt anew.
  private static let mostStrays = 8
  /// Slots for each request from which on there is no crowd: a module may be late with some.
  private static let leastCrowd: Float = 0.5
  /// No single frame is believed more.
  private static let most: Float = 4
  /// How fast the slot's length follows the places of the heartbeats, and how far from what rounds tell.
  private static let gain: Float = 0.03
  private static let farthest: Float = 0.02

  init(slot: Int64?) {
    length = Float(slot ?? 19_860_000)
    roundLength = length
  }

  /// A request came. Adds what is told of an earlier one, if there is no more room for that.
  mutating func request(_ id: Int64, _ start: TimeBounds, into clear: inout [ClearRhythm]) {
    guard let earlier = open?.request(id, start, into: &contents), let open, seen >= Self.leastSeen else { return }
    tell(ofCrowd: earlier, in: open, until: start.middle, into: &clear)
  }

  /// Something was spoiled: a heartbeat may be among it.
  mutating func damage(_ time: TimeBounds) { open?.damage(time, into: &contents) }

  /// A heartbeat came. Adds what is told of the requests before it, if a round ends.
  mutating func beat(_ time: TimeBounds, endsRound: Bool, into clear: inout [ClearRhythm]) {
    if let open {
      let distance = Float(time.middle - open.from.middle)
      learn(distance, within: Float(time.error + open.from.error), open)
      let isPause = distance <= 0 || distance >= SlotPhase.pause * length
      if seen >= Self.leastSeen, open.hasRequests, !open.isCrowded, !isPause {
        gaps.append(open.closed(by: time))
      } else {
        if seen >= Self.leastSeen, open.isCrowded {
          open.forEachRequest(of: contents) { tell(ofCrowd: $0, in: open, until: time.middle, into: &clear) }
        }
        contents.removeLast(open)
      }
      // What is known of the slots ends here.
      if isPause { tell(into: &clear) }
    }
    let longer = phase.beat(time.middle, halfWidth: scatter.halfWidth(within: Float(time.error)), slot: length)
    adjust(length + Self.gain * (longer ?? roundLength - length))
    if !gaps.isEmpty { waited += 1 }
    if endsRound || waited == Self.mostBeats { tell(into: &clear) }
    open = SlotGap(from: time, behind: contents)
  }

  /// Where far more requests come than there are slots, most are not the module's, whichever they are.
  private func tell(ofCrowd id: Int64, in gap: SlotGap, until time: Int64, into clear: inout [ClearRhythm]) {
    let own = gap.share(until: time, slot: length)
    guard own <= Self.leastCrowd else { return }
    clear.append(ClearRhythm(id: id, rhythm: .slot(min(Self.most, logf((1 - own) / own)))))
  }

  private mutating func tell(into clear: inout [ClearRhythm]) {
    guard !gaps.isEmpty, let reference = phase.reference else { return }
    for gap in gaps {
      gap.forEachRequest(of: contents, phase, from: reference, slot: length, scatter) { id, own in
        let ratio = logf((1 - own) / own)
        clear.append(ClearRhythm(id: id, rhythm: .slot(max(-Self.most, min(Self.most, ratio)))))
      }
    }
    gaps.removeAll(keepingCapacity: true)
    contents.removeAll()
    waited = 0
  }

  /// A round ended: its length tells that of a slot best. Where times scatter by a good part of a slot, single gaps of
  /// one slot cannot be told from others, and the mean of those that look like one is off.
  ///
  /// - Parameter slots: how many slots it took; nil where it was no usual one.
  mutating func poll(_ time: TimeBounds, slots: Int?) {
    defer { lastPoll = time }
    guard let lastPoll, let slots else { return }
    let round = Float(time.middle - lastPoll.middle)
    let mean = round / Float(slots)
    guard Self.possible.contains(mean), rounds < Self.leastRounds || abs(mean - roundLength) < 0.4 * roundLength else {
      strayRounds += 1
      if strayRounds == Self.mostStrays { (rounds, strayRounds) = (0, 0) }
      return
    }
    (rounds, strayRounds) = (min(rounds + 1, Self.mostRounds), 0)
    roundLength += (mean - roundLength) / Float(rounds)
    scatter.learn(round: round - Float(slots) * roundLength, within: Float(time.error + lastPoll.error))
    adjust(length)
  }

  /// Follows the heartbeats, unless they lead astray: an adapter's timer has a rhythm of its own. Where their places are
  /// not clear it follows the rounds.
  private mutating func adjust(_ length: Float) {
    self.length = abs(length - roundLength) < Self.farthest * roundLength ? length : roundLength
  }

  /// Heartbeats without anything between them are one slot apart; with a foreign request between them, too.
  private mutating func learn(_ distance: Float, within bounds: Float, _ gap: SlotGap) {
    if distance > 0.4 * length, distance < 1.6 * length {
      seen += 1
      if rounds < Self.leastRounds { start(at: roundLength + (distance - roundLength) / Float(min(seen, 64))) }
    } else if seen < Self.leastSeen, !gap.hasRequests, Self.possible.contains(distance) {
      // Another scooter's slots: start anew from what is seen as long as nothing is certain.
      start(at: roundLength + (distance - roundLength) / 4)
    }
    guard gap.isEmpty, seen > 0, abs(distance - length) < 0.6 * length + bounds else { return }
    scatter.learn(distance - length, within: bounds)
  }

  private mutating func start(at length: Float) {
    roundLength = length
    self.length = length
  }
}
