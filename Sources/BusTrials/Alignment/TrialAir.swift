import ScooterSim

/// The way between BLE module and phone: connection events, repetitions, losses.
struct TrialAir {
  struct Message {
    /// When its first and last part were at the phone, nanoseconds of the ride.
    var first: Int64
    var last: Int64
    var radio: TrialRide.Radio
    /// Its number among those of its direction, from 1; what the log misses has one too.
    var counter: UInt32 = 0
    /// The log does not have it.
    var isLost: Bool
  }

  /// A value carries so much of a sealed message, which is so much longer than its frame (protocol.md 1.5, 1.7).
  private static let value = 20
  private static let sealing = 8
  private static let longestHold = 0.3

  private let settings: AlignmentTrial.Settings
  private var random: SplitMix64
  private var events: ConnectionEvents?
  private var lastArrival = Int64.min

  init(_ settings: AlignmentTrial.Settings, _ seed: UInt64) {
    self.settings = settings
    random = SplitMix64(seed: seed)
  }

  /// What the phone's log has of these messages, in its order.
  mutating func carry(_ radio: some Sequence<TrialRide.Radio>) -> [Message] {
    var messages: [Message] = []
    for message in radio {
      if message.toPhone {
        let (first, last) = arrival(of: message)
        let isDouble = random.chance(settings.duplicates)
        let isLost = random.chance(settings.loss)
        messages.append(Message(first: first, last: last, radio: message, isLost: isLost))
        guard isDouble else { continue }
        messages.append(Message(first: last + 1_000_000, last: last + 1_000_000, radio: message, isLost: false))
      } else {
        var hold = random.uniform(0...settings.interval)
        while random.chance(settings.retransmissions), hold < Self.longestHold { hold += settings.interval }
        let written =
          settings.keepsWrites
          ? message.written : message.wire - Int64((hold + random.uniform(0...settings.slot)) * 1e9)
        let isLost = random.chance(settings.loss)
        messages.append(Message(first: written, last: written, radio: message, isLost: isLost))
      }
    }
    messages.sort { $0.last < $1.last }
    var counters: (up: UInt32, down: UInt32) = (0, 0)
    for index in messages.indices {
      if messages[index].radio.toPhone { counters.down += 1 } else { counters.up += 1 }
      messages[index].counter = messages[index].radio.toPhone ? counters.down : counters.up
    }
    return messages.filter { !$0.isLost }
  }

  /// Notifications stay in order and wait for connection events.
  private mutating func arrival(of message: TrialRide.Radio) -> (first: Int64, last: Int64) {
    guard settings.interval > 0 else {
      lastArrival = max(lastArrival, message.wire)
      return (lastArrival, lastArrival)
    }
    let interval = Int64(settings.interval * 1e9)
    if events == nil {
      let start = message.wire - random.uniform(0...interval)
      events = ConnectionEvents(start: start, interval: interval, retransmissions: settings.retransmissions)
    }
    let parts = (message.frame.count + Self.sealing + Self.value - 1) / Self.value
    let first = events?.arrival(of: message.wire, random: &random) ?? message.wire
    var last = first
    for _ in 1..<max(2, parts) where parts > 1 { last = events?.arrival(of: message.wire, random: &random) ?? last }
    return (first, last)
  }
}
