public import ScooterSim

/// Two captures of one ride on two clocks, and how the clocks really relate.
///
/// The radio holds each message for its next connection event and repeats what is lost; the phone's log misses messages.
public struct AlignmentTrial: Sendable {
  /// What a trial is made with.
  public struct Settings: Hashable, Sendable, CustomStringConvertible {
    /// Seconds of the bus capture and of the phone's log, and of what they have in common; 0: nothing.
    public var busSeconds = 60.0
    public var bleSeconds = 60.0
    public var overlapSeconds = 60.0
    /// BLE clock minus bus clock at the first bus sample, seconds.
    public var offset = 0.0
    public var driftPPM = 0.0
    /// Connection interval, seconds; 0: the air costs no time, as if both streams were told by one host.
    public var interval = 0.03
    /// Share of transmissions over the air that have to be repeated.
    public var retransmissions = 0.08
    /// Share of messages that the phone's log misses.
    public var loss = 0.3
    /// Share of frames on the bus that its capture misses without a trace.
    public var busLoss = 0.0
    /// Share of notifications that come twice.
    public var duplicates = 0.0
    /// The phone's writes come when the ride's phone wrote them, so that the module had them when it needed them.
    public var keepsWrites = false
    /// With `keepsWrites`: the log also has the writes that the module dropped because its queue was full.
    public var logsDropped = false
    /// How long a request waits for its slot at most, seconds.
    public var slot = 0.01986
    /// By how many seconds the phone's clock is set in the middle of what is in common.
    public var step = 0.0
    /// Half the width of the bus's time bounds, seconds: 0 for a logic analyser.
    public var busError = 0.0
    public var seed: UInt64 = 1
    public init() {}

    public var description: String {
      "bus \(Int(busSeconds)) s, BLE \(Int(bleSeconds)) s, in common \(Int(overlapSeconds)) s, "
        + "drift \(Int(driftPPM)) ppm, interval \(Int(interval * 1e6)) us, loss \(loss), "
        + "bus loss \(busLoss), repeats \(Int(retransmissions * 100)) %, twice \(duplicates), step \(Int(step * 1e3)) ms, "
        + "times within \(Int(busError * 1e6)) us, seed \(seed)"
    }
  }

  /// A frame on the bus.
  public struct BusMessage: Hashable, Sendable {
    /// Nanoseconds on the bus's absolute clock.
    public var start: Int64
    public var end: Int64
    public var frame: [UInt8]
    /// Run over by another transmission: the capture has rubble there.
    public var isDestroyed: Bool
  }

  /// A message in the phone's log.
  public struct BleMessage: Hashable, Sendable {
    /// When its last and its first part came; nanoseconds on the phone's absolute clock.
    public var time: Int64
    public var first: Int64
    public var frame: [UInt8]
    public var toPhone: Bool
    /// Its number among those of its direction; the log may miss some.
    public var counter: UInt32
    public var solicited: Bool
    public var cause: Cause
    /// The same moment on the bus's clock.
    public var busTime: Int64
    /// When its frame was on the wire, on the bus's clock.
    public var wire: Int64
  }

  public let settings: Settings
  /// What a real tap made of the bus; nil: `bus` is what it saw.
  public let tap: TrialTap?
  public let bus: [BusMessage]
  public let ble: [BleMessage]
  /// The ride's time 0 on the bus's clock.
  let origin: Int64
  /// When each capture ran, nanoseconds on its own clock.
  public let busCovered: ClosedRange<Int64>
  public let bleCovered: ClosedRange<Int64>
  /// What both saw, on the bus's clock; nil for nothing.
  public let common: ClosedRange<Int64>?
  /// Bus time at which the phone's clock is set, if it is.
  public let stepTime: Int64?

  /// Some day in 2026.
  private static let epoch: Int64 = 1_790_000_000_000_000_000

  /// Cuts both captures out of a ride; `other` gives the phone's log where nothing is in common.
  ///
  /// - Parameter tap: of the same ride; stands for the exact times of the frames.
  public init(_ ride: TrialRide, other: TrialRide? = nil, tap: TrialTap? = nil, _ settings: Settings) {
    self.settings = settings
    var random = SplitMix64(seed: settings.seed, part: 7)
    let cut = Cut(min(ride.length, other?.length ?? .max), settings, &random)
    self.tap = tap.map { $0.part(in: cut.bus) }
    let error = Int64(settings.busError * 1e9)
    bus = ride.wire(in: cut.bus).compactMap {
      let shift = error > 0 ? random.uniform(-error...error) : 0
      guard !random.chance(settings.busLoss) else { return nil }
      return BusMessage(
        start: Self.epoch + $0.start + shift, end: Self.epoch + $0.end + shift, frame: $0.frame,
        isDestroyed: $0.collided)
    }
    busCovered = (Self.epoch + cut.bus.lowerBound)...(Self.epoch + cut.bus.upperBound)
    let clock = PhoneClock(settings, zero: cut.bus.lowerBound, step: cut.step)
    var air = TrialAir(settings, random.next())
    let radio = (other ?? ride).radio(in: cut.ble).lazy.filter { settings.logsDropped || !$0.isDropped }
    ble = air.carry(radio).map { message in
      BleMessage(
        time: Self.epoch + clock.read(message.last), first: Self.epoch + clock.read(message.first),
        frame: message.radio.frame, toPhone: message.radio.toPhone, counter: message.counter,
        solicited: message.radio.solicited, cause: message.radio.cause, busTime: Self.epoch + message.last,
        wire: Self.epoch + message.radio.wire)
    }
    let begin = clock.read(cut.ble.lowerBound), end = clock.read(cut.ble.upperBound)
    origin = Self.epoch
    bleCovered = (Self.epoch + min(begin, end))...(Self.epoch + max(begin, end))
    stepTime = cut.step.map { Self.epoch + $0 }
    let isCommon = other == nil && settings.overlapSeconds > 0
    common = isCommon ? (Self.epoch + cut.common.lowerBound)...(Self.epoch + cut.common.upperBound) : nil
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
    let common: ClosedRange<Int64>
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
      common = max(busBegin, bleBegin)...max(max(busBegin, bleBegin), min(busBegin + bus, bleBegin + ble))
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
}
