import BusTimeline
import CaptureFiles
import NinebotBus
import ScooterProfiles
import ScooterSim
import UartSniffer

/// Attributed events of a whole recording, kept so that they can be compared.
struct AttributionRun {
  struct Row {
    var event: AttributedEvent
    var bytes: [UInt8]
    /// Time of the newest byte that was known when this one came out, nanoseconds.
    var known: Int64
  }

  private(set) var rows: [Row] = []
  private(set) var taps: [Tap] = []
  private(set) var table = SenderTable()
  private(set) var collisions: [Collision] = []

  static func profile(_ name: String = ProfileLibrary.defaultName) throws -> Profile {
    try ProfileLibrary(folder: "/nonexistent").profile(name)
  }

  init(
    _ source: any RecordedSource, patience: Attributor.Patience = .recorded, remembering: [KnownTransmitter] = [],
    links: [Link] = [], observedApart: Bool = false, profile: String = ProfileLibrary.defaultName,
    phone: PhoneRequests? = nil
  ) throws {
    var source = source
    var attributor = Attributor(profile: try Self.profile(profile), patience: patience, links: links)
    attributor.remember(remembering)
    guard !observedApart else {
      try observeApart(&source, &attributor)
      return
    }
    var stream = AttributedStream(attributor: attributor, pause: 2_000_000, sink: Collector())
    func name(_ new: [Tap]) {
      guard stream.name(taps: new) else { return }
      stream.sink.finder.add(taps: new)
      stream.sink.table.add(taps: new)
      if let phone { stream.set(phone: phone) }
    }
    while let chunk = try source.next() {
      name(source.taps)
      stream.sink.known = max(stream.sink.known, chunk.times.last?.start.middle ?? 0)
      stream.push(chunk)
    }
    name(source.taps)
    stream.finish()
    stream.sink.finder.finish()
    taps = stream.taps
    rows = stream.sink.rows
    table = stream.sink.table
    collisions = stream.sink.finder.take()
  }

  /// The way of a diagnosis: one thread sees the events, many at once, and another decides them where they are.
  private mutating func observeApart(_ source: inout any RecordedSource, _ attributor: inout Attributor) throws {
    var observed = ObservedStream(attributor.observer, pause: 2_000_000)
    var collector = Collector()
    var decided: [AttributedEvents] = []
    func decide() {
      let events = observed.take()
      attributor.add(taps: events.taps)
      attributor.push(events, into: &decided)
    }
    while let chunk = try source.next() {
      observed.name(taps: source.taps)
      observed.push(chunk)
      if observed.isFull { decide() }
    }
    observed.name(taps: source.taps)
    observed.finish()
    decide()
    attributor.finish(into: &decided)
    for events in decided {
      collector.finder.add(taps: events.taps)
      collector.table.add(taps: events.taps)
      events.give(to: &collector)
    }
    collector.finder.finish()
    taps = observed.taps
    rows = collector.rows
    table = collector.table
    collisions = collector.finder.take()
  }

  private struct Collector: AttributedEventSink {
    var rows: [Row] = []
    var known: Int64 = 0
    var finder = CollisionFinder()
    var table = SenderTable()

    mutating func take(_ event: AttributedEvent, bytes: Span<UInt8>) {
      table.push(event)
      finder.push(event, bytes: bytes)
      rows.append(Row(event: event, bytes: bytes.withUnsafeBufferPointer { Array($0) }, known: known))
    }
  }

  /// Sound frames with their findings.
  var frames: [(reading: FrameReading, finding: Finding, row: Row)] {
    rows.compactMap { row in
      guard row.event.event.checksumHolds, let reading = row.event.reading, let finding = row.event.finding else {
        return nil
      }
      return (reading, finding, row)
    }
  }

  var found: Set<String> { Set(frames.map(\.finding.sender.name)) }
}

/// Bytes with exact times, put through a model of an adapter as a reader would see them.
struct AdaptedSource: RecordedSource {
  private var chunks: [ByteChunk]
  let taps: [Tap]
  var origin: Int64? { nil }

  /// - Parameter source: one tap whose bytes have times.
  init(_ source: any RecordedSource, model: AdapterModel) throws {
    var source = source
    var adapter = Adapter(model, baud: .standard, seed: 7)
    var latency: Int?
    if case .latencyTimer(let nanoseconds) = model.flush { latency = Int(nanoseconds / 1_000_000) }
    let timing = AdapterTiming.of(
      driver: model.driver, name: nil, latencyTimer: latency, isPseudoTerminal: false, baud: .standard)
    var clock = PacketClock(origin: 0, opened: 0, baud: .standard, adapter: timing)
    chunks = []
    while let chunk = try source.next() {
      guard chunk.tap == 0 else { continue }
      for (byte, time) in zip(chunk.bytes, chunk.times) {
        adapter.push(byte, start: time.start.middle, fault: time.fault)
      }
    }
    adapter.finish()
    var lastRead: Int64 = 0
    for packet in adapter.takePackets() {
      let woke = max(packet.arrival, lastRead)
      var chunk = ByteChunk(bytes: packet.bytes)
      clock.push(
        count: packet.bytes.count, window: PollWindow(entered: lastRead, woke: woke), read: woke + 10_000,
        into: &chunk.times)
      lastRead = woke + 10_000
      chunk.silentUntil = clock.empty(at: lastRead)
      chunks.append(chunk)
    }
    chunks.reverse()
    taps = [
      Tap(name: "bus0", detail: model.name, baud: .standard, quality: .packets(latency: timing.timer))
    ]
  }

  mutating func next() -> ByteChunk? { chunks.popLast() }
}
