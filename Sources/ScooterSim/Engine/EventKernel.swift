/// The clock, the events to come, the lines and the scooter's physical state: all that devices share.
///
/// Devices reach each other through this only. Nothing here decides what a device does, and nothing scripts a
/// collision: two transmissions on one line at one time simply are one.
struct EventKernel: Sendable {
  /// Nanoseconds since the simulation's start.
  private(set) var now: Int64 = 0
  var world: World
  private var queue = EventQueue()
  private var pending: [Pending] = []
  private var firstPending = 0
  /// Number of the entry at `pending[0]`.
  private var basis = 0
  /// Numbers and ends of what is on each line now.
  private var onAir: [[(number: Int, end: Int64)]]
  /// When the last transmission on each line ends or ended.
  private var lastEnd: [Int64]

  /// Something that happened and waits for all that happened before it to be final.
  private struct Pending: Sendable {
    var occurrence: Occurrence
    var settled: Bool
  }

  init(world: World) {
    self.world = world
    onAir = Array(repeating: [], count: Line.allCases.count)
    lastEnd = Array(repeating: 0, count: Line.allCases.count)
  }

  /// Asks for `wake(alarm)` at a time, at the earliest now.
  mutating func wake(_ device: Int, at time: Int64, _ alarm: Int) {
    queue.schedule(at: max(time, now), for: device, .alarm(alarm))
  }

  /// Sends a message over the air that arrives at `arrival`.
  mutating func send(_ frame: RadioFrame, to device: Int, arrival: Int64) {
    queue.schedule(at: max(arrival, now), for: device, .radio(frame))
  }

  /// Puts a frame on its line; it starts now.
  mutating func transmit(_ transmission: Transmission, from device: Int) {
    var transmission = transmission
    let line = transmission.line.rawValue
    let number = basis + pending.count
    onAir[line].removeAll { $0.end <= transmission.truth.start }
    for other in onAir[line] {
      transmission.truth.collided = true
      pending[other.number - basis].occurrence.markCollided()
    }
    onAir[line].append((number, transmission.truth.end))
    lastEnd[line] = max(lastEnd[line], transmission.truth.end)
    queue.schedule(at: transmission.truth.end, for: device, .endOfTransmission(number))
    pending.append(Pending(occurrence: .transmission(transmission), settled: false))
  }

  /// Since when the line is idle; in the future while somebody talks.
  func quietSince(_ line: Line) -> Int64 { lastEnd[line.rawValue] }

  /// The start of the oldest occurrence that is not handed out; nil if there is none.
  var oldestPending: Int64? { firstPending < pending.count ? pending[firstPending].occurrence.time : nil }

  /// Events to come and occurrences that wait.
  var backlog: Int { queue.count + pending.count + onAir.reduce(0) { $0 + $1.count } }

  /// Notes something that needs no line.
  mutating func note(_ occurrence: Occurrence) {
    pending.append(Pending(occurrence: occurrence, settled: true))
  }

  /// Advances to the next event, if it is not after `limit`.
  mutating func popEvent(until limit: Int64) -> Event? {
    guard let time = queue.nextTime, time <= limit else { return nil }
    now = time
    return queue.popFirst()
  }

  /// Ends a transmission and returns it as it turned out.
  mutating func settle(_ number: Int) -> Transmission? {
    pending[number - basis].settled = true
    guard case .transmission(let transmission) = pending[number - basis].occurrence else { return nil }
    return transmission
  }

  /// The oldest occurrence, once nothing can change it any more.
  mutating func popOccurrence() -> Occurrence? {
    guard firstPending < pending.count, pending[firstPending].settled else { return nil }
    defer {
      firstPending += 1
      if firstPending == pending.count || firstPending > 256 {
        basis += firstPending
        pending.removeFirst(firstPending)
        firstPending = 0
      }
    }
    return pending[firstPending].occurrence
  }
}

extension Occurrence {
  fileprivate mutating func markCollided() {
    guard case .transmission(var transmission) = self else { return }
    transmission.truth.collided = true
    self = .transmission(transmission)
  }
}
