public import NinebotBus
public import UartSniffer

/// Says for each frame of a bus who sent it and why.
///
/// Frames wait until those that follow are known, since a request is judged by the heartbeats around it; then they
/// leave in order. The wait is bounded, by a number of events for recordings or by time for live sources, and so is
/// the memory. Cost a frame is constant.
public struct Attributor: Sendable {
  /// How long a frame waits for evidence.
  public enum Patience: Hashable, Sendable {
    /// Until so many events came after it: recordings, where nobody waits.
    case events(Int)
    /// Until an event came that is so many nanoseconds later.
    case time(Int64)

    /// Long enough for a newcomer's first frames to be seen with what is learnt of it in two seconds.
    public static let recorded = Patience.events(2048)
    /// Two rounds of heartbeats: a person does not notice the delay.
    public static let live = Patience.time(250_000_000)
  }

  private let profile: Profile
  private let patience: Patience
  private var links: [Link]
  private var detectors: [LinkDetector] = []
  private var wires: [WireModel] = []
  private var causes: [CauseTracker] = Link.allCases.map { _ in CauseTracker() }
  /// Frames that wait, and their bytes.
  private var held: [Observation] = []
  private var heldHead = 0
  private var bytes: [UInt8] = []
  private var bytesHead = 0
  /// Number of the first frame that waits.
  private var firstID: Int64 = 0
  private var names = DashNames()

  /// - Parameters:
  ///   - profile: what the bytes mean, and which rhythm to expect.
  ///   - patience: how long a frame may wait for evidence that comes after it.
  ///   - links: what each tap listens to; found from the frames for taps that are not listed.
  public init(profile: Profile, patience: Patience, links: [Link] = []) {
    self.profile = profile
    self.patience = patience
    self.links = links
  }

  /// Answers and requests so far, of frames that have left.
  public var exchanges: ExchangeTotals { causes.reduce(into: ExchangeTotals()) { $0 += $1.totals } }

  /// Makes room for taps that became known.
  public mutating func add(taps: [Tap]) {
    for tap in taps.dropFirst(wires.count) {
      wires.append(
        WireModel(quality: tap.quality, baud: tap.baud ?? .standard, slot: profile.timing.slot?.typical))
      detectors.append(LinkDetector())
    }
  }

  /// Gives a wire what the phone is known to have asked for.
  public mutating func set(phone: PhoneRequests, tap: Int) { wires[tap].phone = phone }

  /// Tells of devices in earlier captures: a newcomer that is like one of them gets its name again, others a new one.
  public mutating func remember(_ known: [KnownTransmitter]) { names.remember(known) }

  // MARK: - Arrival

  /// Adds the next event in order of time and hands on those that have waited long enough.
  public mutating func push<Sink: AttributedEventSink & ~Copyable>(
    _ event: BusEvent, tap: Int, bytes span: Span<UInt8>, into sink: inout Sink
  ) throws(Sink.Failure) {
    let reading = event.kind == .frame ? profile.read(span, on: link(of: tap)) : nil
    if event.checksumHolds, let reading, tap >= links.count, detectors[tap].link == nil {
      detectors[tap].push(reading)
      if detectors[tap].link == .escBms {
        readAgain(tap)
        return try push(event, tap: tap, bytes: span, into: &sink)
      }
    }
    let claim = event.checksumHolds ? reading.map { Claim($0) } ?? .none : .none
    let observation = Observation(
      tap: tap, event: event, reading: reading, claim: claim,
      measurement: wires[tap].measure(event, claim))
    let id = firstID + Int64(held.count - heldHead)
    held.append(observation)
    span.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    for clear in wires[tap].observe(observation, id: id) {
      guard clear.id >= firstID else { continue }
      let index = heldHead + Int(clear.id - firstID)
      if let slot = clear.slot { held[index].slot = slot }
      if let pattern = clear.pattern {
        held[index].pattern = pattern
        assess(index)
      }
    }
    try release(&sink, until: event.start.middle)
  }

