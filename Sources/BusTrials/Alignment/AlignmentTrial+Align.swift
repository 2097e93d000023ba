public import BleSide
public import BusTimeline
import NinebotBus

extension AlignmentTrial {
  /// The phone's log as it is when its key is known.
  public var log: [BleSide.BleMessage] {
    var replies = ReplyTracker()
    return ble.enumerated().map { index, message in
      var made = BleSide.BleMessage(
        time: message.time, start: message.first, direction: message.toPhone ? .toPhone : .toScooter, format: .ccm,
        condition: .readable, body: Array(message.frame[3..<(message.frame.count - 2)]), counter: message.counter)
      made.sequence = index
      replies.push(&made)
      return made
    }
  }

  /// Both streams; sealed: without a key, only lengths are known of the phone's side.
  public func streams(sealed: Bool = false) -> (bus: AlignmentStream, ble: AlignmentStream) {
    var bus = AlignmentStream(), ble = AlignmentStream()
    for time in [busCovered.lowerBound, busCovered.upperBound] { bus.extend(to: time) }
    for time in [bleCovered.lowerBound, bleCovered.upperBound] { ble.extend(to: time) }
    let error = Int64(settings.busError * 1e9)
    for (event, bytes) in tap?.events ?? [] { bus.append(event, bytes: bytes.span, origin: origin) }
    for message in tap == nil ? self.bus : [] {
      guard !message.isDestroyed else {
        bus.append(rubble: TimeBounds(earliest: message.start - error, latest: message.end + error))
        continue
      }
      let event = AlignmentEvent(
        message.frame.span, start: TimeBounds(message.start, error: error), end: TimeBounds(message.end, error: error))
      if let event { bus.append(event) }
    }
    guard sealed else {
      for message in log { ble.append(message) }
      return (bus, ble)
    }
    for message in self.ble {
      ble.append(
        AlignmentEvent(
          sealed: message.frame[2], message.toPhone ? .reply : .request,
          at: TimeBounds(message.toPhone ? message.first : message.time)))
    }
    return (bus, ble)
  }

  /// How the clocks relate by what both captures show.
  public func align(sealed: Bool = false) -> ClockAlignment {
    let (bus, ble) = streams(sealed: sealed)
    return ClockAligner.align(bus: bus, ble: ble)
  }
}

extension ClockAlignment {
  /// Nil where it was refused.
  public var clocks: AlignedClocks? {
    if case .aligned(let clocks) = self { clocks } else { nil }
  }

  /// Nil where there is an alignment.
  public var refusal: Refusal? {
    if case .refused(let refusal) = self { refusal } else { nil }
  }
}
