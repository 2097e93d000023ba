/// Addresses, commands, registers and error codes of one scooter family, laid out for reading frames fast.
///
/// Made once from a `ProfileDescription` and never changed; every look-up is an index into a dense table.
public final class Profile: Sendable {
  /// The name for `--profile`.
  public let name: String
  /// What scooters it is for, in words.
  public let title: String
  /// The UTF-8 of all names, units and notes.
  public let labels: [UInt8]
  /// Every field: of registers, then of layouts.
  public let fields: [Field]
  /// Value and bit names, sorted by value for each field.
  public let namedValues: [NamedValue]
  /// Starting beliefs on rhythm and transmitters.
  public let timing: TimingBeliefs
  /// Error codes by number.
  public let errors: [NamedValue]

  /// 256 entries for each link.
  @usableFromInline let addresses: [AddressEntry]
  /// 256 entries: the roles of 5AA5 addresses.
  @usableFromInline let ninebotRoles: [Role]
  /// 256 entries for 55AA, then 256 for 5AA5.
  @usableFromInline let commands: [CommandEntry]
  /// Layouts of one command lie together.
  @usableFromInline let layouts: [LayoutEntry]
  /// 256 entries for each role.
  @usableFromInline let registers: [RegisterEntry]
  /// Where in `labels` the 256 names of unknown registers start, each `rawNameLength` long.
  @usableFromInline let rawNames: UInt32
  /// The name of 55AB frames.
  @usableFromInline let sealedName: Label

  /// Bytes in the name of an unknown register: `reg_7e`.
  @usableFromInline static let rawNameLength: UInt16 = 6

  /// Lays out a description. What contradicts itself is resolved quietly, the later entry wins: lint says more.
  public init(_ description: ProfileDescription) {
    var builder = ProfileBuilder()
    name = description.name
    title = description.title
    timing = description.timing
    errors = builder.named(description.errors)
    let errorRange = (first: UInt16(0), count: UInt8(clamping: errors.count))
    registers = builder.registers(description.allRegisters, errors: errorRange)
    layouts = builder.layouts(description.layouts, errors: errorRange)
    commands =
      builder.commands(description.commands, layouts: layouts)
      + builder.commands(description.ninebotCommands, layouts: layouts)
    addresses = ProfileBuilder.addresses(description.addresses)
    var roles = [Role](repeating: .unknown, count: 256)
    for (address, role) in description.ninebotAddresses { roles[Int(address)] = role }
    ninebotRoles = roles
    rawNames = builder.rawNames()
    sealedName = builder.label("encrypted")
    labels = builder.labels
    fields = builder.fields
    namedValues = builder.namedValues
  }

  /// The text of a label, for callers that are in no hurry.
  public func string(_ label: Label) -> String { String(decoding: labels[label.range], as: UTF8.self) }

  /// The name of a raw value, or of bit number `value` for a field of bits; nil where it has none.
  @inlinable
  public func name(of value: Int64, in field: Field) -> Label? {
    var low = Int(field.firstValue)
    var high = low + Int(field.valueCount)
    while low < high {
      let middle = (low + high) / 2
      let entry = namedValues[middle]
      if entry.value == value { return entry.name }
      if entry.value < value { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  /// The fields of one register, none where it is unknown.
  public func fields(of role: Role, register: UInt8) -> ArraySlice<Field> {
    let entry = registers[Int(role.rawValue) << 8 | Int(register)]
    return fields[Int(entry.first)..<(Int(entry.first) + Int(entry.count))]
  }

  /// The name of a command; empty where it is unknown.
  public func name(ofCommand command: UInt8, format: WireFormat) -> Label {
    commands[(format == .ninebot ? 256 : 0) + Int(command)].name
  }
}

/// What a 55AA address byte means on one link.
@usableFromInline
struct AddressEntry: Sendable {
  @usableFromInline var from = Role.unknown
  @usableFromInline var to = Role.unknown
  @usableFromInline var sentBy = Role.unknown
  @usableFromInline var isReply = false

  @usableFromInline init() {}
}

/// One command code.
@usableFromInline
struct CommandEntry: Sendable {
  @usableFromInline var name = Label.none
  /// Nil for codes that the profile does not know.
  @usableFromInline var kind: CommandKind?
  @usableFromInline var server = Role.unknown
  @usableFromInline var answer: UInt8 = 0
  /// What the frames with the code `answer` are; nil where nothing answers.
  @usableFromInline var answerKind: CommandKind?
  @usableFromInline var answersItself = false
  @usableFromInline var hasBlock = false
  @usableFromInline var block: UInt8 = 0
  @usableFromInline var layoutCount: UInt8 = 0
  @usableFromInline var firstLayout: UInt16 = 0

  @usableFromInline init() {}
}

/// The fields of one kind of payload.
@usableFromInline
struct LayoutEntry: Sendable {
  @usableFromInline var command: UInt8
  @usableFromInline var payload: UInt8
  @usableFromInline var from: Role?
  @usableFromInline var isReply: Bool?
  @usableFromInline var count: UInt8
  @usableFromInline var first: UInt16
  @usableFromInline var name: Label
}

/// One register of one device.
@usableFromInline
struct RegisterEntry: Sendable {
  /// Index of its first field.
  @usableFromInline var first: UInt16 = 0
  /// Number of fields; 0 where the register is unknown.
  @usableFromInline var count: UInt8 = 0
  /// Bytes that its fields cover, at least one word.
  @usableFromInline var size: UInt8 = 0

  @usableFromInline init() {}
}
