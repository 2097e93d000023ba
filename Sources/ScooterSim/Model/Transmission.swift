import NinebotBus

/// A wire of the scooter. The ESC-BLE link is one wire for both directions, the ESC-BMS link has two
/// (protocol.md 5.1).
public enum Line: Int, Hashable, Sendable, CaseIterable {
  case escBle
  /// ESC to BMS.
  case escToBms
  /// BMS to ESC.
  case bmsToEsc

  /// The name in captures that the simulator writes.
  public var name: String {
    switch self {
    case .escBle: "esc_ble"
    case .escToBms: "esc_to_bms"
    case .bmsToEsc: "bms_to_esc"
    }
  }
}

/// One byte as its transmitter put it on the line.
public struct WireByte: Hashable, Sendable {
  /// Falling edge of the start bit, nanoseconds.
  public var start: Int64
  /// Length of one bit on the transmitter's clock at that moment, nanoseconds.
  public var bit: Float
  public var value: UInt8

  @inlinable
  public init(start: Int64, bit: Float, value: UInt8) {
    self.start = start
    self.bit = bit
    self.value = value
  }

  /// End of the stop bit, nanoseconds.
  @inlinable public var end: Int64 { start + Int64((bit * 10).rounded()) }
}

/// What really happened, which a capture does not show.
public struct GroundTruth: Hashable, Sendable {
  /// Who transmitted it.
  public var sender: Party
  public var cause: Cause
  /// Whose frame this answers, stock exchanges included (`21 64` answers the BLE module); nil for what answers nobody.
  public var answers: Party?
  /// The whole frame as it was meant, header to checksum.
  public var frame: [UInt8]
  /// First start bit, nanoseconds since the simulation's start.
  public var start: Int64
  /// End of the last stop bit.
  public var end: Int64
  /// Another transmission was on the same line at the same time.
  public var collided = false
}

/// One frame as it went onto a line.
public struct Transmission: Hashable, Sendable {
  public var line: Line
  /// As sent; what arrives may differ when others talk at the same time.
  public var bytes: [WireByte]
  /// How much later than due a rising edge comes, nanoseconds (protocol.md 5.3: a weak pull-up).
  public var riseDelay: Int32
  public var truth: GroundTruth

  /// Whether a receiver at this speed samples its bytes right: within 4 % (a byte is 9.5 bits to the stop bit).
  func fits(_ baud: Baud) -> Bool {
    guard let bit = bytes.first?.bit else { return false }
    return abs(bit * Float(baud.rate) * 1e-9 - 1) < 0.04
  }
}

/// A short disturbance of a line, which no transmitter sent (protocol.md 5.3).
public struct NoisePulse: Hashable, Sendable {
  public var line: Line
  /// Nanoseconds.
  public var start: Int64
  /// Nanoseconds, under a microsecond in the captures.
  public var width: Int32
  /// The level that the line is forced to.
  public var level: Bool
}

/// One message between phone and BLE module, in clear.
public struct RadioFrame: Hashable, Sendable {
  public enum Direction: Hashable, Sendable {
    case toScooter
    case toPhone
  }

  /// When the phone wrote it, or when the phone got it; nanoseconds.
  public var time: Int64
  public var direction: Direction
  /// The whole plain frame, header to checksum; empty for an empty notification (protocol.md 6.8).
  public var frame: [UInt8]
  /// Whether the phone asked for it; true for its own writes.
  public var solicited: Bool
}

/// One thing that the simulation brought forth.
public enum Occurrence: Hashable, Sendable {
  case transmission(Transmission)
  case noise(NoisePulse)
  case radio(RadioFrame)

  /// Nanoseconds: first start bit, start of the pulse, time of the message.
  public var time: Int64 {
    switch self {
    case .transmission(let transmission): transmission.truth.start
    case .noise(let pulse): pulse.start
    case .radio(let frame): frame.time
    }
  }
}
