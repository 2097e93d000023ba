public import NinebotBus

/// Figures as every report words them, on the terminal and on the page.
public enum Wording {
  /// A share of 0 to 1 in percent, without the sign: finer near both ends, and an end only where it is reached. What
  /// would be rounded to 100 is `over 99.99`, what would be rounded to 0 `under 0.01`; a dash for what is no number.
  public static func percent(_ share: Double) -> String {
    let value = share * 100
    guard value > 0, value < 100 else { return decimal(value, 0) }
    let near = min(value, 100 - value)
    if near < nearest { return value < 50 ? "under 0.01" : "over 99.99" }
    return decimal(value, near < 0.095 ? 2 : near < 9.95 ? 1 : 0)
  }

  /// `1 request`, `2 requests`.
  public static func some(_ count: Int, _ one: String, _ many: String? = nil) -> String {
    "\(count) \(count == 1 ? one : many ?? one + "s")"
  }

  /// `a, b and c`.
  public static func list(_ parts: [String]) -> String {
    guard parts.count > 1, let last = parts.last else { return parts.first ?? "" }
    return parts.dropLast().joined(separator: ", ") + " and " + last
  }

  /// `the ESC`: a device by its role, in a sentence.
  public static func part(_ role: Role) -> String {
    switch role {
    case .esc: "the ESC"
    case .ble: "the BLE module"
    case .bms: "the battery"
    case .externalBms: "the external battery"
    case .phone: "the phone"
    case .pc: "a PC"
    case .broadcast: "everybody"
    case .unknown: "an unknown device"
    }
  }

  /// A little less than 0.01, which is itself written in full.
  private static let nearest = 0.0099

  /// With a fixed number of decimals, at most 6; a dash for what is no number or beyond 10^12.
  public static func decimal(
    _ value: Double, _ decimals: Int, _ rule: FloatingPointRoundingRule = .toNearestOrAwayFromZero
  ) -> String {
    guard value.magnitude < 1e12 else { return "–" }
    var scale: Int64 = 1
    for _ in 0..<max(0, min(6, decimals)) { scale *= 10 }
    let parts = Int64((value.magnitude * Double(scale)).rounded(rule))
    let whole = "\(value < 0 && parts > 0 ? "-" : "")\(parts / scale)"
    guard scale > 1 else { return whole }
    // The 1 in front keeps the zeros behind the point.
    return whole + "." + "\(scale + parts % scale)".dropFirst()
  }
}

extension Diagnosis.Offset {
  /// `0.3267 s ± 2.1 ms behind the bus's`: how the phone's clock stands.
  public var words: String { "\(lead) the bus's" }

  /// The same without what it is ahead of or behind.
  public var lead: String {
    "\(Wording.decimal(offset.magnitude, 4)) s ± \(boundWords) \(offset < 0 ? "behind" : "ahead of")"
  }

  /// `2.1 ms`, rounded up, so that the truth is inside.
  var boundWords: String { "\(Wording.decimal(bound * 1e3, 1, .up)) ms" }
}

extension ClockDrift {
  /// `drift -12.4 ± 3.1 ppm`, or `drift unknown, within ±260 ppm`; the bound is rounded up, so that the truth is inside.
  public var words: String {
    guard let rate else {
      // What was counted in binary fractions is not to be rounded up for its last digit.
      return "drift unknown, within ±\(Wording.decimal((bound * 1e6).rounded() / 1e6, 0, .up)) ppm"
    }
    return "drift \(Wording.decimal(rate, 1)) ± \(Wording.decimal(bound, 1, .up)) ppm"
  }
}
