public import NinebotBus

/// One message between phone and scooter, as far as the keys allow to read it.
public struct BleMessage: Hashable, Sendable {
  /// What became of the message.
  public enum Condition: UInt8, Hashable, Sendable, CaseIterable {
    /// `body` is what was sent.
    case readable
    /// The key is missing.
    case sealed
    /// The tag does not fit: changed on the way, or sealed with another key.
    case tampered
    /// 55AB with nothing but zeros, before a login: the BLE module forwards what it hears on the wire although there is
    /// no session key yet. L still tells what it was (protocol.md 6.8).
    case preSession
    /// Bytes are missing, or the checksum is wrong.
    case damaged
    /// Not the beginning of a message.
    case foreign

    /// For people and JSON.
    public var name: StaticString {
      switch self {
      case .readable: "readable"
      case .sealed: "sealed"
      case .tampered: "tampered"
      case .preSession: "pre-session"
      case .damaged: "damaged"
      case .foreign: "foreign"
      }
    }
  }

  /// When its last part came: Unix nanoseconds, or 0 in a log without times.
  public var time: Int64
  /// When its first part came.
  public var start: Int64
  /// Number of the connection in the recording, from 0.
  public var connection: Int
  public var direction: BleDirection
  public var format: CommFormat
  public var condition: Condition
  /// The plaintext from the address on, without the random tail; empty unless readable.
  public var body: [UInt8]
  /// The bytes as received; empty when readable.
  public var air: [UInt8]
  /// The whole counter; nil where the format has none or it is not known.
  public var counter: UInt32?
  /// What the counter says about the messages before.
  public var step: CounterStep
  /// For a reply: whether a request of the phone explains it; nil for requests, and where it cannot be told.
  public var solicited: Bool?
  /// `sequence` of the request that explains it.
  public var request: Int?
  /// Number of the message in the recording, from 0.
  public var sequence: Int

  public init(
    time: Int64, start: Int64, connection: Int = 0, direction: BleDirection, format: CommFormat, condition: Condition,
    body: [UInt8] = [], air: [UInt8] = [], counter: UInt32? = nil, step: CounterStep = .inOrder
  ) {
    self.time = time
    self.start = start
    self.connection = connection
    self.direction = direction
    self.format = format
    self.condition = condition
    self.body = body
    self.air = air
    self.counter = counter
    self.step = step
    sequence = 0
  }

  /// False for a bad tag or checksum, and for what is no whole message (`ok` in JSON).
  public var ok: Bool {
    switch condition {
    case .readable, .sealed, .preSession: true
    case .tampered, .damaged, .foreign: false
    }
  }

  /// The frame's L byte, which is in clear whatever the rest is; nil where there is none.
  public var length: UInt8? {
    switch condition {
    case .readable:
      let overhead = format.wire == .ninebot ? 4 : 1
      return body.count >= overhead ? UInt8(truncatingIfNeeded: body.count - overhead) : nil
    case .foreign: return nil
    default: return air.count > 2 ? air[2] : nil
    }
  }

  /// The plaintext as a frame; nil unless readable.
  public var frame: Frame? {
    guard condition == .readable else { return nil }
    if format.wire == .ninebot {
      guard body.count >= 4 else { return nil }
      return Frame(
        address: .pair(source: body[0], destination: body[1]), command: body[2], argument: body[3],
        payload: Array(body[4...]))
    }
    guard body.count >= 3 else { return nil }
    return Frame(to: body[0], body[1], body[2], Array(body[3...]))
  }
}
