import NinebotBus

extension ProfileFile {
  // MARK: - Registers

  mutating func readRegisters(_ node: YamlNode, _ reader: inout NodeReader) {
    for (_, node, value) in reader.pairs(node, of: "registers") {
      guard let role = reader.role(node, "role") else { continue }
      if case .scalar = value.content {
        description.sameRegisters[role] = reader.role(value, "role with the same registers")
        continue
      }
      for (_, node, value) in reader.pairs(value, of: "registers of a role") {
        guard let number = reader.byte(node, "register") else { continue }
        readRegister(RegisterKey(role: role, register: number), node, value, &reader)
      }
    }
  }

  private mutating func readRegister(
    _ key: RegisterKey, _ place: YamlNode, _ node: YamlNode, _ reader: inout NodeReader
  ) {
    let line = place.line
    if case .scalar(let scalar) = node.content {
      guard scalar == "none" else {
        reader.report(node, "a register must be a field, a list of fields, or 'none' to take it away")
        return
      }
      removed.insert(key)
      return
    }
    if registerLines[key] != nil {
      reader.report(line: line, "register \(Self.hex(key.register)) stands twice")
    }
    registerLines[key] = line
    guard case .sequence(let sequence) = node.content else {
      guard let (field, copies) = Self.field(node, &reader, smallestOffset: 0) else { return }
      addCopies(copies, of: field, at: key, line: line, &reader)
      return
    }
    let fields = sequence.compactMap { node in Self.field(node, &reader, smallestOffset: 0).map { ($0.0, $0.1, node) } }
    for (_, copies, node) in fields where copies > 1 {
      reader.report(node, "'repeat' is for a register with a single field")
    }
    description.registers[key.role, default: [:]][key.register] = fields.map(\.0)
  }

  /// Lays out `repeat`: the same field in register after register, with a number behind its name.
  private mutating func addCopies(
    _ copies: Int, of field: ProfileDescription.FieldText, at key: RegisterKey, line: Int, _ reader: inout NodeReader
  ) {
    guard copies > 1 else {
      description.registers[key.role, default: [:]][key.register] = [field]
      return
    }
    let words = (Int(field.field.size) + 1) / 2
    for copy in 0..<copies {
      let number = Int(key.register) + copy * words
      guard number <= 255 else {
        reader.report(line: line, "'repeat' runs past register 0xff")
        return
      }
      var named = field
      named.name += "_\(copy + 1)"
      let own = RegisterKey(role: key.role, register: UInt8(number))
      description.registers[key.role, default: [:]][own.register] = [named]
      registerLines[own] = line
    }
  }

