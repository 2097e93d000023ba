import CaptureFiles

/// Reads a text line by line; a line ends with LF or CR LF.
struct LineReader: Sendable {
  private var stream: any ByteStream
  private var buffer: [UInt8] = []
  /// Where the next line starts in `buffer`.
  private var position = 0
  private var ended = false
  /// Number of the line that `next` returned last, from 1.
  private(set) var number = 0

  var name: String { stream.name }

  /// No format here has longer lines; a file that does is something else.
  private static let longestLine = 65_536
  private static let piece = 65_536

  init(_ stream: any ByteStream) { self.stream = stream }

  /// The next line without its end; nil at the end of the text.
  mutating func next() throws(InputError) -> ArraySlice<UInt8>? {
    var searched = position
    while true {
      if let end = buffer[searched...].firstIndex(of: 10) {
        defer { position = end + 1 }
        return line(to: end)
      }
      searched = buffer.count
      if ended {
        guard position < buffer.count else { return nil }
        defer { position = buffer.count }
        return line(to: buffer.count)
      }
      guard buffer.count - position <= Self.longestLine else {
        throw InputError(name, "line \(number + 1) is longer than \(Self.longestLine) bytes", remedy: "is it text?")
      }
      buffer.removeFirst(position)
      searched -= position
      position = 0
      ended = try stream.read(upTo: Self.piece, into: &buffer) == 0
    }
  }

  private mutating func line(to end: Int) -> ArraySlice<UInt8> {
    number += 1
    let last = end > position && buffer[end - 1] == 13 ? end - 1 : end
    return buffer[position..<last]
  }
}

extension ArraySlice<UInt8> {
  /// The fields between commas, without blanks and quotes around them.
  func fields() -> [ArraySlice<UInt8>] {
    split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map(\.trimmed)
  }

  /// The fields of a line in which quotes may stand around commas (RFC 4180), without blanks around them.
  func quotedFields() -> [String] {
    var isQuoted = false
    var start = startIndex
    var parts: [ArraySlice<UInt8>] = []
    for index in indices {
      if self[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
      guard self[index] == UInt8(ascii: ","), !isQuoted else { continue }
      parts.append(self[start..<index])
      start = index + 1
    }
    parts.append(self[start...])
    return parts.map { part in
      var text = Substring(part.text)
      let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
      text = text.drop(while: isBlank)
      while let last = text.last, isBlank(last) { text.removeLast() }
      guard text.count >= 2, text.first == "\"", text.last == "\"" else { return String(text) }
      // A quote inside is written twice.
      return String(text.dropFirst().dropLast()).replacing("\"\"", with: "\"")
    }
  }

  /// Without blanks and quotes around it.
  private var trimmed: ArraySlice<UInt8> {
    let trims: (UInt8) -> Bool = { $0 == 32 || $0 == 9 || $0 == 34 }
    guard let from = firstIndex(where: { !trims($0) }), let to = lastIndex(where: { !trims($0) }) else {
      return self[endIndex...]
    }
    return self[from...to]
  }

  /// The characters as a string.
  var text: String { String(decoding: self, as: UTF8.self) }

  /// A decimal number times 10 to the `scale`, exact but for digits below that, which are rounded away;
  /// nil if it is none, or beyond the farthest tick.
  func scaledDecimal(_ scale: Int) -> Int64? {
    var mantissa: Int64 = 0
    var exponent = 0
    var digits = 0
    var (isFraction, isNegative) = (false, false)
    var index = startIndex
    if index < endIndex, self[index] == UInt8(ascii: "-") || self[index] == UInt8(ascii: "+") {
      isNegative = self[index] == UInt8(ascii: "-")
      index += 1
    }
    while index < endIndex {
      switch self[index] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        digits += 1
        // Beyond 17 digits nothing is left to tell.
        if mantissa < 10_000_000_000_000_000 {
          mantissa = mantissa * 10 + Int64(self[index] - UInt8(ascii: "0"))
          if isFraction { exponent -= 1 }
        } else if !isFraction {
          return nil
        }
      case UInt8(ascii: ".") where !isFraction: isFraction = true
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        guard let power = Int(self[(index + 1)...].text), (-40...40).contains(power) else { return nil }
        exponent += power
        index = endIndex - 1
      default: return nil
      }
      index += 1
    }
    guard digits > 0 else { return nil }
    exponent += scale
    while exponent > 0, mantissa != 0 {
      guard mantissa <= SampleClock.farthestTick / 10 else { return nil }
      mantissa *= 10
      exponent -= 1
    }
    var rest: Int64 = 0
    while exponent < 0, mantissa != 0 || rest != 0 {
      rest = mantissa % 10
      mantissa /= 10
      exponent += 1
    }
    if rest >= 5 { mantissa += 1 }
    guard mantissa <= SampleClock.farthestTick else { return nil }
    return isNegative ? -mantissa : mantissa
  }
}
