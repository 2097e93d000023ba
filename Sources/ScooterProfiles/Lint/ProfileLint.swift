public import CaptureFiles
import NinebotBus

/// Everything that is wrong with a profile, with lines: `mi-bus profiles check`.
///
/// What does not fit the format is found while reading; this adds what contradicts itself.
public struct ProfileLint {
  private let file: String
  private let own: ProfileFile
  /// The profile with what it extends.
  private let whole: ProfileDescription
  private var problems: [ProfileProblem]

  /// Checks a profile by name or path.
  ///
  /// - Returns: the problems in the order of their lines; empty for a sound profile. Problems of an extended
  ///   profile are found by checking that one.
  /// - Throws: when the file itself cannot be read.
  public static func problems(
    of nameOrPath: String, in library: ProfileLibrary
  ) throws(InputError) -> [ProfileProblem] {
    var found: [ProfileProblem] = []
    let chain = try library.chain(nameOrPath, problems: &found)
    guard let own = chain.first else { return found }
    var lint = ProfileLint(
      file: own.file, own: own, whole: ProfileLibrary.description(chain), problems: found)
    lint.checkCommands()
    lint.checkLayouts()
    lint.checkRegisters()
    return lint.problems.sorted { ($0.file == own.file ? 0 : 1, $0.line) < ($1.file == own.file ? 0 : 1, $1.line) }
  }

  private init(file: String, own: ProfileFile, whole: ProfileDescription, problems: [ProfileProblem]) {
    self.file = file
    self.own = own
    self.whole = whole
    self.problems = problems
  }

  private mutating func report(_ line: Int, _ message: String) {
    problems.append(ProfileProblem(file: file, line: line, message: message))
  }

  // MARK: - Commands

  private mutating func checkCommands() {
    for (format, commands, all) in [
      ("55aa", own.description.commands, whole.commands),
      ("5aa5", own.description.ninebotCommands, whole.ninebotCommands),
    ] {
      for (code, command) in commands.sorted(by: { $0.key < $1.key }) {
        let line = own.commandLines[format]?[code] ?? 0
        let asks = [.read, .leverRead, .write].contains(command.kind)
        if asks, command.answer == nil {
          report(line, "command '\(command.name)' asks, so it needs the 'answer' code")
        }
        if [.quietWrite, .push, .answer, .readReply, .writeAck].contains(command.kind), command.answer != nil {
          report(line, "command '\(command.name)' is not answered, so it has no 'answer' code")
        }
        if let answer = command.answer, all[answer] == nil {
          report(line, "the answer \(ProfileFile.hex(answer)) of '\(command.name)' is no command of \(format)")
        }
      }
    }
  }

  // MARK: - Layouts

  private mutating func checkLayouts() {
    struct Key: Hashable {
      var command: UInt8
      var from: Role?
      var isReply: Bool?
      var payload: UInt8
    }
    var seen: Set<Key> = []
    for (layout, line) in zip(own.description.layouts, own.layoutLines) {
      let command = ProfileFile.hex(layout.command)
      if whole.commands[layout.command] == nil, whole.ninebotCommands[layout.command] == nil {
        report(line, "frame of command \(command), which is in no list of commands")
      }
      let key = Key(command: layout.command, from: layout.from, isReply: layout.isReply, payload: layout.payload)
      if !seen.insert(key).inserted {
        report(line, "a second frame for command \(command) with \(layout.payload) payload bytes and the same speaker")
      }
      for text in layout.fields {
        let end = Int(text.field.offset) + Int(text.field.size)
        if end > Int(layout.payload) || (text.field.offset < 0 && text.field.size > 1) {
          report(line, "field '\(text.name)' ends at byte \(end) of \(layout.payload) payload bytes")
        }
        checkField(text, line)
      }
      checkOverlap(of: layout.fields, line)
      checkNames(layout.fields.map { ($0.name, line) }, "frame of command \(command)")
    }
  }

  // MARK: - Registers