  static func hex(_ byte: UInt8) -> String {
    "0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }

  // MARK: - Layouts

  private static let layoutKeys = ["command", "from", "reply", "payload", "name", "fields"]

  mutating func readLayouts(_ node: YamlNode, _ reader: inout NodeReader) {
    guard case .sequence(let sequence) = node.content else {
      reader.report(node, "frames must be a list")
      return
    }
    for node in sequence {
      var command: UInt8?
      var payload: UInt8?
      var layout = ProfileDescription.Layout(command: 0, payload: 0)
      for (key, node, value) in reader.pairs(node, of: "a frame") {
        switch key {
        case "command": command = reader.byte(value, "command")
        case "from": layout.from = reader.role(value, "from")
        case "reply": layout.isReply = reader.flag(value, "reply")
        case "payload": payload = reader.byte(value, "payload")
        case "name": layout.name = reader.text(value, "name") ?? ""
        case "fields": layout.fields = Self.fields(value, &reader)
        default: reader.unknown(key, node, of: "a frame", allowed: Self.layoutKeys)
        }
      }
      guard let command, let payload else {
        reader.report(node, "a frame needs 'command' and 'payload' (its number of bytes)")
        continue
      }
      layout.command = command
      layout.payload = payload
      description.layouts.append(layout)
      layoutLines.append(node.line)
    }
  }

  private static func fields(_ node: YamlNode, _ reader: inout NodeReader) -> [ProfileDescription.FieldText] {
    guard case .sequence(let sequence) = node.content else {
      reader.report(node, "fields must be a list")
      return []
    }
    return sequence.compactMap { node in
      guard let (field, copies) = field(node, &reader, smallestOffset: -1) else { return nil }
      if copies > 1 { reader.report(node, "'repeat' is for registers") }
      return field
    }
  }

  // MARK: - One field

  private static let fieldKeys = [
    "name", "type", "size", "at", "times", "plus", "decimals", "unit", "access", "values", "bits", "show", "disputed",
    "repeat",
  ]

  /// How a type is stored, how it reads, and its size in bytes where that is fixed.
  private static let types: [(String, (Field.Storage, Field.Presentation, Int?))] = [
    ("u8", (.u8, .number, 1)), ("i8", (.i8, .number, 1)), ("u16", (.u16, .number, 2)), ("i16", (.i16, .number, 2)),
    ("u32", (.u32, .number, 4)), ("i32", (.i32, .number, 4)), ("ascii", (.ascii, .raw, nil)),
    ("bytes", (.bytes, .raw, nil)), ("bits", (.u16, .bits, nil)), ("version", (.u16, .version, 2)),
    ("date", (.u16, .date, 2)),
  ]

  static func field(
    _ node: YamlNode, _ reader: inout NodeReader, smallestOffset: Int
  ) -> (ProfileDescription.FieldText, copies: Int)? {
    var name: String?
    var type: (Field.Storage, Field.Presentation, Int?)?
    var size: Int?
    var copies = 1
    var text = ProfileDescription.FieldText(Field(name: .none, storage: .u16, presentation: .number, size: 2), name: "")
    for (key, node, value) in reader.pairs(node, of: "a field") {
      switch key {
      case "name": name = reader.identifier(value, "name")
      case "type": type = reader.choice(value, "type", types)
      case "size": size = reader.integer(value, "size", in: 1...253)
      case "at": text.field.offset = Int16(reader.integer(value, "at", in: smallestOffset...252) ?? 0)
      case "times": text.field.multiplier = Int32(reader.integer(value, "times", in: 1...1_000_000) ?? 1)
      case "plus": text.field.addend = Int32(reader.integer(value, "plus", in: -1_000_000...1_000_000) ?? 0)
      case "decimals": text.field.decimals = UInt8(reader.integer(value, "decimals", in: 0...6) ?? 0)
      case "unit": text.unit = reader.text(value, "unit") ?? ""
      case "disputed": text.dispute = reader.text(value, "disputed") ?? ""
      case "repeat": copies = reader.integer(value, "repeat", in: 1...256) ?? 1
      case "access":
        text.field.access = reader.choice(value, "access", [("r", .read), ("w", .write), ("rw", .readWrite)]) ?? .read
      case "show": _ = reader.choice(value, "show", [("hex", ())]).map { text.field.presentation = .hex }
      case "values" where value.text == "errors": text.usesErrors = true
      case "values": text.values = named(value, "value", in: -0x8000_0000...0xFFFF_FFFF, &reader)
      case "bits": text.values = named(value, "bit", in: 0...31, &reader)
      default: reader.unknown(key, node, of: "a field", allowed: fieldKeys)
      }
    }
    guard let name, let type else {
      reader.report(node, "a field needs 'name' and 'type'")
      return nil
    }
    text.name = name
    guard apply(type, size: size, to: &text, node, &reader) else { return nil }
    return (text, copies)
  }

  /// Puts storage, presentation and size together.
  private static func apply(
    _ type: (Field.Storage, Field.Presentation, Int?), size: Int?, to text: inout ProfileDescription.FieldText,
    _ node: YamlNode, _ reader: inout NodeReader
  ) -> Bool {
    let showsHex = text.field.presentation == .hex
    (text.field.storage, text.field.presentation) = (type.0, type.1)
    switch (type.1, type.2, size) {
    case (.bits, _, let size):
      switch size ?? 2 {
      case 1: text.field.storage = .u8
      case 2: text.field.storage = .u16
      case 4: text.field.storage = .u32
      default:
        reader.report(node, "bits '\(text.name)' take 1, 2 or 4 bytes, not \(size ?? 2)")
        return false
      }
      text.field.size = UInt8(size ?? 2)
    case (_, let fixed?, let size):
      guard size == nil || size == fixed else {
        reader.report(node, "field '\(text.name)' has a type of \(fixed) bytes, not \(size ?? fixed)")
        return false
      }
      text.field.size = UInt8(fixed)
    case (_, nil, let size?): text.field.size = UInt8(size)
    case (_, nil, nil):
      reader.report(node, "field '\(text.name)' needs a 'size' in bytes")
      return false
    }
    guard showsHex else { return true }
    guard type.1 == .number else {
      reader.report(node, "'show: hex' is for numbers, not for '\(text.name)'")
      return false
    }
    text.field.presentation = .hex
    return true
  }

  private static func named(
    _ node: YamlNode, _ thing: String, in range: ClosedRange<Int>, _ reader: inout NodeReader
  ) -> [Int64: String] {
    var names: [Int64: String] = [:]
    let pairs = reader.pairs(node, of: "\(thing)s")
    if pairs.count > 255 { reader.report(node, "more than 255 \(thing)s") }
    for (_, node, value) in pairs.prefix(255) {
      guard let number = reader.integer(node, thing, in: range), let text = reader.text(value, "\(thing) name") else {
        continue
      }
      names[Int64(number)] = text
    }
    return names
  }
}
