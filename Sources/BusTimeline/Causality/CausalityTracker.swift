public import BleSide
import NinebotBus

/// Follows what the phone asks from its write to the wire and back, and tells for each notification whose request on
/// the wire brought it forth (protocol.md 6.8, 6.9).
///
/// Both streams come in order of time; the phone's times are put on the bus's clock. Memory and work for each event
/// are bounded. Results come some seconds of bus time later, in `outcomes`.
public struct CausalityTracker: Sendable {
  /// How long things take at most; nanoseconds.
  public struct Settings: Hashable, Sendable {
    /// From the write to the wire (protocol.md 6.9: a slot, more under load, and the radio).
    public var request: Int64 = 600_000_000
    /// From the wire to the phone.
    public var notification: Int64 = 600_000_000
    /// From the wire to the phone as a rule; `CausalityTracker` takes it from the alignment.
    var usual: Int64 = 150_000_000
    /// From the write to the wire as a rule, likewise.
    var usualRequest: Int64 = 200_000_000
    public init() {}
  }

  /// What the last call found out; valid until the next call.
  public private(set) var outcomes: [CausalOutcome] = []

  private var reader: BleTimeReader
  private let origin: Int64
  private let slack: Int64
  /// Whether the BLE module was heard: the ESC-BLE link is among what comes in then.
  private var hasModule = false
  private var waiting = OrderedWait()
  private var wire: WireLedger
  private var radio = RadioLedger()

  /// - Parameters:
  ///   - clocks: how the phone's clock relates to the bus's.
  ///   - origin: absolute time of the bus capture's time 0, nanoseconds: events of the bus count from there.
  ///   - settings: how long after its cause an effect is looked for.
  public init(clocks: AlignedClocks, origin: Int64, settings: Settings = Settings()) {
    reader = BleTimeReader(clocks)
    self.origin = origin
    let bound = clocks.segments.map { $0.offset(at: $0.bus.upperBound).error }.max() ?? 0
    slack = min(2_000_000_000, 2 &* bound &+ 5_000_000)
    var settings = settings
    if clocks.replyDelay.count >= 20 { settings.usual = clocks.replyDelay.p95 &* 3 / 2 &+ 20_000_000 &+ slack }
    if clocks.requestDelay.count >= 20 {
      settings.usualRequest = clocks.requestDelay.p95 &* 3 / 2 &+ 20_000_000 &+ slack
    }
    wire = WireLedger(settings)
  }

  // MARK: - Input

  /// Takes the next event of the wire; `id` ascends. Where there are recordings of both links, what passes between the
  /// ESC and the battery is left out: all of it that concerns the phone is on the ESC-BLE link too.
  public mutating func push(_ event: AttributedEvent, bytes: Span<UInt8>, id: Int64) {
    outcomes.removeAll(keepingCapacity: true)
    let bus = event.event
    wire.saw(bus.start.middle)
    guard let reading = event.reading, bus.kind == .frame, bus.checksumHolds else {
      wire.rubble(at: bus.start.middle)
      return advance(to: bus.start.middle)
    }
    if reading.stockSender == .ble { hasModule = true }
    guard !hasModule || !reading.isBetweenESCAndBattery else { return advance(to: bus.start.middle) }
    let message = AlignmentEvent(bytes, start: bus.start, end: bus.end)
    if message != nil || reading.expects != .nothing {
      let wire = CausalChain.Wire(
        id: id, start: bus.start, end: bus.end, sender: event.finding?.sender ?? .unknown)
      waiting.add(
        wire: WireLedger.Frame(
          wire: wire, reading: reading, content: message?.content ?? 0, cause: event.finding?.cause ?? .unknown,
          isSure: event.finding?.confidence ?? 0 >= 0.9, injected: event.finding?.injected ?? 0),
        at: message?.kind == .reply ? bus.end.earliest : bus.start.latest)
    }
    advance(to: bus.start.middle)
  }

  /// Takes the next message of the phone's log.
  public mutating func push(_ message: BleMessage) {
    outcomes.removeAll(keepingCapacity: true)
    guard let event = AlignmentEvent(message) else { return }
    let absolute = reader.busTime(of: event.earliest)
    let time = absolute.shifted(by: 0 &- origin)
    let seen = RadioLedger.Message(
      place: CausalChain.Message(sequence: message.sequence, time: time), content: event.content,
      solicited: message.solicited, counter: message.step == .uncounted ? nil : message.counter)
    // What must come first is sorted in as early as it can be, what must come last as late. A write that cannot be
    // read cannot be followed.
    if event.kind == .request {
      if event.content != 0 { waiting.add(write: seen, at: time.earliest) }
    } else {
      waiting.add(notification: seen, at: time.latest)
    }
    advance(to: time.middle)
  }

  /// Ends both streams.
  public mutating func finish() {
    outcomes.removeAll(keepingCapacity: true)
    while let item = waiting.popFirst(until: .max) { take(item) }
    wire.finish(radio: &radio, into: &outcomes)
  }

  // MARK: - In order

  private mutating func advance(to now: Int64) {
    waiting.note(now)
    while let item = waiting.popFirst(until: waiting.now &- slack) { take(item) }
  }

  private mutating func take(_ item: OrderedWait.Item) {
    switch item.what {
    case .wire(let frame):
      wire.take(frame, radio: &radio)
    case .write(let message):
      radio.written(message)
    case .notification(let message):
      outcomes.append(.notification(wire.explain(message, into: &outcomes)))
    }
    wire.expire(until: item.due, radio: &radio, into: &outcomes)
  }
}

extension FrameReading {
  /// Whether it is on the ESC-BMS link, as it was read there.
  fileprivate var isBetweenESCAndBattery: Bool {
    switch stockSender {
    case .bms, .externalBms: true
    case .esc: expects != .nothing && (subject == .bms || subject == .externalBms)
    default: false
    }
  }
}
