/// Two captures of one ride on two clocks, and how the clocks really relate.
///
/// The radio holds each message up to a connection interval and repeats what is lost; the phone's log misses messages.
public struct AlignmentTrial: Sendable {
  /// What a trial is made with.
  public struct Settings: Hashable, Sendable {
    /// Seconds of the bus capture and of the phone's log, and of what they have in common; 0: nothing.
    public var busSeconds = 60.0
    public var bleSeconds = 60.0
    public var overlapSeconds = 60.0
    /// BLE clock minus bus clock at the first bus sample, seconds.
    public var offset = 0.0
    public var driftPPM = 0.0
    /// Connection interval, seconds.
    public var interval = 0.03
    /// Share of transmissions over the air that have to be repeated.
    public var retransmissions = 0.08
    /// Share of messages that the phone's log misses.
    public var loss = 0.3
    /// Share of notifications that come twice.
    public var duplicates = 0.0
    /// How long a request waits for its slot at most, seconds.
    public var slot = 0.01986
    /// By how many seconds the phone's clock is set in the middle of what is in common.
    public var step = 0.0
    /// Half the width of the bus's time bounds, seconds: 0 for a logic analyser.
    public var busError = 0.0
    public var seed: UInt64 = 1
    public init() {}
  }

  /// A frame on the bus.
  public struct BusMessage: Hashable, Sendable {
    /// Nanoseconds on the bus's absolute clock.
    public var start: Int64
    public var end: Int64
    public var frame: [UInt8]
  }

  /// A message in the phone's log.
  public struct BleMessage: Hashable, Sendable {
    /// Nanoseconds on the phone's absolute clock.
    public var time: Int64
    public var frame: [UInt8]
    public var toPhone: Bool
    public var solicited: Bool
    public var cause: Cause
    /// The same moment on the bus's clock.
    public var busTime: Int64
    /// When its frame was on the wire, on the bus's clock.
    public var wire: Int64
  }

  public let settings: Settings
  public let bus: [BusMessage]
  public let ble: [BleMessage]
  /// When each capture ran, nanoseconds on its own clock.
  public let busCovered: ClosedRange<Int64>
  public let bleCovered: ClosedRange<Int64>
  /// Bus time at which the phone's clock is set, if it is.
  public let stepTime: Int64?

  /// Some day in 2026.
  private static let epoch: Int64 = 1_790_000_000_000_000_000

  /// Cuts both captures out of a ride; `other` gives the phone's log where nothing is in common.
  public init(_ ride: TrialRide, other: TrialRide? = nil, _ settings: Settings) {
    self.settings = settings
    var random = SplitMix64(seed: settings.seed, part: 7)
    let cut = Cut(min(ride.length, other?.length ?? .max), settings, &random)
    let error = Int64(settings.busError * 1e9)
    bus = ride.wire.filter { cut.bus.contains($0.start) && !$0.collided }.map {
      let shift = error > 0 ? random.uniform(-error...error) : 0
      return BusMessage(start: Self.epoch + $0.start + shift, end: Self.epoch + $0.end + shift, frame: $0.frame)
    }
    busCovered = (Self.epoch + cut.bus.lowerBound)...(Self.epoch + cut.bus.upperBound)
    let clock = PhoneClock(settings, zero: cut.bus.lowerBound, step: cut.step)
    let messages = Self.overTheAir((other ?? ride).radio, cut.ble, settings, &random)
    ble = messages.map { arrival, radio in
      BleMessage(
        time: Self.epoch + clock.read(arrival), frame: radio.frame, toPhone: radio.toPhone, solicited: radio.solicited,
        cause: radio.cause, busTime: Self.epoch + arrival, wire: Self.epoch + radio.wire)
    }
    let begin = clock.read(cut.ble.lowerBound), end = clock.read(cut.ble.upperBound)
    bleCovered = (Self.epoch + min(begin, end))...(Self.epoch + max(begin, end))
    stepTime = cut.step.map { Self.epoch + $0 }
  }

  /// BLE clock minus bus clock at a time of the bus, nanoseconds.
  public func offset(atBus time: Int64) -> Double {
    let stepped = stepTime.map { time >= $0 ? settings.step * 1e9 : 0 } ?? 0
    return settings.offset * 1e9 + settings.driftPPM * 1e-6 * Double(time - busCovered.lowerBound) + stepped
  }

  /// Which parts of the ride each capture saw.
  private struct Cut {
    let bus: ClosedRange<Int64>
    let ble: ClosedRange<Int64>
    let step: Int64?

    init(_ length: Int64, _ settings: Settings, _ random: inout SplitMix64) {
      let bus = Int64(settings.busSeconds * 1e9), ble = Int64(settings.bleSeconds * 1e9)
      let overlap = Int64(settings.overlapSeconds * 1e9)
      let total = bus + ble - overlap
      let begin = length > total ? random.uniform(0...(length - total)) : 0
      let bleFirst = random.chance(0.5)
      let isInside = overlap >= min(bus, ble)
      let inner = isInside ? random.uniform(0...(max(bus, ble) - min(bus, ble) + 1)) : 0
      var busBegin = begin, bleBegin = begin
      if isInside {
        if bus > ble { bleBegin += inner } else { busBegin += inner }
      } else if bleFirst {
        busBegin += ble - overlap
      } else {
        bleBegin += bus - overlap
      }
      self.bus = busBegin...(busBegin + bus)
      self.ble = bleBegin...(bleBegin + ble)
      let common = max(busBegin, bleBegin)...max(max(busBegin, bleBegin), min(busBegin + bus, bleBegin + ble))
      step =
        settings.step == 0
        ? nil : common.lowerBound + Int64(Double(common.upperBound - common.lowerBound) * random.uniform(0.3...0.7))
    }
  }

  private struct PhoneClock {
    let settings: Settings
    let zero: Int64
    let step: Int64?

    init(_ settings: Settings, zero: Int64, step: Int64?) {
      self.settings = settings
      self.zero = zero
      self.step = step
    }

    func read(_ time: Int64) -> Int64 {
      let stepped = step.map { time >= $0 ? Int64(settings.step * 1e9) : 0 } ?? 0
      return time + Int64(settings.offset * 1e9) + Int64((settings.driftPPM * 1e-6 * Double(time - zero)).rounded())
        + stepped
    }
  }

  // MARK: - Radio

  private static func overTheAir(
    _ radio: [TrialRide.Radio], _ range: ClosedRange<Int64>, _ settings: Settings, _ random: inout SplitMix64
  ) -> [(Int64, TrialRide.Radio)] {
    var messages: [(Int64, TrialRide.Radio)] = []
    var lastArrival = Int64.min
    for message in radio where range.contains(message.wire) {
      var hold = random.uniform(0...settings.interval)
      while random.chance(settings.retransmissions), hold < 0.3 { hold += settings.interval }
      if message.toPhone {
        // Notifications stay in order.
        lastArrival = max(lastArrival, message.wire + Int64(hold * 1e9))
        if !random.chance(settings.loss) { messages.append((lastArrival, message)) }
        if random.chance(settings.duplicates) { messages.append((lastArrival + 1_000_000, message)) }
      } else {
        let wait = hold + random.uniform(0...settings.slot)
        if !random.chance(settings.loss) { messages.append((message.wire - Int64(wait * 1e9), message)) }
      }
    }
    return messages.sorted { $0.0 < $1.0 }
  }
}
