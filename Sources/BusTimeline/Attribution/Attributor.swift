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

  /// What it sees by. Where another thread sees for it, events come in by `push(_:into:)`; to be taken before the first.
  public private(set) var observer: BusObserver
  private let patience: Patience
  /// What each tap listens to, as told; what was found of the others.
  private var links: [Link]
  private var foundLinks: [Link?] = []
  private var wires: [WireModel] = []
  private var airTimes: [AirTimeModel] = []
  private var causes: [CauseTracker] = Link.allCases.map { _ in CauseTracker() }
  private var waiting = WaitingFrames()
  private var names = DashNames()
  /// What wires begin with.
  private var phone = PhoneRequests()

  /// - Parameters:
  ///   - profile: what the bytes mean, and which rhythm to expect.
  ///   - patience: how long a frame may wait for evidence that comes after it.
  ///   - links: what each tap listens to; found from the frames for taps that are not listed.
  public init(profile: Profile, patience: Patience, links: [Link] = []) {
    observer = BusObserver(profile: profile, links: links)
    self.patience = patience
    self.links = links
  }

  /// Answers and requests so far, of frames that have left.
  public var exchanges: ExchangeTotals { causes.reduce(into: ExchangeTotals()) { $0 += $1.totals } }

  /// Makes room for taps that became known.
  public mutating func add(taps: [Tap]) {
    observer.add(taps: taps)
    for tap in taps.dropFirst(wires.count) {
      wires.append(WireModel(quality: tap.quality))
      wires[wires.count - 1].beliefs.phone = phone
      airTimes.append(
        AirTimeModel(quality: tap.quality, baud: tap.baud ?? .standard, beliefs: observer.profile.timing))
      foundLinks.append(nil)
    }
  }

  /// Gives every wire, also those that become known later, what the phone is known to have asked for.
  public mutating func set(phone: PhoneRequests) {
    self.phone = phone
    for tap in wires.indices { wires[tap].beliefs.phone = phone }
  }

  /// Tells of devices in earlier captures: a newcomer that is like one of them gets its name again, others a new one.
  public mutating func remember(_ known: [KnownTransmitter]) { names.remember(known) }

  // MARK: - Arrival

  /// Adds the next event in order of time and hands on those that have waited long enough.
  public mutating func push<Sink: AttributedEventSink & ~Copyable>(
    _ event: BusEvent, tap: Int, bytes: Span<UInt8>, into sink: inout Sink
  ) throws(Sink.Failure) {
    let sight = observer.observe(event, tap: tap, bytes: bytes)
    if let link = sight.link { note(link, on: tap) }
    learn(event, tap, sight.reading, sight.claim, sight.measurement)
    waiting.append(event, tap: tap, sight.reading, sight.claim, sight.measurement, bytes: bytes)
    if sight.isClear {
      for clear in observer.clear(on: tap) { take(clear) }
    }
    let due = dueCount(at: event.start.middle)
    if due > 0 { try release(due, into: &sink) }
  }

  /// Adds the next events, which its observer saw elsewhere, and hands on those that came with them of which all have
  /// waited long enough. Not to be mixed with events that come one by one.
  public mutating func push(_ events: consuming ObservedEvents, into decided: inout [AttributedEvents]) {
    let (count, clear, links) = (events.count, events.clear, events.links)
    guard count > 0 else { return }
    waiting.add(events)
    var (nextClear, nextLink) = (0, 0)
    for row in 0..<count {
      let tap = waiting.arriving.tap
      if nextLink < links.count, links[nextLink].row == row {
        note(links[nextLink].link, on: tap)
        nextLink += 1
      }
      learn(
        waiting.arriving.event, tap, waiting.arriving.reading, waiting.arriving.claim, waiting.arriving.measurement)
      let now = waiting.arriving.event.start.middle
      waiting.arrived(Int(waiting.arriving.event.count))
      while nextClear < clear.count, clear[nextClear].row == row {
        take(clear[nextClear].rhythm)
        nextClear += 1
      }
      let due = dueCount(at: now)
      if due > 0 { decide(due, into: &decided) }
    }
  }

  /// Learns from an event that has just come.
  @inline(__always)
  private mutating func learn(
    _ event: BusEvent, _ tap: Int, _ reading: FrameReading?, _ claim: Claim, _ measurement: Measurement
  ) {
    wires[tap].arrive(claim, measurement)
    if claim == .request {
      if let reading { wires[tap].beliefs.phone.note(reading, at: event.start) }
    } else {
      airTimes[tap].learn(event, candidate: Candidate.claimed(claim))
    }
  }

  /// Which stretch of wire a tap listens to, as told or found.
  public func link(of tap: Int) -> Link {
    tap < links.count ? links[tap] : foundLinks[tap] ?? .escBle
  }

  /// A tap turned out to be on another link: addresses mean something else there.
  private mutating func note(_ link: Link, on tap: Int) {
    foundLinks[tap] = link
    let profile = observer.profile
    waiting.forEach { observation, bytes in
      guard observation.tap == tap, observation.event.kind == .frame else { return }
      observation.reading = profile.read(bytes, on: link)
      if observation.event.checksumHolds { observation.claim = observation.reading.map { Claim($0) } ?? .none }
    }
  }

  /// Notes what became clear of a request.
  private mutating func take(_ clear: ClearRhythm) {
    guard clear.id >= waiting.first else { return }
    switch clear.rhythm {
    case .slot(let ratio): waiting[clear.id].slot = ratio
    case .pattern(let ratio):
      waiting[clear.id].pattern = ratio
      let tap = waiting[clear.id].tap
      if Self.assess(&waiting[clear.id], clear.id, on: &wires[tap]) { nameNewcomer(tap) }
    }
  }

  /// Lets the test for newcomers look at a request, once its place in the rhythm is clear or it leaves. Returns whether a
  /// device must be named.
  @inline(__always)
  private static func assess(_ observation: inout Observation, _ id: Int64, on wire: inout WireModel) -> Bool {
    guard !observation.isAssessed else { return false }
    observation.isAssessed = true
    return wire.assess(&observation, id: id)
  }

  private mutating func nameNewcomer(_ tap: Int) {
    let (fingerprint, asking) = wires[tap].newcomer
    if let number = names.number(for: fingerprint, asking: asking) { wires[tap].name(number) }
  }

  // MARK: - Departure

  /// How many have waited long enough. With recordings several leave at once, which is faster.
  @inline(__always)
  private func dueCount(at now: Int64) -> Int {
    switch patience {
    case .events(let most):
      if waiting.byteCount > Self.mostBytes { return max(1, waiting.count / 2) }
      return waiting.count >= most + Self.atOnce ? waiting.count - most : 0
    case .time(let wait):
      var due = max(0, waiting.count - Self.mostWaiting)
      while due < waiting.count, waiting[waiting.first + Int64(due)].event.start.middle + wait < now { due += 1 }
      return due
    }
  }

  private static let atOnce = 64
  /// Bytes that wait at most; only rubble reaches it.
  private static let mostBytes = 1 << 19
  /// The most that wait for time to pass.
  private static let mostWaiting = 4096

  /// Decides the first events and hands them on one by one.
  private mutating func release<Sink: AttributedEventSink & ~Copyable>(
    _ count: Int, into sink: inout Sink
  ) throws(Sink.Failure) {
    var left = count
    while left > 0, !sink.isFull {
      var front = waiting.takeFront()
      let failure = hand(&left, of: &front, into: &sink)
      if front.isDecided, front.isFull { waiting.reuse(front) } else { waiting.putBack(front) }
      if let failure { throw failure }
    }
  }

  private mutating func hand<Sink: AttributedEventSink & ~Copyable>(
    _ left: inout Int, of front: inout WaitingFrames.Front, into sink: inout Sink
  ) -> Sink.Failure? {
    while left > 0, !front.isDecided, !sink.isFull {
      decide(&front.events.rows[front.row], front.number)
      let end = front.byte + Int(front.events.rows[front.row].event.count)
      do throws(Sink.Failure) {
        try sink.take(
          front.events.rows[front.row].attributed, bytes: front.events.bytes.storage.span.extracting(front.byte..<end))
      } catch {
        return error
      }
      (front.row, front.number, front.byte, left) = (front.row + 1, front.number + 1, end, left - 1)
    }
    return nil
  }

  /// Decides the first events and hands on the batches of which all are decided.
  private mutating func decide(_ count: Int, into decided: inout [AttributedEvents]) {
    var left = count
    while left > 0 {
      var front = waiting.takeFront()
      let end = min(front.row + left, front.events.count)
      left -= end - front.row
      var (row, number, byte) = (front.row, front.number, front.byte)
      var rows = front.events.rows.mutableSpan
      while row < end {
        decide(&rows[row], number)
        byte += Int(rows[row].event.count)
        (row, number) = (row + 1, number + 1)
      }
      (front.row, front.number, front.byte) = (row, number, byte)
      if front.isDecided {
        waiting.letGo(front)
        decided.append(AttributedEvents(front.events))
      } else {
        waiting.putBack(front)
      }
    }
  }

  /// Says that nothing came before `time` (nanoseconds), so that live frames do not wait for a successor.
  public mutating func advance<Sink: AttributedEventSink & ~Copyable>(
    to time: Int64, into sink: inout Sink
  ) throws(Sink.Failure) {
    guard case .time = patience else { return }
    try release(dueCount(at: time), into: &sink)
  }

  /// Ends the stream and hands on everything.
  public mutating func finish<Sink: AttributedEventSink & ~Copyable>(into sink: inout Sink) throws(Sink.Failure) {
    try release(waiting.count, into: &sink)
    for index in causes.indices { causes[index].finish() }
  }

  /// Ends the stream of events that came many at once.
  public mutating func finish(into decided: inout [AttributedEvents]) {
    decide(waiting.count, into: &decided)
    for index in causes.indices { causes[index].finish() }
  }

  /// Decides an event, which waits no more.
  @inline(__always)
  private mutating func decide(_ observation: inout Observation, _ id: Int64) {
    let tap = observation.tap
    if observation.claim == .request, Self.assess(&observation, id, on: &wires[tap]) { nameNewcomer(tap) }
    let finding = Self.decide(&observation, id, on: &wires[tap], &causes[Int(link(of: tap).rawValue)])
    if finding?.isStrange == true, observation.claim != .request, wires[tap].assess(strange: observation) {
      nameNewcomer(tap)
    }
    observation.attributed.airTime = airTime(of: observation, sender: finding?.sender ?? .unknown)
    observation.attributed.finding = finding
  }

  /// Nanoseconds on the wire; nil where there are no times.
  @inline(__always)
  private mutating func airTime(of observation: borrowing Observation, sender: Transmitter) -> Int64? {
    let tap = observation.tap
    guard airTimes[tap].hasTimes else { return nil }
    // Where nobody can be named, who says that he sent it is the best guess.
    let candidate = sender == .unknown ? Candidate.claimed(observation.claim) : Candidate.index(of: sender)
    if sender.isForeign { airTimes[tap].learn(observation.event, candidate: candidate) }
    return airTimes[tap].airTime(of: observation.event, candidate: candidate, link: link(of: tap))
  }

  /// Decides one frame; nil for bytes outside frames.
  ///
  /// The frame, its wire and its link come by reference, since looking them up takes as long as the work on most.
  @inline(__always)
  private static func decide(
    _ observation: inout Observation, _ id: Int64, on wire: inout WireModel, _ causes: inout CauseTracker
  ) -> Finding? {
    guard observation.event.kind == .frame else { return nil }
    guard observation.isSound else { return Finding() }
    var request: Int64?
    wire.beliefs.answerFit = .notLooked
    if observation.isPartOfExchange, let reading = observation.reading {
      let part = Exchange.Part(id: id, start: observation.event.start, end: observation.event.end)
      (wire.beliefs.answerFit, request) = causes.pair(reading, part)
    }
    // Looked at here, since what is handed on by value is copied.
    var finding = wire.plainFinding(on: observation) ?? wire.decide(observation, id: id)
    causes.explain(&finding, of: observation, id: id, request: request)
    return finding
  }
}
