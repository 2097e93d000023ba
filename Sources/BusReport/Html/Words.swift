import BusTimeline
import NinebotBus

/// Numbers and names as people read them.
enum Words {
  /// 12345 as `12 345`, with narrow no-break spaces.
  static func count(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    var text = value < 0 ? "−" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "\u{202F}" }
      text.append(digit)
    }
    return text
  }

  /// With a fixed number of decimals, at most 6; a dash for what is no number or beyond ±10^12.
  static func decimal(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "–" }
    var scale: Int64 = 1
    for _ in 0..<max(0, min(6, decimals)) { scale *= 10 }
    let scaled = Int64((abs(value) * Double(scale)).rounded())
    let sign = value < 0 && scaled > 0 ? "−" : ""
    guard scale > 1 else { return sign + count(Int(scaled)) }
    let fraction = String(scaled % scale)
    let zeros = String(repeating: "0", count: String(scale).count - 1 - fraction.count)
    return sign + count(Int(scaled / scale)) + "." + zeros + fraction
  }

  /// A share of 0 to 1 as `31 %`, finer near the ends.
  static func percent(_ share: Double) -> String { Wording.percent(share) + " %" }

  /// Nanoseconds with the unit that fits.
  static func time(_ nanoseconds: Int64) -> String {
    let value = Double(nanoseconds)
    switch abs(value) {
    case ..<1_000_000: return decimal(value / 1e3, 0) + " µs"
    case ..<100_000_000: return decimal(value / 1e6, 1) + " ms"
    case ..<1_000_000_000: return decimal(value / 1e6, 0) + " ms"
    case ..<120_000_000_000: return decimal(value / 1e9, 1) + " s"
    case ..<7_200_000_000_000: return decimal(value / 60e9, 1) + " min"
    default: return decimal(value / 3600e9, 1) + " h"
    }
  }

  /// `1 question`, `2 questions`.
  static func some(_ number: Int, _ one: String, _ many: String? = nil) -> String {
    "\(count(number)) \(number == 1 ? one : many ?? one + "s")"
  }

  /// Two hexadecimal digits.
  static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

  /// Whose lane, for people: short name and what it is.
  static func device(_ lane: TimelineItem.Lane) -> (name: String, what: String) {
    switch lane {
    case .phone: ("Phone", "over the air")
    case .wire(.esc): ("ESC", "motor controller")
    case .wire(.ble): ("BLE module", "radio and stock dash")
    case .wire(.bms): ("BMS", "battery")
    case .wire(.externalBms): ("Ext. BMS", "external battery")
    case .wire(.unknown): ("Unknown", "sender not certain")
    case .wire(let dash): (dash.name, "not a stock part")
    }
  }

  static func device(_ sender: Transmitter) -> String { device(.wire(sender)).name }

  /// What became of a message of the phone, for people.
  static func outcome(_ outcome: CausalChain.Outcome) -> String {
    switch outcome {
    case .complete: "the answer came back to the phone"
    case .delivered: "it came to the wire, and needs no answer"
    case .neverOnWire: "it was not seen on the wire: the module kept it, or it collided there"
    case .unanswered: "no answer was seen on the wire"
    case .lostInCollision: "its answer was lost in a collision"
    case .notForwarded: "it was answered on the wire, but the answer is not in the phone's log"
    }
  }

  /// Why a frame was sent, for people.
  static func cause(_ cause: Cause) -> String {
    switch cause {
    case .unknown: "not known"
    case .own: "its own schedule"
    case .phone: "the phone asked, and the BLE module hands the question on"
    case .replyToPhone: "answers the phone"
    case .reply(let asker): "answers \(device(asker))"
    }
  }
}
