/// Numbers as text of a bounded width.
enum Figures {
  /// `16.2`; at most six decimals, clamped where a number is beyond all sense.
  static func fixed(_ value: Double, decimals: Int) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    guard value.isFinite else { return "-" }
    let scaled = Int64(min(max((value * scale).rounded(), -1e15), 1e15))
    let (whole, part) = scaled.magnitude.quotientAndRemainder(dividingBy: UInt64(scale))
    let sign = scaled < 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(whole)" }
    let digits = "\(part)"
    return "\(sign)\(whole).\(String(repeating: "0", count: decimals - digits.count))\(digits)"
  }

  /// Nanoseconds in at most six characters: `0.123`, `19.86`, `999.9` milliseconds, then `12.3s`, `45m`, `12h`.
  static func interval(_ nanoseconds: Double?) -> String {
    guard let nanoseconds, nanoseconds >= 0 else { return "-" }
    switch nanoseconds {
    case ..<9_999_500: return fixed(nanoseconds / 1e6, decimals: 3)
    case ..<99_995_000: return fixed(nanoseconds / 1e6, decimals: 2)
    case ..<999_950_000: return fixed(nanoseconds / 1e6, decimals: 1)
    case ..<99_950_000_000: return "\(fixed(nanoseconds / 1e9, decimals: 1))s"
    case ..<5_970_000_000_000: return "\(fixed(nanoseconds / 60e9, decimals: 0))m"
    default: return "\(fixed(min(nanoseconds / 3600e9, 9999), decimals: 0))h"
    }
  }

  /// A count in at most seven characters: `1234567`, then `12.3M`, `1.2G`.
  static func count(_ value: Int) -> String {
    switch value {
    case ..<10_000_000: "\(value)"
    case ..<1_000_000_000: "\(fixed(Double(value) / 1e6, decimals: 1))M"
    default: "\(fixed(Double(value) / 1e9, decimals: 1))G"
    }
  }

  /// `1:02.3`, `2:03:04.5`.
  static func clock(_ nanoseconds: Int64) -> String {
    let tenths = max(0, nanoseconds) / 100_000_000
    let (seconds, minutes, hours) = (tenths / 10 % 60, tenths / 600 % 60, tenths / 36_000)
    let tail = "\(two(seconds)).\(tenths % 10)"
    return hours > 0 ? "\(hours):\(two(minutes)):\(tail)" : "\(minutes):\(tail)"
  }

  /// Two lower-case hexadecimal digits.
  static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

  private static func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