  /// Which stretch of wire a tap listens to, as told or found.
  public func link(of tap: Int) -> Link {
    tap < links.count ? links[tap] : detectors[tap].link ?? .escBle
  }

  /// A tap turned out to be on another link: addresses mean something else there.
  private mutating func readAgain(_ tap: Int) {
    var offset = bytesHead
    for index in heldHead..<held.count {
      let end = offset + Int(held[index].event.count)
      if held[index].tap == tap, held[index].event.kind == .frame {
        let all = bytes
        held[index].reading = profile.read(all.span.extracting(offset..<end), on: link(of: tap))
        if held[index].event.checksumHolds { held[index].claim = held[index].reading.map { Claim($0) } ?? .none }
      }
      offset = end
    }
  }

  /// Lets the test for newcomers look at a request, once.
  private mutating func assess(_ index: Int) {
    guard held[index].claim == .request, !held[index].isAssessed else { return }
    held[index].isAssessed = true
    let tap = held[index].tap
    guard wires[tap].assess(held[index]) else { return }
    let (fingerprint, asking) = wires[tap].newcomer
    if let number = names.number(for: fingerprint, asking: asking) { wires[tap].name(number) }
  }

  // MARK: - Departure

  private mutating func release<Sink: AttributedEventSink & ~Copyable>(
    _ sink: inout Sink, until now: Int64
  ) throws(Sink.Failure) {
    switch patience {
    case .events(let most):
      while held.count - heldHead > most, !sink.isFull { try releaseFirst(&sink) }
    case .time(let wait):
      while heldHead < held.count, !sink.isFull,
        held[heldHead].event.start.middle + wait < now || held.count - heldHead > 4096
      {
        try releaseFirst(&sink)
      }
    }
    compact()
  }

  /// Says that nothing came before `time` (nanoseconds), so that live frames do not wait for a successor.
  public mutating func advance<Sink: AttributedEventSink & ~Copyable>(
    to time: Int64, into sink: inout Sink
  ) throws(Sink.Failure) {
    guard case .time = patience else { return }
    try release(&sink, until: time)
  }

  /// Ends the stream and hands on everything.
  public mutating func finish<Sink: AttributedEventSink & ~Copyable>(into sink: inout Sink) throws(Sink.Failure) {
    while heldHead < held.count, !sink.isFull { try releaseFirst(&sink) }
    compact()
    for index in causes.indices { causes[index].finish() }
  }

  private mutating func releaseFirst<Sink: AttributedEventSink & ~Copyable>(
    _ sink: inout Sink
  ) throws(Sink.Failure) {
    assess(heldHead)
    let observation = held[heldHead]
    var finding: Finding?
    if let reading = observation.reading, observation.event.checksumHolds {
      finding = decide(observation, reading)
    } else if observation.event.kind == .frame {
      finding = Finding()
    }
    let end = bytesHead + Int(observation.event.count)
    let all = bytes
    try sink.take(
      AttributedEvent(tap: observation.tap, event: observation.event, reading: observation.reading, finding: finding),
      bytes: all.span.extracting(bytesHead..<end))
    bytesHead = end
    heldHead += 1
    firstID += 1
  }

  private mutating func decide(_ observation: Observation, _ reading: FrameReading) -> Finding {
    let tap = observation.tap
    let link = Int(link(of: tap).rawValue)
    let (fit, request) = causes[link].pair(reading, observation.event, id: firstID)
    wires[tap].answerFit = fit
    var finding = wires[tap].decide(observation)
    finding.cause = causes[link].cause(
      of: observation.claim, reading, sender: finding.sender, id: firstID, request: request)
    return finding
  }

  private mutating func compact() {
    if heldHead == held.count {
      held.removeAll(keepingCapacity: true)
      bytes.removeAll(keepingCapacity: true)
      (heldHead, bytesHead) = (0, 0)
    } else if heldHead >= 2048 {
      held.removeFirst(heldHead)
      bytes.removeFirst(bytesHead)
      (heldHead, bytesHead) = (0, 0)
    }
  }
}
