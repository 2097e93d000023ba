/// Messages kept close together: a log of a day has a million of them, and one with arrays of its own takes several
/// times the room.
public struct PackedMessages: RandomAccessCollection, Sendable {
  /// A message but for its bytes.
  fileprivate struct Row: Sendable {
    var time: Int64
    var start: Int64
    /// Where its bytes begin in those of its part, the body first; those of the next one begin where they end.
    var offset: UInt32
    var bodyCount: UInt32
    var connection: UInt32
    var sequence: UInt32
    /// 0 where there is none, else one more than the number.
    var request: UInt32
    var counter: UInt32?
    var step: CounterStep
    var direction: BleDirection
    var format: CommFormat
    var condition: BleMessage.Condition
    var solicited: Bool?
  }

  /// Some of the messages: one array of all would need three times the room while it grows.
  fileprivate struct Part: Sendable {
    var rows: [Row] = []
    var bytes: [UInt8] = []

    /// - Parameter bytes: that are expected.
    init(bytes count: Int) {
      rows.reserveCapacity(PackedMessages.partCount)
      bytes.reserveCapacity(count)
    }
  }

  private static let partCount = 1 << 14

  private var parts: [Part] = []

  public init() {}

  public var startIndex: Int { 0 }
  public var endIndex: Int { parts.last.map { (parts.count - 1) * Self.partCount + $0.rows.count } ?? 0 }

  /// Adds a message. Connections and numbers are kept as far as 32 bits go.
  public mutating func append(_ message: BleMessage) {
    if endIndex % Self.partCount == 0 { parts.append(Part(bytes: (parts.last?.bytes.count ?? 0) * 17 / 16)) }
    parts[parts.count - 1].append(message)
  }

  /// Whether there are messages of a direction, and all of them can be read. Looked at in place, without their bytes.
  public func areReadable(_ direction: BleDirection) -> Bool {
    var found = false
    for part in parts {
      for row in part.rows where row.direction == direction {
        guard row.condition == .readable else { return false }
        found = true
      }
    }
    return found
  }

  public subscript(_ index: Int) -> BleMessage { parts[index / Self.partCount].message(at: index % Self.partCount) }
}

extension PackedMessages.Part {
  mutating func append(_ message: BleMessage) {
    rows.append(
      PackedMessages.Row(
        time: message.time, start: message.start, offset: UInt32(bytes.count), bodyCount: UInt32(message.body.count),
        connection: UInt32(clamping: message.connection), sequence: UInt32(clamping: message.sequence),
        request: UInt32(clamping: (message.request ?? -1) &+ 1), counter: message.counter, step: message.step,
        direction: message.direction, format: message.format, condition: message.condition,
        solicited: message.solicited))
    // An ATT value has 64 KiB at most: 32 bits are enough for those of one part.
    bytes += message.body
    bytes += message.air
  }

  func message(at index: Int) -> BleMessage {
    let row = rows[index]
    let body = Int(row.offset), air = body + Int(row.bodyCount)
    let end = index + 1 < rows.count ? Int(rows[index + 1].offset) : bytes.count
    var message = BleMessage(
      time: row.time, start: row.start, connection: Int(row.connection), direction: row.direction, format: row.format,
      condition: row.condition, body: Array(bytes[body..<air]), air: Array(bytes[air..<end]), counter: row.counter,
      step: row.step)
    message.solicited = row.solicited
    message.request = row.request == 0 ? nil : Int(row.request) - 1
    message.sequence = Int(row.sequence)
    return message
  }
}
