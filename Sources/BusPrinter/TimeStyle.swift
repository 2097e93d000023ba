/// How times are shown.
public enum TimeStyle: Hashable, Sendable {
  /// Unix seconds.
  case absolute
  /// Seconds since the line before.
  case delta
  /// Seconds since the start of the capture.
  case zero
  /// ISO 8601 in UTC.
  case iso
  /// No times.
  case none
}

/// Writes times of one capture in one style.
struct TimeWriter {
  let style: TimeStyle
  let decimals: Int
  /// Unix nanoseconds of the capture's time 0; 0 where it is not known.
  let origin: Int64
  private var previous: Int64?

  init(style: TimeStyle, decimals: Int, origin: Int64) {
    self.style = style
    self.decimals = decimals
    self.origin = origin
  }

  /// Width of the column for alignment.
  var width: Int {
    switch style {
    case .absolute: 11 + decimals
    case .delta, .zero: 6 + decimals
    case .iso: 21 + decimals
    case .none: 0
    }
  }

  /// - Parameters:
  ///   - time: nanoseconds since the capture's time 0.
  ///   - lead: nanoseconds by which the clock that it was recorded with is ahead of the capture's: dates are those that
  ///     were recorded, what counts from the capture is on its clock.
  ///   - out: takes the text.
  mutating func append(_ time: Int64, lead: Int64 = 0, to out: inout TextBuffer) {
    switch style {
    case .absolute:
      out.append(seconds: origin.saturatingAdd(time).saturatingAdd(lead), decimals: decimals, width: width)
    case .zero: out.append(seconds: time, decimals: decimals, width: width)
    case .delta:
      out.append(seconds: time.saturatingSubtract(previous ?? time), decimals: decimals, width: width)
      previous = time
    case .iso: iso(origin.saturatingAdd(time).saturatingAdd(lead), to: &out)
    case .none: break
    }
  }

  private func iso(_ time: Int64, to out: inout TextBuffer) {
    let (days, rest) = time.flooredDivision(by: 86_400_000_000_000)
    let (year, month, day) = Self.date(daysSince1970: days)
    let (seconds, fraction) = rest.quotientAndRemainder(dividingBy: 1_000_000_000)
    out.append(decimal: year)
    for (mark, value) in [
      (UInt8(ascii: "-"), month), (UInt8(ascii: "-"), day), (UInt8(ascii: "T"), seconds / 3600),
      (UInt8(ascii: ":"), seconds / 60 % 60), (UInt8(ascii: ":"), seconds % 60),
    ] {
      out.append(mark)
      if value < 10 { out.append(UInt8(ascii: "0")) }
      out.append(decimal: value)
    }
    // The digits behind the point of a value below one, without its leading zero.
    out.append(UInt8(ascii: "."))
    var scale: Int64 = 100_000_000
    for _ in 0..<decimals {
      out.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: fraction / scale % 10))
      scale /= 10
    }
    out.append(UInt8(ascii: "Z"))
  }

  /// The civil date of a day number (Howard Hinnant, "chrono-compatible low-level date algorithms").
  static func date(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }
}

extension Int64 {
  /// A recording may hold any time: sums stop at the ends of the range.
  func saturatingAdd(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }

  func saturatingSubtract(_ other: Int64) -> Int64 {
    let (difference, overflow) = subtractingReportingOverflow(other)
    return overflow ? (other < 0 ? .max : .min) : difference
  }

  /// Quotient rounded down, and a remainder that is never negative.
  func flooredDivision(by divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
