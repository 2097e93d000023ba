public import NinebotBus

/// What one recording of a scooter's bus has to say about its clock, beside another recording.
public struct TapStream: Sendable {
  /// Hours of messages; there are three streams for each recording.
  private static let capacity = 400_000

  /// All that could be in a recording of the same wire.
  public private(set) var whole = AlignmentStream(capacity: Self.capacity)
  /// What also passes over the ESC-BMS link.
  private var battery = AlignmentStream(capacity: Self.capacity)
  /// The same for a recording of the BMS's own line: its answers, which stand for their requests too, because each
  /// comes after the request on the ESC-BLE link.
  private var answers = AlignmentStream(capacity: Self.capacity)
  private var hasOthers = false
  private var hasRequests = false

  public init() {}

  /// Adds an event of the recording.
  ///
  /// - Parameters:
  ///   - event: times count from the recording's time 0.
  ///   - bytes: its bytes.
  ///   - origin: that time 0 in absolute nanoseconds.
  public mutating func append(_ event: BusEvent, bytes: Span<UInt8>, origin: Int64) {
    whole.append(event, bytes: bytes, origin: origin)
    battery.append(event, bytes: bytes, origin: origin, batteryOnly: true)
    answers.append(event, bytes: bytes, origin: origin, batteryOnly: true)
    guard event.kind == .frame, event.checksumHolds, bytes.count > 6 else { return }
    guard AlignmentStream.isOfBattery(bytes) else { return hasOthers = true }
    guard bytes[0] == 0x55, bytes[3] == 0x25 else { return hasRequests = true }
    let count = UInt8(truncatingIfNeeded: bytes.count - 8)
    let start = event.start.shifted(by: origin)
    if let request = AlignmentEvent(Frame(to: 0x22, 0x01, bytes[5], [count]), start: start, end: start) {
      answers.append(request)
    }
  }

  /// Only the ESC-BMS link carries nothing but the battery's messages.
  var isOfBattery: Bool { !hasOthers && !battery.events.isEmpty }
  /// What the other link has as well.
  var shared: AlignmentStream { isOfBattery && !hasRequests ? answers : battery }
}

/// How the clock of one recording stands to that of another.
public struct ClockDifference: Hashable, Sendable {
  /// Where it is known best, absolute nanoseconds on the first recording's clock.
  public var time: Int64
  /// The second clock minus the first there, nanoseconds.
  public var offset: TimeBounds
  /// How much faster the second clock runs.
  public var drift: ClockDrift
  /// Messages in both that carry it.
  public var pairs: Int
  /// Whether both are recordings of one wire, so that each frame is in both.
  public var isOneWire: Bool

  public init(time: Int64, offset: TimeBounds, drift: ClockDrift, pairs: Int, isOneWire: Bool = false) {
    self.time = time
    self.offset = offset
    self.drift = drift
    self.pairs = pairs
    self.isOneWire = isOneWire
  }

  /// The same seen from the other recording.
  var turned: ClockDifference {
    ClockDifference(
      time: time &+ offset.middle,
      offset: TimeBounds(earliest: 0 &- offset.latest, latest: 0 &- offset.earliest), drift: drift.turned,
      pairs: pairs, isOneWire: isOneWire)
  }

  /// Whether both can be one clock.
  public var agrees: Bool { offset.earliest <= 0 && offset.latest >= 0 }
}

/// Finds how the clocks of two recordings of one scooter relate, by what both saw: the same wire, or the two links of
/// the ESC, which hands requests for the BMS and their answers on (protocol.md 6.9).
public enum TapAligner {
  public static func align(
    _ first: TapStream, _ second: TapStream
  ) throws(ClockAlignment.Refusal) -> ClockDifference {
    if first.isOfBattery == second.isOfBattery { return try ofOneWire(first.whole, second.whole) }
    if first.isOfBattery {
      return difference(try clocks(ClockAligner.align(bus: first.shared, ble: second.shared)))
    }
    // The recording nearer to the BMS stands where the bus does.
    return difference(try clocks(ClockAligner.align(bus: second.shared, ble: first.shared))).turned
  }

  /// Nothing takes time between the two, but either adapter can be the later one. The one with the better times stands
  /// where the bus does, whichever was named first.
  private static func ofOneWire(
    _ first: AlignmentStream, _ second: AlignmentStream
  ) throws(ClockAlignment.Refusal) -> ClockDifference {
    if first.widest > second.widest { return try ofOneWire(second, first).turned }
    let late = max(10_000_000, second.widest)
    let reach = Correspondence.Reach(reply: 2 * late, request: 2 * late, slop: late)
    return difference(try clocks(ClockAligner.align(bus: first, ble: second, reach: reach)), isOneWire: true)
  }

  private static func clocks(_ alignment: ClockAlignment) throws(ClockAlignment.Refusal) -> AlignedClocks {
    switch alignment {
    case .aligned(let clocks): return clocks
    case .refused(let reason): throw reason
    }
  }

  private static func difference(_ clocks: AlignedClocks, isOneWire: Bool = false) -> ClockDifference {
    ClockDifference(
      time: clocks.bestTime, offset: clocks.offset(atBus: clocks.bestTime),
      drift: ClockDrift(clocks.segment(atBus: clocks.bestTime)), pairs: clocks.pairs, isOneWire: isOneWire)
  }
}
