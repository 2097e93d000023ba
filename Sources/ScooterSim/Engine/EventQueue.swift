/// Something due in the future of the simulation.
struct Event: Sendable {
  enum What: Sendable {
    /// A device's alarm with a number of its own.
    case alarm(Int)
    /// A transmission is over; its number.
    case endOfTransmission(Int)
    /// A message arrives over the air.
    case radio(RadioFrame)
  }

  var time: Int64
  /// Breaks ties in the order of scheduling, so that runs repeat exactly.
  var order: UInt64
  /// Index of the device that it is for.
  var target: Int
  var what: What
}

/// The events to come, earliest first: a binary heap.
struct EventQueue: Sendable {
  private var heap: [Event] = []
  private var scheduled: UInt64 = 0

  var nextTime: Int64? { heap.first?.time }
  var count: Int { heap.count }

  mutating func schedule(at time: Int64, for target: Int, _ what: Event.What) {
    heap.append(Event(time: time, order: scheduled, target: target, what: what))
    scheduled &+= 1
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard precedes(child, parent) else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  mutating func popFirst() -> Event? {
    guard !heap.isEmpty else { return nil }
    heap.swapAt(0, heap.count - 1)
    let first = heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && precedes(child, least) { least = child }
      guard least != parent else { return first }
      heap.swapAt(parent, least)
      parent = least
    }
  }

  private func precedes(_ left: Int, _ right: Int) -> Bool {
    (heap[left].time, heap[left].order) < (heap[right].time, heap[right].order)
  }
}
