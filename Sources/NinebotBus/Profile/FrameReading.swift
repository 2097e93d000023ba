/// What one frame is, by its bytes alone, the link it was seen on and a profile.
///
/// A plain value: nothing is allocated to make one. Names are labels of the profile that read the frame.
public struct FrameReading: Hashable, Sendable {
  /// What a frame does.
  public enum Act: UInt8, Hashable, Sendable, CaseIterable {
    /// Nothing known of this command.
    case unknown
    /// Asks for registers; `asked` bytes from `argument`.
    case readRequest
    /// Registers from `argument` on.
    case readReply
    /// Sets registers and wants an answer.
    case write
    /// Sets registers; nobody answers.
    case quietWrite
    /// Says how a write went.
    case writeAck
    /// A command that the same code answers: update, handshake, the display poll 64.
    case request
    /// The answer to `request`.
    case reply
    /// Told without being asked and without an answer, such as the levers.
    case push
    /// 55AB: encrypted, so only its length is known.
    case sealed

    /// Whether a request came before it.
    @inlinable public var isAnswer: Bool {
      switch self {
      case .readReply, .writeAck, .reply: true
      default: false
      }
    }

    /// The name in JSON and filters.
    @inlinable public var name: StaticString {
      switch self {
      case .unknown: "unknown"
      case .readRequest: "read"
      case .readReply: "read-reply"
      case .write: "write"
      case .quietWrite: "quiet-write"
      case .writeAck: "write-ack"
      case .request: "request"
      case .reply: "reply"
      case .push: "push"
      case .sealed: "sealed"
      }
    }
  }

  /// What a request waits for.
  public enum Expectation: Hashable, Sendable {
    /// Nobody answers.
    case nothing
    /// A `readReply` that starts at this register.
    case registers(UInt8)
    /// A `writeAck` for this register.
    case acknowledgement(UInt8)
    /// A `reply` with this command.
    case reply(UInt8)
  }

  /// Where the fields of a frame are described.
  public enum Contents: Hashable, Sendable {
    /// No fields: the payload is empty or means nothing known.
    case none
    /// Words of the subject's registers from this number on.
    case registers(UInt8)
    /// Fields from this index of `Profile.fields`, so many.
    case layout(first: UInt16, count: UInt8)
  }

  public var format: WireFormat
  public var act: Act
  /// Who speaks, as the address claims.
  public var from: Role
  /// Who is spoken to, as the address claims.
  public var to: Role
  /// Whose registers or command it is: the one asked or the one answering.
  public var subject: Role
  /// Who puts such a frame on this link with stock parts: the ESC relays the BMS's replies (protocol.md 2.1).
  public var stockSender: Role
  /// 55AA: the address byte; 5AA5: the source.
  public var address: UInt8
  /// 5AA5: the destination; 0 for 55AA.
  public var destination: UInt8
  public var command: UInt8
  /// Register, page, result or 0.
  public var argument: UInt8
  /// Bytes that a read request wants; 0 where it does not say (the name request has no count).
  public var asked: UInt8
  /// First payload byte in the frame.
  public var payloadOffset: UInt8
  /// Number of payload bytes.
  public var payloadCount: UInt8
  /// The frame's name: of its layout where one fits, else of its command; empty for unknown commands.
  public var name: Label
  /// The name of the first register that it reads, answers or writes; empty where there is none.
  public var register: Label
  public var contents: Contents
  /// What answers this frame.
  public var expects: Expectation

  /// Whether it asks for something or answers: whether an `ExchangeTracker` has anything to do with it.
  @inlinable public var isPartOfExchange: Bool { expects != .nothing || act.isAnswer }

  /// Whether `argument` is a register number.
  @inlinable public var namesRegister: Bool {
    switch act {
    case .readRequest, .readReply, .write, .quietWrite, .writeAck: true
    default: false
    }
  }

  /// Where the payload lies in the frame.
  @inlinable public var payload: Range<Int> { Int(payloadOffset)..<(Int(payloadOffset) + Int(payloadCount)) }

  @inlinable
  init(format: WireFormat, act: Act) {
    self.format = format
    self.act = act
    from = .unknown
    to = .unknown
    subject = .unknown
    stockSender = .unknown
    address = 0
    destination = 0
    command = 0
    argument = 0
    asked = 0
    payloadOffset = 0
    payloadCount = 0
    name = .none
    register = .none
    contents = .none
    expects = .nothing
  }
}
