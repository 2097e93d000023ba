import Testing
import UartSniffer

@testable import BusTimeline
@testable import NinebotBus

/// Makes observations and teaches a wire's model what a test wants it to know, by the ways that attribution uses.
struct EvidenceBench {
  var wire: WireModel

  init(_ quality: TimeQuality = .edges(sample: 125)) {
    wire = WireModel(quality: quality)
  }

  // MARK: - What is seen

  static func measured(
    pitch: Float? = nil, hasTail: Bool = false, clock: Float? = nil, trigger: Float? = nil,
    following: Measurement.Following = .unseen, bounds: ClosedRange<Float>? = nil
  ) -> Measurement {
    var measurement = Measurement()
    if let pitch { (measurement.pitch, measurement.pitchSpread, measurement.pitchHasTail) = (pitch, 0.3, hasTail) }
    if let clock { (measurement.clock, measurement.clockSpread) = (clock, 100) }
    if let trigger { (measurement.trigger, measurement.triggerSpread) = (trigger, 0.02) }
    measurement.following = following
    if let bounds { (measurement.pitchLow, measurement.pitchHigh) = (bounds.lowerBound, bounds.upperBound) }
    return measurement
  }

  /// A request for bytes of the ESC's registers.
  static func reading(_ register: UInt8, asked: UInt8 = 2) -> FrameReading {
    var reading = FrameReading(format: .xiaomi, act: .readRequest)
    (reading.subject, reading.stockSender, reading.command) = (.esc, .ble, 0x01)
    (reading.argument, reading.asked, reading.expects) = (register, asked, .registers(register))
    return reading
  }

  static func observed(
    _ claim: Claim, _ measurement: Measurement = Measurement(), register: UInt8? = nil, at time: Int64 = 0,
    bytes: Int32 = 9, slot: Float = 0, pattern: Float = 0
  ) -> Observation {
    let event = BusEvent(
      kind: .frame, format: .xiaomi, checksumHolds: true, fault: .none, offset: 0, count: bytes, position: 0,
      start: TimeBounds(time), end: TimeBounds(time + 780_000), shape: FrameShape())
    return Observation(
      tap: 0, event: event, reading: register.map { Self.reading($0) }, claim: claim, measurement: measurement,
      slot: slot, pattern: pattern)
  }

  // MARK: - What is learnt

  /// Prompt answers of the ESC, which teach how it shapes its frames.
  mutating func learnESC(_ measurement: Measurement, frames: Int = 20) {
    wire.beliefs.answerFit = .asked
    for _ in 0..<frames { _ = wire.decide(Self.observed(.escAnswer, measurement), id: 0) }
    wire.beliefs.answerFit = .notLooked
  }

  /// Requests in the BLE module's own slots.
  mutating func learnModule(asking register: UInt8, times: Int) {
    for _ in 0..<times {
      _ = wire.decide(Self.observed(.request, register: register, slot: -4, pattern: -2.5), id: 0)
    }
  }

  /// Whether a request shows that a device must be named.
  mutating func assess(_ observation: Observation) -> Bool {
    var observation = observation
    return wire.assess(&observation, id: 0)
  }

  /// Requests out of turn until the model finds a newcomer, which becomes the first dash.
  mutating func meetDash(_ measurement: Measurement = Measurement(), asking register: UInt8 = 0x3A) throws {
    let isFound = (0..<20).contains { _ in
      assess(Self.observed(.request, measurement, register: register, slot: 4, pattern: 2.5))
    }
    try #require(isFound)
    wire.name(1)
  }

  // MARK: - What is said of it

  /// What one row says of each candidate.
  func asked(_ row: some Evidence, _ observation: Observation) -> Scores {
    var scores = Scores()
    row.weigh(observation, on: wire.beliefs, into: &scores)
    return scores
  }

  func isSilent(_ row: some Evidence, _ observation: Observation) -> Bool {
    let scores = asked(row, observation)
    return (0..<Candidate.count).allSatisfy { scores[$0] == 0 }
  }
}
