import NinebotBus
import UartSniffer

/// The rhythm on one wire, and how each frame stands in it.
struct WireObserver: Sendable {
  private let baud: Baud
  /// Whether order in time is known at all.
  private let hasTimes: Bool
  private var slots: SlotClock
  private var pattern = HeartbeatPattern()
  /// What the last frame made clear.
  private(set) var clear: [ClearRhythm] = []
  /// End of the last heartbeat.
  private var lastBeat: TimeBounds?
  /// Whether that was the last thing on the wire.
  private var isBehindBeat = false
  /// Whether the BLE module told that it passes a request on, and neither that nor its next heartbeat came since.
  private var isAnnounced = false

  /// - Parameter slot: nanoseconds that the profile expects; nil where it does not.
  init(quality: TimeQuality, baud: Baud, slot: Int64?) {
    self.baud = baud
    hasTimes = quality != .none
    slots = SlotClock(slot: slot)
  }

  /// Takes a frame in order of time.
  ///
  /// - Returns: what it shows of its transmitter, and whether `clear` now holds something on requests before it.
  mutating func observe(
    _ event: BusEvent, _ claim: Claim, _ reading: FrameReading?, id: Int64, _ bytes: Span<UInt8>
  ) -> (Measurement, isClear: Bool) {
    if !clear.isEmpty { clear.removeLast(clear.count) }
    defer {
      isBehindBeat = claim.isHeartbeat
      if isBehindBeat { isAnnounced = false }
    }
    guard event.kind == .frame, event.checksumHolds else {
      guard !Self.arePulses(event, bytes) else { return (Measurement(), false) }
      if hasTimes { slots.damage(TimeBounds(earliest: event.start.earliest, latest: event.end.latest)) }
      pattern.damage()
      return (Measurement(), false)
    }
    var measurement = hasTimes ? Measurement(event, baud: baud) : Measurement()
    switch claim {
    case .levers:
      if hasTimes { beat(event, endsRound: false) }
      pattern.lever()
    case .poll:
      if hasTimes { beat(event, endsRound: true) }
      pattern.poll(into: &clear)
      if hasTimes { slots.poll(event.start, slots: pattern.slots) }
    // It shares the announcement's slot, or has the next one.
    case .request where isAnnounced && reading?.stockSender != .ble:
      isAnnounced = false
      clear.append(ClearRhythm(id: id, rhythm: .pattern(HeartbeatPattern.replaced)))
    case .request:
      if hasTimes {
        if let lastBeat { measurement.measureTrigger(event, after: lastBeat, slots.scatter) }
        slots.request(id, event.start, into: &clear)
      } else {
        measurement.following = isBehindBeat ? .closely : .apart
      }
      pattern.request(id)
    // The answer takes a slot, and the round is not a usual one.
    case .escRequest where reading?.subject == .ble: pattern.damage()
    case .announcement:
      isAnnounced = true
      pattern.damage()
      if hasTimes { slots.damage(event.start) }
    case .bleAnswer where hasTimes: slots.damage(event.start)
    default: break
    }
    return (measurement, !clear.isEmpty)
  }

  /// Whether it is no more than pulses on the idle wire (protocol.md 5.3), each of which looks like a start bit before
  /// eight ones, or a byte or two: no frame was spoiled by that.
  private static func arePulses(_ event: BusEvent, _ bytes: Span<UInt8>) -> Bool {
    guard event.kind == .garbage, event.fault == .none else { return false }
    return bytes.count <= 2 || bytes.indices.allSatisfy { bytes[$0] == 0xFF }
  }

  private mutating func beat(_ event: BusEvent, endsRound: Bool) {
    lastBeat = event.end
    slots.beat(event.start, endsRound: endsRound, into: &clear)
  }
}
