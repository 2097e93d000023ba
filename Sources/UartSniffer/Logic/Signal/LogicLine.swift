import NinebotBus

/// One channel of a logic recording on its way from edges to bytes.
struct LogicLine: Sendable {
  let name: String
  let clock: SampleClock
  /// Nanoseconds from one sample to the next.
  let sample: Int64
  /// The index of its tap, once it has one.
  var tap: Int?
  private(set) var nominal: Baud?
  private(set) var carriesBytes = false
  private(set) var receiver: UartReceiver?
  /// Edges seen before the speed was known.
  private var kept: [Edge] = []
  /// Nanoseconds up to which the line's silence was reported.
  private var reported: Int64 = .min

  /// A channel that starts late is looked at for this many edges or nanoseconds.
  private static let mostKept = 512
  private static let longestProbe: Int64 = 100_000_000
  /// How often the silence of a line is reported, in nanoseconds.
  private static let silenceStep: Int64 = 10_000_000

  init(name: String, clock: SampleClock, sample: Int64) {
    self.name = name
    self.clock = clock
    self.sample = sample
  }

  mutating func keep(_ edge: Edge) { kept.append(edge) }

  /// Finds the speed in the edges kept. A channel that has shown too little keeps looking unless this is the
  /// `last` chance.
  mutating func settle(_ settings: LogicSettings, last: Bool) {
    if let baud = settings.baud {
      use(BaudSearch(kept, clock: clock, fallback: baud).runFixed())
    } else {
      let finding = BaudSearch(kept, clock: clock, fallback: settings.fallback).run()
      if finding.carriesBytes || last || kept.count >= Self.mostKept { use(finding) }
    }
  }

  private mutating func use(_ finding: BaudSearch.Finding) {
    nominal = finding.nominal
    carriesBytes = finding.carriesBytes
    receiver = UartReceiver(clock: clock, rate: finding.rate, uncertainty: sample)
  }

  /// Forgets the edges kept, after giving them to the receiver unless they come again.
  mutating func dropKept(delivered: Bool) {
    if delivered {
      for edge in kept { receiver?.push(edgeAt: edge.tick, level: edge.level) }
    }
    kept = []
  }

  mutating func push(_ edge: Edge, _ settings: LogicSettings) {
    if receiver != nil {
      receiver?.push(edgeAt: edge.tick, level: edge.level)
      return
    }
    keep(edge)
    if kept.count >= Self.mostKept { settleLate(settings) }
  }

  /// Says that nothing changes before `tick`.
  mutating func pass(_ tick: Int64, _ settings: LogicSettings) {
    // The first edge kept only tells the level at the start.
    if receiver == nil, kept.count > 1, clock.nanoseconds(tick - kept[1].tick) >= Self.longestProbe {
      settleLate(settings)
    }
    receiver?.advance(to: tick)
  }

  private mutating func settleLate(_ settings: LogicSettings) {
    settle(settings, last: true)
    dropKept(delivered: true)
  }

  mutating func finish(at tick: Int64, _ settings: LogicSettings) {
    if receiver == nil { settleLate(settings) }
    receiver?.finish(at: tick)
  }

  var hasBytes: Bool { receiver?.bytes.isEmpty == false }

  /// The bytes at hand, or word of a silence that is long enough to be worth it.
  mutating func take(tap: Int) -> ByteChunk? {
    guard let receiver else { return nil }
    let silent = receiver.silentUntil
    guard !receiver.bytes.isEmpty || reported == .min || silent - reported >= Self.silenceStep else { return nil }
    reported = silent
    let chunk = ByteChunk(tap: tap, bytes: receiver.bytes, times: receiver.times, silentUntil: silent)
    self.receiver?.removeAll()
    return chunk
  }
}
