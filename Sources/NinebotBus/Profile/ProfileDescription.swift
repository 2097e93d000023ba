/// A profile as written down: what a data file says, before it is laid out for reading frames.
///
/// Nothing here is checked against anything else; `ProfileLint` in ScooterProfiles does that for files.
public struct ProfileDescription: Hashable, Sendable {
  /// The name for `--profile`.
  public var name = ""
  /// What scooters it is for, in words.
  public var title = ""
  /// 55AA address bytes by link.
  public var addresses: [Link: [UInt8: Address]] = [:]
  /// 5AA5 addresses.
  public var ninebotAddresses: [UInt8: Role] = [:]
  /// Commands of 55AA frames.
  public var commands: [UInt8: Command] = [:]
  /// Commands of 5AA5 frames.
  public var ninebotCommands: [UInt8: Command] = [:]
  /// Payload layouts, for frames whose payload is not registers.
  public var layouts: [Layout] = []
  /// Registers by device and number.
  public var registers: [Role: [UInt8: [FieldText]]] = [:]
  /// Devices whose registers are those of another one, besides entries of their own.
  public var sameRegisters: [Role: Role] = [:]
  /// Error codes, which fields use with the value set `errors`.
  public var errors: [Int64: String] = [:]
  public var timing = TimingBeliefs()

  public init() {}

  /// Registers with those that one device shares with another.
  public var allRegisters: [Role: [UInt8: [FieldText]]] {
    var all = registers
    for (role, other) in sameRegisters {
      all[role] = (registers[other] ?? [:]).merging(registers[role] ?? [:]) { $1 }
    }
    return all
  }

  /// What a 55AA address byte means on one link.
  public struct Address: Hashable, Sendable {
    public var from: Role
    public var to: Role
    /// Who transmits it with stock parts, where that is not `from`.
    public var sentBy: Role?
    /// Whether it carries answers.
    public var isReply: Bool

    public init(from: Role, to: Role, sentBy: Role? = nil, isReply: Bool = false) {
      self.from = from
      self.to = to
      self.sentBy = sentBy
      self.isReply = isReply
    }
  }

  /// A command code of one format.
  public struct Command: Hashable, Sendable {
    public var name: String
    public var kind: CommandKind
    /// The code that answers; nil where nothing does.
    public var answer: UInt8?
    /// Who serves the command, where addresses do not tell a request from its answer.
    public var server: Role?
    /// The register that the answer's payload starts with, where it holds registers.
    public var block: UInt8?

    public init(name: String, kind: CommandKind, answer: UInt8? = nil, server: Role? = nil, block: UInt8? = nil) {
      self.name = name
      self.kind = kind
      self.answer = answer
      self.server = server
      self.block = block
    }
  }

  /// The fields of a payload, chosen by command, speaker and payload length.
  public struct Layout: Hashable, Sendable {
    public var command: UInt8
    /// The speaker's role; nil for any.
    public var from: Role?
    /// Only requests, only answers, or nil for both.
    public var isReply: Bool?
    /// Payload bytes: L - 2 for 55AA, L for 5AA5.
    public var payload: UInt8
    /// Shown instead of the command's name; empty to keep that.
    public var name: String
    public var fields: [FieldText]

    public init(
      command: UInt8, from: Role? = nil, isReply: Bool? = nil, payload: UInt8, name: String = "",
      fields: [FieldText] = []
    ) {
      self.command = command
      self.from = from
      self.isReply = isReply
      self.payload = payload
      self.name = name
      self.fields = fields
    }
  }

  /// A field with its texts.
  public struct FieldText: Hashable, Sendable {
    /// Numbers and storage; its labels are not used.
    public var field: Field
    public var name: String
    public var unit = ""
    public var dispute = ""
    /// Names of raw values or of bits.
    public var values: [Int64: String] = [:]
    /// Whether `values` are the profile's error codes.
    public var usesErrors = false

    public init(_ field: Field, name: String) {
      self.field = field
      self.name = name
    }
  }
}

/// How the frames of a command are to be read.
public enum CommandKind: UInt8, Hashable, Sendable, CaseIterable {
  /// Asks for registers; on 55AA the same code answers.
  case read
  /// A read that carries the levers too: `61 reg [len 02 T B]` (protocol.md 3.1).
  case leverRead
  /// Sets registers and is answered.
  case write
  /// Sets registers and is not answered.
  case quietWrite
  /// 5AA5: answers `read`.
  case readReply
  /// 5AA5: answers `write`.
  case writeAck
  /// Told without being asked.
  case push
  /// Asked, and answered with the same code or another.
  case call
  /// Answers calls of other codes.
  case answer
}
