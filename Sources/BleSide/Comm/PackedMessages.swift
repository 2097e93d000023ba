/// Messages kept close together: a log of a day has a million of them, and one with arrays of its own takes several
/// times the room.
public struct PackedMessages: RandomAccessCollection, Sendable {
  /// A message but for its bytes.
  private struct Row: Sendable {
    var time: Int64
    var start: Int64
    /// Where its bytes begin in `bytes`, the body first; those of the next one begin where they end.
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

  private var rows: [Row] = []
  private var bytes: [UInt8] = []

  public init() {}

  public var startIndex: Int { 0 }
  public var endIndex: Int { rows.count }

  /// Adds a message. Connections, numbers and the bytes of all are kept as far as 32 bits go.
  public mutating func append(_ message: BleMessage) {
    let isRoom = bytes.count + message.body.count + message.air.count <= Int(UInt32.max)
    rows.append(
      Row(
        time: message.time, start: message.start, offset: UInt32(bytes.count),
        bodyCount: isRoom ? UInt32(message.body.count) : 0, connection: UInt32(clamping: message.connection),
        sequence: UInt32(clamping: message.sequence), request: UInt32(clamping: (message.request ?? -1) &+ 1),
        counter: message.counter, step: message.step, direction: message.direction, format: message.format,
        condition: message.condition, solicited: message.solicited))
    guard isRoom else { return }
    bytes += message.body
    bytes += message.air
  }

  public subscript(_ index: Int) -> BleMessage {
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
