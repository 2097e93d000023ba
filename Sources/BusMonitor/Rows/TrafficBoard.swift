public import BusTimeline
import NinebotBus

/// All rows of the monitor and the figures of its header. Memory is bounded, cost an event is constant.
public struct TrafficBoard: Sendable {
  /// In the order of first appearance.
  public private(set) var rows: [MessageRow] = []
  /// Foreign devices in the order of their numbers.
  public private(set) var injectors: [InjectorTally] = []
  /// Nanoseconds: as far as the bus is known.
  public private(set) var now: Int64 = 0
  /// Sound frames, all frames, everything else.
  public private(set) var soundFrames = 0
  public private(set) var frames = 0
  public private(set) var strayEvents = 0
  /// Things that found no room in `rows`.
  public private(set) var unlisted = 0

  private var places: [MessageKey: Int] = [:]
  private var frameRate = SlidingWindow(bucket: 100_000_000, count: 20)
  private var airTime: [SlidingWindow] = []
  private let mostRows: Int

  /// - Parameter mostRows: the most kinds that are told apart: noise must not fill the memory.
  public init(mostRows: Int = 2048) { self.mostRows = mostRows }

  /// Says that the bus is known up to `time`, in nanoseconds.
  public mutating func advance(to time: Int64) { now = max(now, time) }

  public mutating func take(_ event: AttributedEvent, bytes: Span<UInt8>) {
    let bus = event.event
    now = max(now, bus.start.middle)
    while airTime.count <= event.tap { airTime.append(SlidingWindow(bucket: 100_000_000, count: 20)) }
    if let time = event.airTime { airTime[event.tap].add(Double(time), at: bus.start.middle) }
    if bus.kind == .frame {
      frames += 1
      if bus.checksumHolds { soundFrames += 1 }
      frameRate.add(1, at: bus.start.middle)
    } else {
      strayEvents += 1
    }
    if let sender = event.finding?.sender, sender.isForeign { tally(sender, event) }
    guard let place = place(of: MessageKey(event, count: bytes.count)) else {
      unlisted += 1
      return
    }
    rows[place].take(event, bytes)
  }

  /// Frames a second over the last two; nil at the start.
  public var framesPerSecond: Double? { frameRate.rate(at: now) }

  /// Share of the time in use on a tap over the last two seconds, 0 to 1; nil at the start, and
  /// where there are no times.
  public func load(of tap: Int) -> Double? {
    guard tap < airTime.count else { return nil }
    return airTime[tap].rate(at: now).map { min(1, $0 / 1e9) }
  }

  /// The one sentence that the person came for.
  public var verdict: String {
    if !injectors.isEmpty { return injectors.map { $0.sentence(at: now) }.joined(separator: ", ") }
    if soundFrames > 0 { return "nothing injects so far" }
    if frames + strayEvents >= 16 { return "no sound frame so far: is the baud rate right?" }
    return "no frame so far"
  }

  private mutating func tally(_ sender: Transmitter, _ event: AttributedEvent) {
    if let index = injectors.firstIndex(where: { $0.sender == sender }) {
      injectors[index].take(event)
    } else {
      var tally = InjectorTally(sender: sender)
      tally.take(event)
      injectors.append(tally)
      injectors.sort { $0.sender < $1.sender }
    }
  }

  private mutating func place(of key: MessageKey) -> Int? {
    if let place = places[key] { return place }
    guard rows.count < mostRows else { return nil }
    places[key] = rows.count
    rows.append(MessageRow(key: key))
    return rows.count - 1
  }
}