  private mutating func checkRegisters() {
    for key in own.removed.sorted(by: { ($0.role.rawValue, $0.register) < ($1.role.rawValue, $1.register) })
    where own.description.registers[key.role]?[key.register] != nil {
      report(own.registerLines[key] ?? 0, "register \(ProfileFile.hex(key.register)) is both given and taken away")
    }
    for role in Role.allCases {
      guard let registers = own.description.registers[role] else { continue }
      var covered = 0
      var coveredBy: UInt8 = 0
      for (number, fields) in registers.sorted(by: { $0.key < $1.key }) {
        let line = own.registerLines[ProfileFile.RegisterKey(role: role, register: number)] ?? 0
        if Int(number) < covered {
          report(
            line,
            "register \(ProfileFile.hex(number)) overlaps \(ProfileFile.hex(coveredBy)), which reaches to "
              + ProfileFile.hex(UInt8(clamping: covered - 1)))
        }
        let end = Int(number) + max(1, ProfileFile.words(fields))
        if end > 256 { report(line, "register \(ProfileFile.hex(number)) reaches past register 0xff") }
        if end > covered { (covered, coveredBy) = (end, number) }
        for text in fields { checkField(text, line) }
        checkOverlap(of: fields, line)
      }
      checkRegisterNames(of: role)
    }
  }

  /// Names must be single over all registers of a device: one read can span many.
  private mutating func checkRegisterNames(of role: Role) {
    var names: [(String, Int)] = []
    for (number, fields) in (whole.registers[role] ?? [:]).sorted(by: { $0.key < $1.key }) {
      let line = own.registerLines[ProfileFile.RegisterKey(role: role, register: number)]
      for text in fields { names.append((text.name, line ?? 0)) }
    }
    checkNames(names, "registers of '\(role.name)'")
  }

  // MARK: - Fields

  private mutating func checkNames(_ names: [(name: String, line: Int)], _ place: String) {
    var first: [String: Int] = [:]
    for (name, line) in names {
      guard let other = first[name] else {
        first[name] = line
        continue
      }
      report(max(line, other), "the name '\(name)' stands twice in the \(place)")
    }
  }

  /// Two readings of the same bytes are only right where both are marked as disputed.
  private mutating func checkOverlap(of fields: [ProfileDescription.FieldText], _ line: Int) {
    for (index, text) in fields.enumerated() {
      for other in fields[..<index] where other.dispute.isEmpty || text.dispute.isEmpty {
        let (low, high) = (other.field.offset, other.field.offset + Int16(other.field.size))
        if text.field.offset < high, low < text.field.offset + Int16(text.field.size) {
          report(line, "fields '\(other.name)' and '\(text.name)' overlap and are not both 'disputed'")
        }
      }
    }
  }

  private mutating func checkField(_ text: ProfileDescription.FieldText, _ line: Int) {
    let field = text.field
    let isScaled = field.multiplier != 1 || field.addend != 0 || field.decimals > 0
    if isScaled, field.presentation != .number {
      report(line, "field '\(text.name)' is no number, so 'times', 'plus' and 'decimals' do not apply")
    } else if isScaled, text.unit.isEmpty {
      report(line, "field '\(text.name)' is scaled and has no 'unit'")
    }
    if !text.unit.isEmpty, field.presentation != .number {
      report(line, "field '\(text.name)' is no number, so it has no 'unit'")
    }
    if text.usesErrors, whole.errors.isEmpty {
      report(line, "field '\(text.name)' uses error codes, and the profile has no 'errors'")
    }
    guard !text.values.isEmpty else { return }
    switch field.presentation {
    case .bits:
      for bit in text.values.keys.sorted() where bit >= Int64(field.size) * 8 {
        report(line, "field '\(text.name)' has \(Int(field.size) * 8) bits, so there is no bit \(bit)")
      }
    case .number, .hex:
      let range = Self.range(of: field.storage)
      for value in text.values.keys.sorted() where !range.contains(value) {
        report(line, "field '\(text.name)' holds \(range.lowerBound) to \(range.upperBound), so never \(value)")
      }
    case .version, .date, .raw: report(line, "field '\(text.name)' cannot have names for values")
    }
  }

  private static func range(of storage: Field.Storage) -> ClosedRange<Int64> {
    switch storage {
    case .u8: 0...0xFF
    case .i8: -0x80...0x7F
    case .u16: 0...0xFFFF
    case .i16: -0x8000...0x7FFF
    case .u32: 0...0xFFFF_FFFF
    case .i32: -0x8000_0000...0x7FFF_FFFF
    case .ascii, .bytes: 0...0
    }
  }
}
