/// How a phone's log comes about: its clock, the radio link and what gets lost.
public struct PhoneRadio: Hashable, Sendable {
  /// Unix nanoseconds of the simulation's time 0 on the bus's clock.
  public var origin = Scooter.epoch
  /// How far the phone's clock is ahead of the bus's at time 0, nanoseconds.
  public var clockOffset: Int64 = 0
  /// How much faster it runs, parts per million.
  public var clockDrift = 0.0
  /// Nanoseconds between two connection events, 7.5 to 50 ms as phones use them: notifications wait for the next one.
  /// What the phone writes is logged on its way to the radio and waits after that. Nil: notifications come at the
  /// scenario's own times.
  public var interval: Int64?
  /// Probability that the radio needs another connection event for a value; at most a half.
  public var retransmissions = 0.0
  /// Share of values that never get into the log. The radio repeats what it loses; modules with full buffers and
  /// snoop logs do not.
  public var loss = 0.0

  public init() {}

  /// A moment of the simulation as the phone's clock shows it, Unix nanoseconds.
  public func phoneTime(_ time: Int64) -> Int64 {
    max(0, origin + time + clockOffset + Int64((Double(time) * clockDrift * 1e-6).rounded()))
  }
}

/// The connection events of a link, one after the other: when a value that is ready can arrive.
public struct ConnectionEvents: Sendable {
  /// A value of 20 bytes with its acknowledgement takes 0.7 ms at 1 Mbit/s (Bluetooth Core 5.4, volume 6, part B,
  /// 2.1 and 4.1: 44 octets, two pauses of 150 us, an empty packet).
  private static let airTime: Int64 = 700_000
  /// Controllers of phones end an event after so many packets; assumed.
  private static let mostPackets: Int64 = 6

  private let interval: Int64
  private let retransmissions: Double
  /// Start of the event that is used, and how many packets it carries.
  private var event: Int64
  private var packets: Int64 = 0

  /// Events at `start` and each `interval` nanoseconds after it.
  public init(start: Int64, interval: Int64, retransmissions: Double) {
    self.interval = max(1_000_000, interval)
    self.retransmissions = min(0.5, retransmissions)
    event = start
  }

  /// When a value that is ready at `time` has arrived; never before an earlier one.
  public mutating func arrival(of time: Int64, random: inout SplitMix64) -> Int64 {
    if time > event {
      event += (time - event + interval - 1) / interval * interval
      packets = 0
    } else if packets >= min(Self.mostPackets, interval / Self.airTime) {
      nextEvent()
    }
    // A packet that is not acknowledged ends its event.
    while random.chance(retransmissions) { nextEvent() }
    packets += 1
    return event + packets * Self.airTime
  }

  private mutating func nextEvent() {
    event += interval
    packets = 0
  }
}
