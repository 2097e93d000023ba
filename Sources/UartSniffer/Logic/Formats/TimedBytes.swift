public import CaptureFiles
public import NinebotBus

/// Bytes with times as CSV: `t_us,byte,framing_ok`, the byte in hexadecimal; `t_s`, `t_ms` and `t_ns` work too,
/// and the last column may be absent. Times count from the start of the capture, or from 1970: then time 0 is the first.
public struct TimedBytes: RecordedSource {
  public private(set) var taps: [Tap] = []
  public var origin: Int64? { dateOfZero.map { $0 * Self.power(scale) } }

  private var lines: LineReader
  private let baud: Baud
  /// Power of ten from the time's unit to nanoseconds.
  private var scale = 3
  private var hasFraming = true
  /// Whole units of time from 1970 to time 0, where the times count from there.
  private var dateOfZero: Int64?
  private var last: Int64 = .min
  private var defect: InputError?
  private var isFinished = false

  private static let piece = 1024

  /// Whether a file that starts like this is such a table.
  public static func recognises(_ prefix: [UInt8]) -> Bool {
    columns(prefix[...].prefix { $0 != 10 && $0 != 13 }.fields()) != nil
  }

  /// The power of ten of the time's unit, and whether there is a third column.
  private static func columns(_ fields: [ArraySlice<UInt8>]) -> (scale: Int, hasFraming: Bool)? {
    guard fields.count == 2 || (fields.count == 3 && fields[2].text == "framing_ok"), fields[1].text == "byte",
      let scale = ["t_s": 9, "t_ms": 6, "t_us": 3, "t_ns": 0][fields[0].text]
    else { return nil }
    return (scale, fields.count == 3)
  }

  /// Reads a stream. The table does not tell the line's speed; `baud` is what to take it for.
  public init(_ stream: any ByteStream, baud: Baud = .standard) {
    lines = LineReader(stream)
    self.baud = baud
  }

  public init(path: String, baud: Baud = .standard) throws(InputError) {
    self.init(try FileStream(path: path), baud: baud)
  }

  public mutating func next() throws(InputError) -> ByteChunk? {
    if isFinished {
      guard let defect else { return nil }
      self.defect = nil
      throw defect
    }
    var chunk = ByteChunk()
    do throws(InputError) {
      if taps.isEmpty { try readHeader() }
      while chunk.bytes.count < Self.piece {
        guard let line = try lines.next() else {
          isFinished = true
          break
        }
        if !line.isEmpty { try read(line.fields(), into: &chunk) }
      }
    } catch {
      defect = error
      isFinished = true
    }
    guard !chunk.bytes.isEmpty else { return try next() }
    chunk.silentUntil = last
    return chunk
  }

  private mutating func readHeader() throws(InputError) {
    guard let fields = try lines.next()?.fields(), let columns = Self.columns(fields) else {
      throw InputError(lines.name, "does not start with 't_us,byte,framing_ok'")
    }
    (scale, hasFraming) = columns
    // What the times are worth is not told; a microsecond is what such tables are made with.
    taps = [
      Tap(name: "bus0", detail: lastPathComponent(lines.name), baud: baud, quality: .bytes(error: Self.error))
    ]
  }

  /// Nanoseconds that a time may be off.
  private static let error: Int64 = 1_000

  private mutating func read(_ fields: [ArraySlice<UInt8>], into chunk: inout ByteChunk) throws(InputError) {
    let thing = "\(lines.name), line \(lines.number)"
    guard fields.count == (hasFraming ? 3 : 2) else {
      throw InputError(thing, "has \(fields.count) fields instead of \(hasFraming ? 3 : 2)")
    }
    guard let time = dateOfZero == nil ? fields[0].scaledDecimal(scale) ?? dated(fields[0]) : dated(fields[0]) else {
      throw InputError(thing, "'\(fields[0].prefix(40).text)' is no time")
    }
    guard time >= last else { throw InputError(thing, "goes back in time") }
    guard fields[1].count <= 2, let byte = UInt8(fields[1].text, radix: 16), fields[1].first != UInt8(ascii: "+") else {
      throw InputError(thing, "'\(fields[1].prefix(40).text)' is no byte in hexadecimal")
    }
    var fault = LineFault.none
    if hasFraming {
      guard fields[2].text == "0" || fields[2].text == "1" else {
        throw InputError(thing, "'\(fields[2].prefix(40).text)' is no framing_ok: it must be 0 or 1")
      }
      if fields[2].text == "0" { fault = .framing }
    }
    chunk.bytes.append(byte)
    chunk.times.append(ByteTime(start: TimeBounds(time, error: Self.error), fault: fault))
    last = time
  }

  /// A time since 1970 as one since time 0, in nanoseconds; nil where it is none. The first one gives time 0.
  ///
  /// Whole units and what is behind the point are read apart: together they have more digits than a number holds.
  private mutating func dated(_ field: ArraySlice<UInt8>) -> Int64? {
    let point = field.firstIndex(of: UInt8(ascii: ".")) ?? field.endIndex
    guard let whole = field[..<point].scaledDecimal(0), whole >= 0,
      let part = point == field.endIndex ? 0 : field[point...].scaledDecimal(scale)
    else { return nil }
    if dateOfZero == nil {
      guard last == .min, whole <= Int64.max / Self.power(scale),
        whole * Self.power(scale) >= RecordingTime.firstAbsolute
      else { return nil }
      dateOfZero = whole
    }
    let (units, isBefore) = whole.subtractingReportingOverflow(dateOfZero ?? 0)
    let (time, isBeyond) = units.multipliedReportingOverflow(by: Self.power(scale))
    guard !isBefore, !isBeyond, time.magnitude <= UInt64(RecordingTime.bound) else { return nil }
    return time + part
  }

  private static func power(_ exponent: Int) -> Int64 { (0..<exponent).reduce(1) { power, _ in power * 10 } }
}
