/// A time as ISO 8601 writes it, `2024-02-05T17:31:08.123456789+01:00`, counted from 1970.
struct CalendarTime {
  /// Whole seconds since 1970, UTC.
  let seconds: Int64
  /// Picoseconds behind the second; digits below are left out.
  let picoseconds: Int64

  /// Nil for anything else. Without a zone it is taken for UTC; a leap second is the next minute's first.
  init?(_ text: ArraySlice<UInt8>) {
    let bytes = Array(text)
    guard bytes.count >= 19, bytes.count <= 48, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " "), bytes[13] == UInt8(ascii: ":"),
      bytes[16] == UInt8(ascii: ":"),
      let year = Self.digits(bytes, 0..<4), let month = Self.digits(bytes, 5..<7), let day = Self.digits(bytes, 8..<10),
      let hour = Self.digits(bytes, 11..<13), let minute = Self.digits(bytes, 14..<16),
      let second = Self.digits(bytes, 17..<19),
      (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60,
      second <= 60
    else { return nil }
    var index = 19
    var fraction: Int64 = 0
    if index < bytes.count, bytes[index] == UInt8(ascii: ".") || bytes[index] == UInt8(ascii: ",") {
      var weight: Int64 = 100_000_000_000
      index += 1
      let first = index
      while index < bytes.count, bytes[index] &- 0x30 <= 9 {
        fraction += Int64(bytes[index] - 0x30) * weight
        weight /= 10
        index += 1
      }
      guard index > first else { return nil }
    }
    guard let zone = Self.zone(bytes[index...]) else { return nil }
    seconds = Self.days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - zone
    picoseconds = fraction
  }

  private static func digits(_ bytes: [UInt8], _ range: Range<Int>) -> Int64? {
    var value: Int64 = 0
    for index in range {
      guard bytes[index] &- 0x30 <= 9 else { return nil }
      value = value * 10 + Int64(bytes[index] - 0x30)
    }
    return value
  }

  /// Seconds that a zone is ahead of UTC: nothing, `Z`, `+01`, `+0100` or `+01:00`.
  private static func zone(_ text: ArraySlice<UInt8>) -> Int64? {
    if text.isEmpty || text.elementsEqual([UInt8(ascii: "Z")]) { return 0 }
    guard let sign = text.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
    let rest = text.dropFirst().filter { $0 != UInt8(ascii: ":") }
    guard rest.count == 2 || rest.count == 4, let hours = digits(rest, 0..<2),
      let minutes = rest.count == 4 ? digits(rest, 2..<4) : 0, hours < 24, minutes < 60
    else { return nil }
    return (hours * 3600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
  }

  /// Days from 1970-01-01 in the Gregorian calendar: years begin in March, so that the leap day is their last.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month > 2 ? year : year - 1
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
  }
}
