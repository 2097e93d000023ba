public import NinebotBus

/// What one transmitter did on one tap.
public struct SenderStatistics: Sendable {
  /// Frames of one kind that ask for or set something.
  public struct Request: Sendable {
    public var block: ModuleSignature.Block
    public var command: UInt8
    /// Whether it reads; else it writes.
    public var reads: Bool
    /// What the first of them said, for its names.
    public var reading: FrameReading
    public var count = 0
    /// Nanoseconds.
    public var first: Int64
    public var last: Int64

    /// Requests a second; nil for a single one.
    public var rate: Double? { count > 1 && last > first ? Double(count - 1) * 1e9 / Double(last - first) : nil }
  }

  /// What sets the times of its frames.
  public enum Rhythm: Hashable, Sendable {
    /// One frame in each slot of so many nanoseconds, with spread.
    case slots(Int64, spread: Int64)
    /// Right behind a heartbeat of the BLE module, after so many nanoseconds.
    case behindHeartbeats(Int64)
    /// Its own timer: nanoseconds and spread.
    case timer(Int64, spread: Int64)
    /// Answers, so many nanoseconds after the request.
    case answers(Int64)
    /// None of these.
    case irregular
  }

  public let tap: Int
  public let transmitter: Transmitter
  public internal(set) var frames = 0
  /// Requests that somebody else could have made in its place: reads and writes, no heartbeats.
  public internal(set) var requests = 0
  /// Nanoseconds on the line.
  public internal(set) var airTime: Int64 = 0
  /// Start of the first frame and of the last, nanoseconds.
  public internal(set) var first: Int64
  public internal(set) var last: Int64
  /// What it asks for and writes, in the order of first appearance; at most 64 kinds.
  public internal(set) var kinds: [Request] = []
  /// Frames that say they come from this role, which is not what sent them.
  public internal(set) var claims = RoleTable(0)
  /// Of those, frames that are no plain request with the BLE module's address, which every dash must use.
  public internal(set) var forged = 0
  /// Whom those name.
  var forgedAs = RoleTable(0)
  /// The same where they are more than chance does: a request or two of a million pass for an answer, or the other way.
  var believableForgeries: Int {
    (forged > 2 || requests == 0) && forged > frames / Self.perMistake ? forged : 0
  }
  /// What told its requests, and what told its other frames, from those of the stock parts; of foreign devices.
  var requestVotes = VoteSums()
  var forgeryVotes = VoteSums()
  /// Sum of the findings' confidence.
  var confidence = 0.0

  private var pitchModes = ModeSet(range: 80...330, leastSpread: 0.4)
  private var clockModes = ModeSet(range: -30_000...30_000, leastSpread: 120)
  /// Distances of its scheduled frames or requests, and delays behind what came before.
  var intervals = RecentValues()
  var heartbeatDelays = RecentValues()
  var answerDelays = RecentValues()
  var lastScheduled: Int64?

  private static let mostKinds = 64
  /// One frame of so many may be taken for another's.
  private static let perMistake = 100_000

  init(tap: Int, transmitter: Transmitter, first: Int64) {
    self.tap = tap
    self.transmitter = transmitter
    self.first = first
    last = first
  }

  /// Mean confidence of the findings, 0 to 1.
  public var meanConfidence: Double { frames > 0 ? confidence / Double(frames) : 0 }

  /// Requests a second from the first frame to the last; nil below two.
  public var requestRate: Double? {
    requests > 1 && last > first ? Double(requests - 1) * 1e9 / Double(last - first) : nil
  }

  /// Microseconds from start bit to start bit; empty where bytes were not timed.
  public var pitch: [KnownTransmitter.Mode] { Self.modes(pitchModes) }
  /// Bit length against nominal, in parts per million; empty where edges were not seen.
  public var bitClock: [KnownTransmitter.Mode] { Self.modes(clockModes) }

  /// Modes that are more than a few strays.
  private static func modes(_ set: ModeSet) -> [KnownTransmitter.Mode] {
    set.summary.filter { $0.share >= 0.02 }.map {
      .init(mean: Double($0.mean), spread: Double($0.spread), share: Double($0.share))
    }
  }

  mutating func learn(_ measurement: Measurement) {
    if measurement.pitchSpread > 0 {
      pitchModes.learn(measurement.pitch, spread: measurement.pitchSpread, hasTail: measurement.pitchHasTail)
    }
    if measurement.clockSpread > 0 { clockModes.learn(measurement.clock, spread: measurement.clockSpread) }
  }

  mutating func add(request reading: FrameReading, at time: Int64) {
    let reads = reading.act == .readRequest
    let block = ModuleSignature.Block(
      subject: reading.subject, register: reading.argument, bytes: reads ? reading.asked : 0)
    if let index = kinds.firstIndex(where: { $0.block == block && $0.command == reading.command }) {
      kinds[index].count += 1
      kinds[index].last = time
    } else if kinds.count < Self.mostKinds {
      kinds.append(
        Request(
          block: block, command: reading.command, reads: reads, reading: reading, count: 1, first: time, last: time))
    }
  }

  // MARK: - Rhythm

  /// Behind a heartbeat means at once; a dash that only waits for silence comes later (protocol.md 5.5).
  private static let atOnce: Int64 = 2_000_000
  /// A timer's spread is a small part of its period.
  private static let steady = 0.3

  /// What sets the times of its frames; nil where too few were seen, or times are too coarse.
  public var rhythm: Rhythm? {
    switch transmitter {
    case .ble: return intervals.quartiles.map { .slots($0.median, spread: $0.high - $0.low) }
    case .esc, .bms, .externalBms: return answerDelays.quartiles.map { .answers($0.median) }
    case .dash: break
    case .unknown: return nil
    }
    if let delays = heartbeatDelays.quartiles, delays.median < Self.atOnce { return .behindHeartbeats(delays.median) }
    guard let steps = intervals.quartiles else { return nil }
    let spread = steps.high - steps.low
    return Double(spread) < Self.steady * Double(steps.median) ? .timer(steps.median, spread: spread) : .irregular
  }

  /// What sets a dash's requests off; nil where their distance from heartbeats was not seen, as behind most adapters.
  var trigger: ModuleSignature.Trigger? {
    guard case .dash = transmitter, let delays = heartbeatDelays.quartiles else { return nil }
    return delays.median < Self.atOnce ? .heartbeat : .timer
  }
}
