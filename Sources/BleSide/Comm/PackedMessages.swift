/// Messages kept close together: a log of a day has a million of them, and one with arrays of its own takes several
/// times the room.
public struct PackedMessages: RandomAccessCollection, Sendable {
  /// A message but for its bytes.
  private struct Row: Sendable {
    var time: Int64
    var start: Int64
    /// Where its bytes begin in `bytes`.
    var offset: Int
    var bodyCount: UInt32
    var airCount: UInt32
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

  private var rows: [Row] = []
  private var bytes: [UInt8] = []

  public init() {}

  public var startIndex: Int { 0 }
  public var endIndex: Int { rows.count }

  /// Adds a message. Connections and numbers are kept as far as 32 bits go.
  public mutating func append(_ message: BleMessage) {
    rows.append(
      Row(
        time: message.time, start: message.start, offset: bytes.count, bodyCount: UInt32(clamping: message.body.count),
        airCount: UInt32(clamping: message.air.count), connection: UInt32(clamping: message.connection),
        sequence: UInt32(clamping: message.sequence), request: UInt32(clamping: (message.request ?? -1) &+ 1),
        counter: message.counter, step: message.step, direction: message.direction, format: message.format,
        condition: message.condition, solicited: message.solicited))
    bytes += message.body
    bytes += message.air
  }

  public subscript(_ index: Int) -> BleMessage {
    let row = rows[index]
    let air = row.offset + Int(row.bodyCount)
    var message = BleMessage(
      time: row.time, start: row.start, connection: Int(row.connection), direction: row.direction, format: row.format,
      condition: row.condition, body: Array(bytes[row.offset..<air]),
      air: Array(bytes[air..<(air + Int(row.airCount))]), counter: row.counter, step: row.step)
    message.solicited = row.solicited
    message.request = row.request == 0 ? nil : Int(row.request) - 1
    message.sequence = Int(row.sequence)
    return message
  }
}
