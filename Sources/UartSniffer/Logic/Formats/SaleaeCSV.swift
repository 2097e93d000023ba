public import CaptureFiles

/// Digital samples that Saleae Logic 2 exports as CSV: `Time [s],Channel 0,…`, then a row for each change.
public struct SaleaeCSV: EdgeSource {
  public let name: String
  public private(set) var channels: [String] = []
  /// Picoseconds: newer exports have more digits than nanoseconds.
  public let clock = SampleClock(nanoseconds: 1, perTicks: 1_000)
  public var sample: Int64? { nil }
  public private(set) var reached: Int64 = 0
  public var origin: Int64? { nil }

  private var lines: LineReader
  private var levels: [Bool?] = []
  private var hasRows = false

  /// Whether a file that starts like this is such an export.
  public static func recognises(_ prefix: [UInt8]) -> Bool {
    let line = prefix[...].prefix { $0 != 10 && $0 != 13 }
    let fields = line.fields()
    return fields.count > 1 && fields[0].text.lowercased() == "time [s]"
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
    guard let fields = try lines.next()?.fields(), fields.count > 1, fields[0].text.lowercased() == "time [s]" else {
      throw InputError(lines.name, "does not start with 'Time [s],Channel 0'", remedy: "export it as CSV anew")
    }
    guard fields.count <= EdgeBatch.channels + 1 else {
      throw InputError(lines.name, "has \(fields.count - 1) channels, the most is \(EdgeBatch.channels)")
    }
    // Saleae's own names are "Channel 0"; other names are the user's.
    channels = fields.dropFirst().map { field in
      field.text.hasPrefix("Channel ") ? "channel \(field.dropFirst(8).text)" : "channel \(field.text)"
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

  private mutating func read(_ fields: [ArraySlice<UInt8>], into edges: inout [Edge]) throws(InputError) {
    let thing = "\(lines.name), line \(lines.number)"
    guard fields.count == channels.count + 1 else {
      throw InputError(thing, "has \(fields.count) fields instead of \(channels.count + 1)")
    }
    guard let tick = fields[0].scaledDecimal(12) else {
      throw InputError(
        thing, "'\(fields[0].prefix(40).text)' is no time in seconds", remedy: "export without ISO 8601 times")
    }
    guard !hasRows || tick >= reached else { throw InputError(thing, "goes back in time") }
    for channel in channels.indices {
      let field = fields[channel + 1]
      guard field.count == 1, let digit = field.first, digit == 0x30 || digit == 0x31 else {
        throw InputError(thing, "'\(field.prefix(40).text)' is no level: it must be 0 or 1")
      }
      set(channel, digit == 0x31, at: tick, &edges)
    }
    reached = tick
    hasRows = true
  }
}
