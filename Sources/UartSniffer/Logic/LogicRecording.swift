public import CaptureFiles
public import NinebotBus

/// How a logic recording is received.
public struct LogicSettings: Hashable, Sendable {
  /// The speed of all channels; nil to find each channel's own.
  public var baud: Baud?
  /// The speed of a channel on which none can be found.
  public var fallback: Baud
  /// Nanoseconds of traffic that are looked at before the speeds are settled. A live stream keeps it short.
  public var probe: Int64

  public init(baud: Baud? = nil, fallback: Baud = .standard, probe: Int64 = .max) {
    self.baud = baud
    self.fallback = fallback
    self.probe = probe
  }

  /// For a stream that is being recorded: lines appear half a second after the first edge.
  public static let live = LogicSettings(probe: 500_000_000)
}

/// The bytes on the channels of a logic recording: each channel with bytes is a tap.
///
/// The first edges are kept until the speed of each channel is settled. Channels that carry a byte stream become
/// the first taps, in the file's order; a channel on which a receiver only finds stray bytes (a supply line at
/// power-off is one) becomes a tap when the first of them comes, and its detail says so. `taps` only grows.
public struct LogicRecording: RecordedSource {
  public private(set) var taps: [Tap] = []
  public var origin: Int64? { source.origin }
  /// Pulses too short to be a bit, over all channels.
  public var glitches: Int { lines.reduce(0) { $0 + ($1.receiver?.glitches ?? 0) } }

  private var source: any EdgeSource
  private let settings: LogicSettings
  private var lines: [LogicLine] = []
  /// Edges kept until the speeds are settled; then those not yet delivered.
  private var edges: [Edge] = []
  private var delivered = 0
  private var isSettled = false
  private var chunks: [ByteChunk] = []
  private var handedOut = 0
  private var sourceEnded = false
  private var isFinished = false
  private var defect: InputError?

  /// Edges that are kept at most before the speeds are settled: 3 MiB.
  private static let mostKept = 131_072
  /// Edges that are received in one go: chunks of several taps are merged to this.
  private static let slice = 512

  /// Reads `source` as bytes.
  public init(_ source: any EdgeSource, settings: LogicSettings = LogicSettings()) {
    self.source = source
    self.settings = settings
  }

  public mutating func next() throws(InputError) -> ByteChunk? {
    while handedOut == chunks.count {
      chunks.removeAll(keepingCapacity: true)
      handedOut = 0
      if isFinished {
        guard let defect else { return nil }
        self.defect = nil
        throw defect
      }
      // Nothing came of what was read: the caller can show what it has before this waits for more.
      if work(), handedOut == chunks.count, !taps.isEmpty { return ByteChunk() }
    }
    handedOut += 1
    return chunks[handedOut - 1]
  }

  /// One step: receive a slice of the edges at hand, or get more, or end. Tells whether it received the last of them.
  private mutating func work() -> Bool {
    if isSettled, delivered < edges.count {
      deliver()
      return delivered == edges.count
    }
    if sourceEnded {
      if isSettled { finish() } else { settle() }
      return false
    }
    fetch()
    return edges.isEmpty
  }

  private mutating func fetch() {
    if isSettled {
      edges.removeAll(keepingCapacity: true)
      delivered = 0
    }
    do throws(InputError) {
      sourceEnded = try !source.next(into: &edges)
    } catch {
      defect = error
      sourceEnded = true
    }
    if !isSettled {
      if mayProbeEnd { settle() }
    } else if edges.isEmpty {
      pass(source.reached)
    }
  }

  /// Whether enough was seen: enough time since the first real change, or as much as may be kept.
  private var mayProbeEnd: Bool {
    if edges.count >= Self.mostKept { return true }
    guard settings.probe != .max, edges.count > source.channels.count + 32 else { return false }
    // The first edges only tell the levels at the start.
    let first = edges[min(source.channels.count, edges.count - 1)].tick
    return source.clock.nanoseconds(source.reached - first) >= settings.probe
  }

  /// Gives each channel its speed, and the channels that carry bytes their taps.
  private mutating func settle() {
    isSettled = true
    let sample = source.sample ?? shortestStep()
    lines = source.channels.map { LogicLine(name: $0, clock: source.clock, sample: sample) }
    for edge in edges where edge.channel < lines.count { lines[edge.channel].keep(edge) }
    for index in lines.indices {
      lines[index].settle(settings, last: sourceEnded)
      if lines[index].carriesBytes { addTap(index) }
    }
    for index in lines.indices { lines[index].dropKept(delivered: false) }
  }

  /// The least distance of two changes, as an estimate of the sample time; at most 1 microsecond.
  private func shortestStep() -> Int64 {
    var least: Int64 = 1_000
    for (a, b) in zip(edges, edges.dropFirst()) where b.tick > a.tick {
      least = min(least, source.clock.nanoseconds(b.tick - a.tick))
    }
    return max(least, source.clock.resolution)
  }

  private mutating func addTap(_ index: Int) {
    lines[index].tap = taps.count
    let note = lines[index].carriesBytes ? "" : ", no byte stream"
    taps.append(
      Tap(
        name: "bus\(taps.count)", detail: "\(source.name), \(lines[index].name)\(note)", baud: lines[index].nominal,
        quality: .edges(sample: lines[index].sample)))
  }

  private mutating func deliver() {
    let end = min(delivered + Self.slice, edges.count)
    for index in delivered..<end where edges[index].channel < lines.count {
      lines[edges[index].channel].push(edges[index], settings)
    }
    delivered = end
    // Edges are in order: what was delivered is known up to the next one.
    pass(end < edges.count ? edges[end].tick : source.reached)
  }

  /// Tells all receivers that time went on to `tick`, and makes chunks of what they have.
  private mutating func pass(_ tick: Int64) {
    let before = chunks.count
    for index in lines.indices {
      lines[index].pass(tick, settings)
      collect(index)
    }
    chunks[before...].sort { ($0.times.first?.start.earliest ?? .max) < ($1.times.first?.start.earliest ?? .max) }
  }

  private mutating func collect(_ index: Int) {
    if lines[index].hasBytes, lines[index].tap == nil { addTap(index) }
    guard let tap = lines[index].tap, let chunk = lines[index].take(tap: tap) else { return }
    chunks.append(chunk)
  }

  private mutating func finish() {
    isFinished = true
    for index in lines.indices {
      lines[index].finish(at: source.reached, settings)
      collect(index)
    }
    chunks.sort { ($0.times.first?.start.earliest ?? .max) < ($1.times.first?.start.earliest ?? .max) }
  }
}
