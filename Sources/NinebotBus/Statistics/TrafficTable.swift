/// Counts what goes over each tap: messages by kind with their rhythm, errors, and the share of time in use.
public struct TrafficTable: Sendable {
  /// Messages that are the same but for their data.
  public struct Message: Hashable, Sendable {
    public var tap: Int
    public var format: WireFormat
    /// 55AA: the address byte; 5AA5: the source.
    public var address: UInt8
    /// 5AA5: the destination; 0 for 55AA.
    public var destination: UInt8
    public var command: UInt8
    public var argument: UInt8
    /// Payload bytes. Frames of one register but of other lengths are different messages.
    public var payload: UInt8

    fileprivate var key: UInt64 {
      UInt64(truncatingIfNeeded: tap) << 48 | UInt64(format.rawValue) << 40 | UInt64(address) << 32
        | UInt64(destination) << 24 | UInt64(command) << 16 | UInt64(argument) << 8 | UInt64(payload)
    }
  }

  /// How often a message came and when.
  public struct Row: Sendable {
    public var message: Message
    /// What the first of them said, for its names.
    public var reading: FrameReading
    public var count = 0
    /// Start of the first and of the last, in nanoseconds.
    public var first: Int64
    public var last: Int64
    /// Distances of neighbours in time: the least, the most.
    public var leastPeriod = Int64.max
    public var mostPeriod: Int64 = 0

    mutating func add(start: Int64) {
      if count > 0 {
        leastPeriod = min(leastPeriod, start - last)
        mostPeriod = max(mostPeriod, start - last)
      }
      last = start
      count += 1
    }

    /// Mean distance from one to the next in nanoseconds; nil for a single one.
    public var period: Int64? { count > 1 ? (last - first) / Int64(count - 1) : nil }
  }

  /// What one tap saw.
  public struct TapTotals: Sendable {
    public var frames = 0
    public var badChecksums = 0
    public var garbageBytes = 0
    public var lineErrors = 0
    /// When something was on the line, and for how much of the time.
    public var use = LineUse()

    public init() {}

    mutating func add(_ event: BusEvent, airTime: Int64?) {
      switch event.kind {
      case .frame:
        frames += 1
        if !event.checksumHolds { badChecksums += 1 }
      case .garbage: garbageBytes += Int(event.count)
      case .lineError: lineErrors += 1
      }
      use.add(event, airTime: airTime)
    }
  }

  /// In the order of first appearance.
  public private(set) var rows: [Row] = []
  public private(set) var taps: [TapTotals] = []
  /// Sound frames that found no room in `rows`: a stream of noise must not fill the memory.
  public private(set) var unlisted = 0

  private var places: [UInt64: Int] = [:]
  /// The last message of each quick hash: traffic repeats itself, and a dictionary hashes for safety, not for speed.
  private var recent = [(key: UInt64, place: Int)](repeating: (.max, 0), count: 256)
  private let mostRows: Int

  /// - Parameter mostRows: the most kinds of message that are told apart.
  public init(mostRows: Int = 4096) {
    self.mostRows = mostRows
  }

  /// Adds what a tap saw next.
  ///
  /// - Parameters:
  ///   - event: in the order of time.
  ///   - reading: what it says; nil for bytes outside frames.
  ///   - tap: where it was seen.
  ///   - airTime: nanoseconds for which it held the line; nil where that is not known.
  public mutating func push(_ event: BusEvent, reading: FrameReading?, tap: Int, airTime: Int64? = nil) {
    while taps.count <= tap { taps.append(TapTotals()) }
    let start = event.start.middle
    taps[tap].add(event, airTime: airTime)
    guard event.checksumHolds, let reading else { return }
    let message = Message(
      tap: tap, format: reading.format, address: reading.address, destination: reading.destination,
      command: reading.command, argument: reading.argument, payload: reading.payloadCount)
    guard let place = place(of: message, reading, at: start) else {
      unlisted += 1
      return
    }
    rows[place].add(start: start)
  }

  private mutating func place(of message: Message, _ reading: FrameReading, at start: Int64) -> Int? {
    let key = message.key
    let slot = Int((key &* 0x9E37_79B9_7F4A_7C15) >> 56)
    if recent[slot].key == key { return recent[slot].place }
    if let place = places[key] {
      recent[slot] = (key, place)
      return place
    }
    guard rows.count < mostRows else { return nil }
    places[key] = rows.count
    rows.append(Row(message: message, reading: reading, first: start, last: start))
    return rows.count - 1
  }
}
