public import CaptureFiles

/// Digital samples that Saleae's programs export as CSV: a row for each change, with the levels of all channels.
///
/// Logic 2 begins with `Time [s],Channel 0,…`, its names quoted where they hold a comma; its times are seconds, or ISO
/// 8601 where that was asked for; `X` is a channel without data. Logic 1, and Kingst's program after it, begin with
/// `Time[s], Channel 0, …` and have blanks behind the commas.
public struct SaleaeCSV: EdgeSource {
  public let name: String
  public private(set) var channels: [String] = []
  /// Picoseconds: newer exports have more digits than nanoseconds.
  public let clock = SampleClock(nanoseconds: 1, perTicks: 1_000)
  public var sample: Int64? { nil }
  public private(set) var reached: Int64 = 0
  public private(set) var origin: Int64?

  private var lines: LineReader
  private var levels: [Bool?] = []
  private var hasRows = false

  /// Whether a file that starts like this is such an export.
  public static func recognises(_ prefix: [UInt8]) -> Bool {
    let line = prefix[...].prefix { $0 != 10 && $0 != 13 }
    return isHeader(line.quotedFields())
  }

  /// Nothing else of a table begins so, and levels are checked in every row.
  private static func isHeader(_ fields: [String]) -> Bool {
    fields.count > 1 && ["time [s]", "time[s]"].contains(fields[0].lowercased())
  }

  public init(_ stream: any ByteStream) {
    lines = LineReader(stream)
    name = lastPathComponent(stream.name)
  }

  public init(path: String) throws(InputError) { self.init(try FileStream(path: path)) }

  public mutating func next(into edges: inout [Edge]) throws(InputError) -> Bool {
    if channels.isEmpty { try readHeader() }
    let most = edges.count + EdgeBatch.most
    while edges.count < most {
      guard let line = try lines.next() else {
        reached += clock.tick(at: EdgeBatch.afterLastChange)
        return false
      }
      if line.isEmpty { continue }
      if !readPlain(line, into: &edges) { try read(line.fields(), into: &edges) }
    }
    return true
  }

  private mutating func readHeader() throws(InputError) {
    guard let line = try lines.next(), Self.isHeader(line.quotedFields()) else {
      throw InputError(lines.name, "does not start with 'Time [s],Channel 0'", remedy: "export it as CSV anew")
    }
    var fields = line.quotedFields()
    // Some tables have a comma behind the last name, and behind the last level then.
    if let last = fields.last, last.isEmpty { fields.removeLast() }
    guard fields.count <= EdgeBatch.channels + 1 else {
      throw InputError(lines.name, "has \(fields.count - 1) channels, the most is \(EdgeBatch.channels)")
    }
    // Saleae's own names are "Channel 0"; other names are the user's.
    channels = fields.dropFirst().map { name in
      name.hasPrefix("Channel ") ? "channel \(name.dropFirst(8))" : "channel \(name)"
    }
    levels = Array(repeating: nil, count: channels.count)
  }

  /// Reads a row without blanks and quotes, which all rows of an export are; false if it is anything else.
  private mutating func readPlain(_ line: ArraySlice<UInt8>, into edges: inout [Edge]) -> Bool {
    let comma = UInt8(ascii: ",")
    guard let first = line.firstIndex(of: comma), line.endIndex - first == 2 * channels.count,
      let tick = line[..<first].scaledDecimal(12), !hasRows || tick >= reached
    else { return false }
    for place in stride(from: first, to: line.endIndex, by: 2) {
      guard line[place] == comma, line[place + 1] & 0xFE == 0x30 else { return false }
    }
    for channel in channels.indices { set(channel, line[first + 1 + 2 * channel] == 0x31, at: tick, &edges) }
    reached = tick
    hasRows = true
    return true
  }

  private mutating func set(_ channel: Int, _ level: Bool, at tick: Int64, _ edges: inout [Edge]) {
    guard levels[channel] != level else { return }
    levels[channel] = level
    edges.append(Edge(tick: tick, channel: channel, level: level))
  }

  private mutating func read(_ row: [ArraySlice<UInt8>], into edges: inout [Edge]) throws(InputError) {
    var fields = row
    if fields.count == channels.count + 2, let last = fields.last, last.isEmpty { fields.removeLast() }
    let thing = "\(lines.name), line \(lines.number)"
    guard fields.count == channels.count + 1 else {
      throw InputError(thing, "has \(fields.count) fields instead of \(channels.count + 1)")
    }
    guard let tick = fields[0].scaledDecimal(12) ?? dated(fields[0]) else {
      throw InputError(thing, "'\(fields[0].prefix(40).text)' is no time in seconds, and none of ISO 8601")
    }
    guard !hasRows || tick >= reached else { throw InputError(thing, "goes back in time") }
    for channel in channels.indices {
      let field = fields[channel + 1]
      // The channel was off, or the data have a gap: its level is what it was.
      if field.elementsEqual([UInt8(ascii: "X")]) { continue }
      guard field.count == 1, let digit = field.first, digit == 0x30 || digit == 0x31 else {
        throw InputError(thing, "'\(field.prefix(40).text)' is no level: it must be 0 or 1")
      }
      set(channel, digit == 0x31, at: tick, &edges)
    }
    reached = tick
    hasRows = true
  }

  /// A time with a date, counted from the first of them in picoseconds; nil for anything else, or weeks away from it.
  private mutating func dated(_ field: ArraySlice<UInt8>) -> Int64? {
    guard let time = CalendarTime(field) else { return nil }
    if !hasRows { origin = time.seconds * 1_000_000_000 + time.picoseconds / 1000 }
    guard let origin else { return nil }
    let seconds = time.seconds - origin / 1_000_000_000
    guard (-1_000_000...1_000_000).contains(seconds) else { return nil }
    return seconds * 1_000_000_000_000 + time.picoseconds - origin % 1_000_000_000 * 1000
  }
}
