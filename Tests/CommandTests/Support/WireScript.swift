import NinebotBus
import ScooterSim

/// Traffic that a test writes down: frames at chosen times, with the byte pitch of who sends them.
///
/// Independent of the simulator, so that what is expected of it never changes by itself.
struct WireScript {
  /// Start bit to start bit, in nanoseconds (protocol.md 5.3).
  enum Pitch: Int64 {
    case ble = 94_300
    case esc = 195_400
    case plain = 86_900
  }

  /// A byte with its start in nanoseconds.
  struct TimedByte {
    var start: Int64
    var byte: UInt8
    var framing = true
  }

  private(set) var bytes: [TimedByte] = []
  /// Every sound frame, in order, in lower-case hexadecimal.
  private(set) var frames: [String] = []

  /// Adds whatever bytes; the time is in microseconds.
  mutating func add(_ raw: [UInt8], at time: Int64, _ pitch: Pitch, framing: Bool = true) {
    for (index, byte) in raw.enumerated() {
      bytes.append(TimedByte(start: time * 1000 + Int64(index) * pitch.rawValue, byte: byte, framing: framing))
    }
  }

  /// Adds a sound 55AA frame.
  mutating func frame(
    _ address: UInt8, _ command: UInt8, _ argument: UInt8, _ payload: [UInt8], at time: Int64, _ pitch: Pitch
  ) throws {
    try add(Frame(to: address, command, argument, payload), at: time, pitch)
  }

  mutating func add(_ frame: Frame, at time: Int64, _ pitch: Pitch) throws {
    let encoded = try frame.encoded()
    frames.append(Self.hex(encoded))
    add(encoded, at: time, pitch)
  }

  /// `t_us,byte,framing_ok`, which the program reads as a recording.
  var csv: [UInt8] {
    var writer = TimedBytesWriter()
    for byte in bytes {
      writer.push(
        byte.byte, ByteTime(start: TimeBounds(byte.start), fault: byte.framing ? .none : .framing))
    }
    return writer.takeText()
  }

  /// The bytes alone.
  var raw: [UInt8] { bytes.map(\.byte) }

  static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".unicodeScalars)
    var text = ""
    for byte in bytes {
      text.unicodeScalars.append(digits[Int(byte >> 4)])
      text.unicodeScalars.append(digits[Int(byte & 15)])
    }
    return text
  }

  /// One second of a stock M365: levers, display, a battery answer, a phone's read, a fault, noise and a bad checksum.
  static func stockSecond() throws -> WireScript {
    var script = WireScript()
    for slot in 0..<50 as Range<Int64> {
      let time = 10_000 + slot * 19_860
      let throttle = UInt8(0x26 + slot / 10)
      switch slot {
      case _ where slot % 5 == 4:
        try script.frame(0x20, 0x64, 0, [6, throttle, 0x27, 0, 0, 0x72, 0], at: time, .ble)
        try script.frame(0x21, 0x64, 0, [0, 4, 0, 0], at: time + 1_531, .esc)
      case 21:
        try script.frame(0x20, 0x61, 0xB0, [0x20, 2, throttle, 0x27, 0, 0], at: time, .ble)
        try script.frame(0x23, 0x01, 0xB0, batteryAndSpeed, at: time + 1_360, .esc)
      case 22:
        try script.frame(0x22, 0x01, 0x32, [2], at: time, .ble)
        try script.frame(0x25, 0x01, 0x32, [0x5F, 0x00], at: time + 12_000, .esc)
      case 31: script.add([0x55, 0xAA, 0x07, 0x20, 0x65, 0x00, 0x04, 0x26, 0x27, 0, 0, 0x23, 0xFF], at: time, .ble)
      case 32: script.add([0x00], at: time, .plain, framing: false)
      case 33: script.add([0xA7, 0xF3], at: time, .plain)
      default: try script.frame(0x20, 0x65, 0, [4, throttle, 0x27, 0, 0], at: time, .ble)
      }
    }
    return script
  }

  /// The 16 words of the page that the apps read (protocol.md 4.1): error, warning, flags, mode, battery, speed…
  private static let batteryAndSpeed: [UInt8] = [
    0, 0, 0, 0, 0x40, 0x08, 1, 0, 0x5F, 0, 0xC4, 0x09, 0xD0, 0x07, 0x10, 0x27, 0, 0, 0x64, 0, 0x20, 0x03, 0xFA, 0, 0, 0,
    0, 0, 0, 0, 0, 0,
  ]
}
