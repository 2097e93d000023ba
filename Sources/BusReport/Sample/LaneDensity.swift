import BusTimeline

/// How busy each lane was, in at most 512 equal steps of time over a capture whose length is not known beforehand.
struct LaneDensity: Sendable {
  /// Of one lane in one step.
  struct Step: Sendable {
    /// Nanoseconds in use; messages over the air count `airTime` each.
    var busy: Int64 = 0
    /// Of these, sent or caused by an injector, or not asked for.
    var foreign: Int64 = 0
  }

  /// What a message over the air is taken to last in pictures, nanoseconds: it has no length of its own on the bus's
  /// clock.
  static let airTime: Int64 = 2_000_000
  private static let most = 512

  /// Nanoseconds of one step.
  private(set) var width: Int64 = 1_000_000
  /// Start of the first step; nil before the first item.
  private(set) var start: Int64?
  /// End of the last item.
  private(set) var end: Int64 = 0
  private(set) var lanes: [TimelineItem.Lane: [Step]] = [:]

  /// Counts an item; one that starts before the first of all counts in the first step.
  mutating func add(_ item: TimelineItem) {
    let origin = start ?? item.start
    start = origin
    let busy = item.lane == .phone ? Self.airTime : max(0, item.duration)
    end = max(end, item.end)
    let offset = max(0, item.start &- origin)
    while offset / width >= Int64(Self.most) { halve() }
    let index = Int(offset / width)
    let isForeign = item.injector != nil || item.solicited == false
    Self.add(busy, isForeign: isForeign, at: index, to: &lanes[item.lane, default: []])
  }

  /// In place: the steps of a lane are not copied for each item.
  private static func add(_ busy: Int64, isForeign: Bool, at index: Int, to steps: inout [Step]) {
    if steps.count <= index { steps.append(contentsOf: repeatElement(Step(), count: index + 1 - steps.count)) }
    steps[index].busy &+= busy
    if isForeign { steps[index].foreign &+= busy }
  }

  /// Steps become twice as long.
  private mutating func halve() {
    width *= 2
    lanes = lanes.mapValues { steps in
      stride(from: 0, to: steps.count, by: 2).map { index in
        var sum = steps[index]
        if index + 1 < steps.count {
          sum.busy &+= steps[index + 1].busy
          sum.foreign &+= steps[index + 1].foreign
        }
        return sum
      }
    }
  }
}
