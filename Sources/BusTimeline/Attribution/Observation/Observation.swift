import NinebotBus
import UartSniffer

/// What kind of sender a frame claims by address and command, before anything is found out.
enum Claim: UInt8, Hashable, Sendable, CaseIterable {
  /// No sound frame, or no known address.
  case none
  /// The BLE module's scheduled `65`: levers.
  case levers
  /// The BLE module's scheduled `64`: levers and a question for the display data.
  case poll
  /// A request with the BLE module's addresses: the phone's, or a dash's.
  case request
  /// An answer of the BLE module.
  case bleAnswer
  /// The BLE module's levers ahead of a request that it passes on (protocol.md 3.2).
  case announcement
  /// An answer of the ESC, its own or one that it relays.
  case escAnswer
  /// A request of the ESC.
  case escRequest
  /// An answer of a battery on its own link.
  case batteryAnswer
  case externalBatteryAnswer

  init(_ reading: FrameReading) {
    let asks = reading.expects != .nothing
    switch reading.stockSender {
    case .ble where reading.command == Self.leverCommand: self = .levers
    case .ble where reading.command == Self.pollCommand: self = .poll
    case .ble where reading.command == Self.announceCommand && reading.act == .push: self = .announcement
    case .ble, .phone, .pc: self = reading.act.isAnswer ? .bleAnswer : .request
    case .esc: self = asks && !reading.act.isAnswer ? .escRequest : .escAnswer
    case .bms: self = .batteryAnswer
    case .externalBms: self = .externalBatteryAnswer
    case .unknown, .broadcast: self = .none
    }
  }

  /// The scheduled frames of the BLE module (protocol.md 3.1, 3.2).
  private static let leverCommand: UInt8 = 0x65
  private static let pollCommand: UInt8 = 0x64
  /// On 5AA5 wires only; on others it is a read itself.
  private static let announceCommand: UInt8 = 0x61

  /// Whether only the BLE module's own schedule brings it forth.
  var isHeartbeat: Bool { self == .levers || self == .poll }

  /// Whether the ESC or a battery answers.
  var isDeviceAnswer: Bool { self == .escAnswer || self == .batteryAnswer || self == .externalBatteryAnswer }
}

/// What attribution keeps of one thing on a wire until it is decided.
struct Observation: Sendable {
  /// What is handed on; what is found comes into it when that is decided.
  var attributed: AttributedEvent
  var claim: Claim
  var measurement: Measurement
  /// Log-likelihood ratio of the rhythm: a foreign sender against the BLE module. Filled in when the frames that
  /// follow are known.
  var slot: Float
  var pattern: Float
  /// Log-likelihood ratios of coming when it does after the last requests of each device: `RequestPaces`.
  var pace = SIMD4<Float>()
  /// Whether the test for foreign senders has seen it.
  var isAssessed = false

  @inline(__always)
  init(
    tap: Int, event: BusEvent, reading: FrameReading?, claim: Claim, measurement: Measurement, slot: Float = 0,
    pattern: Float = 0
  ) {
    attributed = AttributedEvent(tap: tap, event: event, reading: reading)
    (self.claim, self.measurement, self.slot, self.pattern) = (claim, measurement, slot, pattern)
  }

  var tap: Int {
    @inline(__always) _read { yield attributed.tap }
  }

  var event: BusEvent {
    @inline(__always) _read { yield attributed.event }
  }

  var reading: FrameReading? {
    @inline(__always) _read { yield attributed.reading }
    @inline(__always) _modify { yield &attributed.reading }
  }

  /// Whether it is a frame that can be trusted.
  @inline(__always)
  var isSound: Bool { reading != nil && event.checksumHolds }

  /// Whether it asks or answers.
  @inline(__always)
  var isPartOfExchange: Bool { reading?.isPartOfExchange ?? false }

  /// Whether neither pitch nor bit clock was measured and the place in the rhythm tells nothing: only the claim, whether
  /// it was asked for, and the bounds that the times of packets put on its pitch can tell then.
  @inline(__always)
  var isPlain: Bool { claim != .request && !measurement.isShaped }
}
