public import CaptureFiles
public import NinebotBus
public import UartSniffer

/// A scenario as a recording: what a tap on each line would have recorded, as fast as it can be computed.
///
/// It never fails. Memory does not grow with its length, as long as `takeTransmissions` or `takeOccurrences` is called
/// where the truth is kept.
public struct SimulatedSource: RecordedSource {
  /// What stands between the wire and the recording.
  public enum Quality: Hashable, Sendable {
    /// A logic analyser.
    case edges
    /// Something that times each byte, to so many nanoseconds either way.
    case bytes(error: Int64)
    /// A serial adapter; times are what can be said of its packets.
    case packets(AdapterModel)
    /// Bytes only.
    case none
  }

  public let taps: [Tap]
  public let origin: Int64?
  public let quality: Quality

  private var scooter: Scooter
  private var channels: [Channel]
  private let duration: Int64
  private var simulated: Int64 = 0
  private var isFinished = false
  private var ready: [ByteChunk] = []
  private var handedOut = 0
  private let keepsTruth: Bool
  private var transmissions: [Transmission] = []
  private let keepsOccurrences: Bool
  private var occurrences: [Occurrence] = []

  /// How much is simulated at a time, nanoseconds.
  private static let step: Int64 = 50_000_000

  /// A recording of `duration` nanoseconds. `keepsTruth`: the transmissions on `lines` can be taken.
  /// `keepsOccurrences`: everything that happened can be taken. `origin`: Unix nanoseconds of time 0, if it has any.
  public init(
    _ scenario: Scenario, lines: [Line] = [.escBle], quality: Quality, baud: Baud = .standard, duration: Int64,
    origin: Int64? = nil, keepsTruth: Bool = false, keepsOccurrences: Bool = false
  ) {
    self.origin = origin
    self.keepsOccurrences = keepsOccurrences
    self.quality = quality
    self.duration = duration
    self.keepsTruth = keepsTruth
    scooter = Scooter(scenario)
    channels = lines.map { Channel($0, scenario: scenario, quality: quality, baud: baud) }
    taps = lines.enumerated().map { index, line in
      Tap(
        name: "bus\(index)", detail: "sim:\(scenario.name), \(line.name)", baud: baud,
        quality: quality.asTimeQuality(baud))
    }
  }

  /// What was transmitted since the last call, spoiled or not, in order of start. Its bytes come in chunks that are
  /// handed out before or after.
  public mutating func takeTransmissions() -> [Transmission] {
    defer { transmissions.removeAll(keepingCapacity: true) }
    return transmissions
  }

  /// Everything that happened since the last call, on whatever line, in order.
  public mutating func takeOccurrences() -> [Occurrence] {
    defer { occurrences.removeAll(keepingCapacity: true) }
    return occurrences
  }

  public mutating func next() throws(InputError) -> ByteChunk? {
    while handedOut == ready.count {
      ready.removeAll(keepingCapacity: true)
      handedOut = 0
      if isFinished { return nil }
      simulate()
    }
    handedOut += 1
    return ready[handedOut - 1]
  }

  private mutating func simulate() {
    simulated = min(simulated + Self.step, duration)
    while let occurrence = scooter.next(until: simulated) {
      for index in channels.indices { channels[index].probe.push(occurrence) }
      if keepsOccurrences { occurrences.append(occurrence) }
      guard keepsTruth, case .transmission(let transmission) = occurrence,
        channels.contains(where: { $0.probe.line == transmission.line })
      else { continue }
      transmissions.append(transmission)
    }
    isFinished = simulated >= duration
    for index in channels.indices {
      if isFinished {
        channels[index].probe.finish(at: duration)
      } else {
        channels[index].probe.advance(to: scooter.settledUntil)
      }
      if let chunk = channels[index].chunk(tap: index, isLast: isFinished) { ready.append(chunk) }
    }
  }
}

extension SimulatedSource.Quality {
  /// The same in the words of a tap.
  func asTimeQuality(_ baud: Baud) -> TimeQuality {
    switch self {
    case .edges: .edges(sample: 1)
    case .bytes(let error): .bytes(error: error)
    case .packets(let model): .packets(latency: model.timing(baud).timer)
    case .none: .none
    }
  }
}

extension AdapterModel {
  /// What a reader of this adapter knows of its timing.
  func timing(_ baud: Baud) -> AdapterTiming {
    var latency: Int?
    if case .latencyTimer(let nanoseconds) = flush { latency = Int(nanoseconds / 1_000_000) }
    return .of(driver: driver, name: nil, latencyTimer: latency, isPseudoTerminal: false, baud: baud)
  }
}

/// One line with its probe and, where there is one, its adapter and the reader behind it.
private struct Channel: Sendable {
  var probe: LineProbe
  private var adapter: Adapter?
  private var clock: PacketClock?
  private let hasTimes: Bool
  /// When the reader last found nothing more to read.
  private var lastRead: Int64 = 0

  /// Nanoseconds that a read takes; assumed.
  private static let readTime: Int64 = 10_000

  init(_ line: Line, scenario: Scenario, quality: SimulatedSource.Quality, baud: Baud) {
    hasTimes = quality != .none
    var probed = LineProbe.Quality.edges
    if case .bytes(let error) = quality { probed = .bytes(error: error) }
    probe = LineProbe(line, rule: scenario.rule, baud: baud, quality: probed, seed: scenario.seed)
    if case .packets(let model) = quality {
      adapter = Adapter(model, baud: baud, seed: scenario.seed &+ UInt64(line.rawValue))
      clock = PacketClock(origin: 0, opened: 0, baud: baud, adapter: model.timing(baud))
    }
  }

  mutating func chunk(tap: Int, isLast: Bool) -> ByteChunk? {
    let (bytes, times) = probe.take()
    guard adapter != nil else {
      guard !bytes.isEmpty else { return nil }
      return ByteChunk(
        tap: tap, bytes: bytes, times: hasTimes ? times : [], silentUntil: hasTimes && !isLast ? silentUntil : nil)
    }
    for (byte, time) in zip(bytes, times) { adapter?.push(byte, start: time.start.middle, fault: time.fault) }
    if isLast { adapter?.finish() } else { adapter?.advance(to: probe.silentUntil) }
    return read(adapter?.takePackets() ?? [], tap: tap)
  }

  private var silentUntil: Int64 {
    if case .bytes(let error) = probe.quality { return probe.silentUntil - 2 * error }
    return probe.silentUntil
  }

  private mutating func read(_ packets: [AdapterPacket], tap: Int) -> ByteChunk? {
    guard !packets.isEmpty else { return nil }
    var chunk = ByteChunk(tap: tap)
    for packet in packets {
      let first = chunk.times.count
      let woke = max(packet.arrival, lastRead)
      let window = PollWindow(entered: lastRead, woke: woke)
      clock?.push(count: packet.bytes.count, window: window, read: woke + Self.readTime, into: &chunk.times)
      lastRead = woke + Self.readTime
      chunk.silentUntil = clock?.empty(at: lastRead) ?? chunk.silentUntil
      chunk.bytes += packet.bytes
      for (index, fault) in packet.faults.enumerated() { chunk.times[first + index].fault = fault }
    }
    return chunk
  }
}
