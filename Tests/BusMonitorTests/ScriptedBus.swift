import BusMonitor
import BusTimeline
import NinebotBus
import ScooterProfiles
import TestSupport

/// Frames with senders and times that a test chooses, put into a monitor.
struct ScriptedBus {
  var monitor: Monitor
  let profile: Profile

  init(source: String = "/dev/ttyUSB0", taps: [String] = ["bus0"]) throws {
    profile = try ProfileLibrary(folder: "").profile()
    monitor = Monitor(profile: profile, source: source)
    monitor.name(taps: taps)
  }

  /// One frame: bytes from the address on, without length and checksum, at `ms` milliseconds.
  mutating func frame(
    _ hex: String, at ms: Double, from sender: Transmitter, cause: Cause = .own, confidence: Float = 0.99,
    contradicts: Bool = false, tap: Int = 0
  ) {
    let body = hexBytes(hex)
    var bytes: [UInt8] = [0x55, 0xAA, UInt8(body.count - 1)] + body
    let sum = Checksum.of(bytes.span, from: 2, to: bytes.count)
    bytes += [UInt8(truncatingIfNeeded: sum), UInt8(truncatingIfNeeded: sum >> 8)]
    put(
      bytes, at: ms, tap,
      Finding(sender: sender, confidence: confidence, cause: cause, contradictsClaim: contradicts))
  }

  /// Bytes as they are: a frame with a wrong checksum, or something outside frames.
  mutating func bytes(_ hex: String, at ms: Double) { put(hexBytes(hex), at: ms, 0, nil) }

  private mutating func put(_ bytes: [UInt8], at ms: Double, _ tap: Int, _ finding: Finding?) {
    let start = Int64(ms * 1e6)
    let times = bytes.indices.map { ByteTime(start: TimeBounds(start + Baud.standard.duration(bytes: $0))) }
    var decoder = FrameDecoder(settings: .init())
    decoder.push(bytes.span, times: times.span)
    var events = decoder.events
    decoder.finish()
    events += decoder.events
    for event in events {
      let frame = Array(bytes[Int(event.position)...].prefix(Int(event.count)))
      let reading = event.kind == .frame ? profile.read(frame.span) : nil
      monitor.take(
        AttributedEvent(
          tap: tap, event: event, reading: reading, finding: event.kind == .frame ? finding ?? Finding() : nil,
          airTime: event.duration),
        bytes: frame.span)
    }
  }

  /// Ten seconds of a scooter with a dash: levers each 20 ms, display polls, phone reads, a dash that asks for errors.
  mutating func tenSeconds() {
    for tick in 0..<500 {
      let time = Double(tick) * 20
      let throttle = tick % 50 < 25 ? "27" : "30"
      frame("2065 00 04 \(throttle) 28 00 00", at: time, from: .ble)
      if tick % 5 == 0 {
        frame("2064 00 06 27 28 00 00 00 00", at: time + 5, from: .ble)
        frame("2164 00 00 40 00 00 0c 00", at: time + 7, from: .esc, cause: .reply(to: .ble))
      }
      if tick % 10 == 1 {
        frame("2001 b0 20", at: time + 3, from: .dash(1), contradicts: true)
        frame("2301 b0 0000 0000", at: time + 6, from: .esc, cause: .reply(to: .dash(1)))
      }
      if tick % 25 == 2 { frame("2001 3a 04", at: time + 3, from: .ble, cause: .phone) }
    }
    frame("2001 10 0e", at: 40, from: .unknown, confidence: 0.4)
    bytes("55aa0320 01b0 20 ffff", at: 9000)
    bytes("ff00ff", at: 9100)
    monitor.advance(to: 10_000_000_000)
  }

  mutating func press(_ keys: Key...) { for key in keys { monitor.press(key) } }

  mutating func type(_ text: String) { for scalar in text.unicodeScalars { monitor.press(.character(scalar)) } }

  /// The screen as lines of text, without blanks at their ends.
  mutating func lines(width: Int = 80, height: Int = 24) -> [String] {
    monitor.draw(width: width, height: height).lines
  }
}

extension Grid {
  /// Without blanks at the ends of lines.
  var lines: [String] { map { $0.scalar } }

  /// One letter for each cell's ink, upper case where the row is selected.
  var inks: [String] {
    map { cell in
      let letter: Unicode.Scalar =
        switch cell.ink {
        case .plain: "."
        case .strong: "s"
        case .bar: "-"
        case .faint: "f"
        case .alarm: "a"
        case .changed: "c"
        case .esc: "e"
        case .ble: "b"
        case .bms: "m"
        case .dash: "d"
        }
      // Blanks without a look of their own say nothing.
      if cell.ink == .plain, cell.scalar == " ", !cell.isSelected { return " " }
      return cell.isSelected ? letter.properties.uppercaseMapping.unicodeScalars.first ?? letter : letter
    }
  }

  private func map(_ scalar: (Cell) -> Unicode.Scalar) -> [String] {
    (0..<height).map { line in
      var text = String.UnicodeScalarView()
      for cell in self[line] { text.append(scalar(cell)) }
      while text.last == " " { text.removeLast() }
      return String(text)
    }
  }
}
