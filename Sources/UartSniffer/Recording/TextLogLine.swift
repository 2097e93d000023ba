/// The parts of one line of the text log, as offsets into it.
struct TextLogLine {
  /// Unix time or time since the capture's start, nanoseconds.
  var time: Int64
  /// Nanoseconds of the last digit of the time.
  var resolution: Int64
  var tap: Range<Int>
  /// The hexadecimal digits, an even number of them.
  var hex: Range<Int>
  var direction = LineDirection.seen
  /// Where the machine's note begins, if there is one.
  var note: Int?

  /// Nil for what does not follow the grammar.
  init?(_ line: Span<UInt8>) {
    var index = 0
    guard let (time, resolution) = TextLogLine.time(line, &index) else { return nil }
    self.time = time
    self.resolution = resolution
    tap = TextLogLine.word(line, &index)
    guard !tap.isEmpty, tap.count <= 64 else { return nil }
    hex = TextLogLine.word(line, &index)
    if !hex.isEmpty, line[hex.lowerBound] == UInt8(ascii: "!") { hex = (hex.lowerBound + 1)..<hex.upperBound }
    guard !hex.isEmpty, hex.count % 2 == 0 else { return nil }
    for position in hex where TextLogLine.digit(line[position]) > 15 { return nil }
    let rest = TextLogLine.word(line, &index)
    if rest.count == 1 {
      switch line[rest.lowerBound] {
      case UInt8(ascii: "T"): direction = .sent
      case UInt8(ascii: "R"), UInt8(ascii: ";"): break
      default: return nil
      }
    } else if !rest.isEmpty {
      return nil
    }
    note = TextLogLine.noteStart(line, from: rest.lowerBound)
  }

  /// `(SECONDS.FRACTION)`; digits after the ninth are not used.
  private static func time(_ line: Span<UInt8>, _ index: inout Int) -> (Int64, Int64)? {
    guard line.count > 3, line[0] == UInt8(ascii: "(") else { return nil }
    index = 1
    var seconds: Int64 = 0
    let secondsStart = index
    while index < line.count, line[index] &- 0x30 <= 9 {
      // Ten digits reach the year 2286; the time stays inside 63 bits up to 2262.
      guard index - secondsStart < 10 else { return nil }
      seconds = seconds * 10 + Int64(line[index] &- 0x30)
      index += 1
    }
    guard index > secondsStart, seconds < 4_600_000_000 else { return nil }
    var fraction: Int64 = 0
    var resolution: Int64 = 1_000_000_000
    if index < line.count, line[index] == UInt8(ascii: ".") {
      index += 1
      while index < line.count, line[index] &- 0x30 <= 9 {
        if resolution > 1 {
          fraction = fraction * 10 + Int64(line[index] &- 0x30)
          resolution /= 10
        }
        index += 1
      }
    }
    guard index < line.count, line[index] == UInt8(ascii: ")") else { return nil }
    index += 1
    return (seconds * 1_000_000_000 + fraction * resolution, resolution)
  }

  /// The next word, which may be empty at the end of the line.
  private static func word(_ line: Span<UInt8>, _ index: inout Int) -> Range<Int> {
    while index < line.count, isBlank(line[index]) { index += 1 }
    let start = index
    while index < line.count, !isBlank(line[index]) { index += 1 }
    return start..<index
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

  /// The place of `mi-bus:` in the annotation.
  private static func noteStart(_ line: Span<UInt8>, from start: Int) -> Int? {
    var index = start
    while index < line.count {
      if line[index] == UInt8(ascii: "m"), NoteWords.isMarked(line.extracting(index...)) { return index }
      index += 1
    }
    return nil
  }

  /// The value of a hexadecimal digit; more than 15 for anything else.
  @inline(__always)
  static func digit(_ byte: UInt8) -> UInt8 {
    let number = byte &- 0x30
    if number <= 9 { return number }
    let letter = (byte | 0x20) &- 0x61
    return letter < 6 ? letter + 10 : 0xFF
  }

  /// Appends the bytes of checked digits.
  static func appendHex(_ line: Span<UInt8>, _ hex: Range<Int>, to bytes: inout [UInt8]) {
    var index = hex.lowerBound
    while index + 1 < hex.upperBound {
      bytes.append(digit(line[index]) << 4 | digit(line[index + 1]))
      index += 2
    }
  }
}
