/// Lays out the dense tables of a profile.
struct ProfileBuilder {
  var labels: [UInt8] = []
  var fields: [Field] = []
  var namedValues: [NamedValue] = []
  private var known: [String: Label] = [:]

  init() {
    labels.reserveCapacity(8192)
    fields.reserveCapacity(256)
  }

  /// Puts a text into the pool once.
  mutating func label(_ text: String) -> Label {
    if text.isEmpty { return .none }
    if let label = known[text] { return label }
    let bytes = Array(text.utf8.prefix(Int(UInt16.max)))
    let label = Label(offset: UInt32(labels.count), count: UInt16(bytes.count))
    labels += bytes
    known[text] = label
    return label
  }

  mutating func named(_ values: [Int64: String]) -> [NamedValue] {
    let added = values.sorted { $0.key < $1.key }.map { NamedValue(value: $0.key, name: label($0.value)) }
    namedValues += added
    return added
  }

  /// Adds a field and says whether there was room for it.
  private mutating func add(_ text: ProfileDescription.FieldText, errors: (first: UInt16, count: UInt8)) -> Bool {
    guard fields.count < UInt16.max else { return false }
    var field = text.field
    field.name = label(text.name)
    field.unit = label(text.unit)
    field.dispute = label(text.dispute)
    if text.usesErrors {
      (field.firstValue, field.valueCount) = errors
    } else if !text.values.isEmpty, namedValues.count < Int(UInt16.max) - 255 {
      field.firstValue = UInt16(namedValues.count)
      field.valueCount = UInt8(clamping: named(text.values).count)
    }
    fields.append(field)
    return true
  }

  private mutating func add(
    _ texts: [ProfileDescription.FieldText], errors: (first: UInt16, count: UInt8)
  ) -> (first: UInt16, count: UInt8) {
    let first = UInt16(clamping: fields.count)
    var count: UInt8 = 0
    for text in texts.prefix(255) where add(text, errors: errors) { count += 1 }
    return (first, count)
  }

  mutating func registers(
    _ described: [Role: [UInt8: [ProfileDescription.FieldText]]], errors: (first: UInt16, count: UInt8)
  ) -> [RegisterEntry] {
    var entries = [RegisterEntry](repeating: RegisterEntry(), count: Role.allCases.count * 256)
    for role in Role.allCases {
      guard let registers = described[role] else { continue }
      for register in registers.keys.sorted() {
        let texts = (registers[register] ?? []).filter { $0.field.offset >= 0 && $0.field.size > 0 }
        let base = Int(role.rawValue) << 8 | Int(register)
        (entries[base].first, entries[base].count) = add(texts, errors: errors)
        let size = texts.map { Int($0.field.offset) + Int($0.field.size) }.max() ?? 0
        entries[base].size = UInt8(clamping: max(2, size + size % 2))
        if texts.count == 1, texts[0].field.storage == .ascii {
          tails(of: texts[0], from: register, registers: registers, role: role, errors: errors, entries: &entries)
        }
      }
    }
    return entries
  }

  /// A read may start inside a text: the rest of it is named `serial_from_4`.
  private mutating func tails(
    of text: ProfileDescription.FieldText, from register: UInt8, registers: [UInt8: [ProfileDescription.FieldText]],
    role: Role, errors: (first: UInt16, count: UInt8), entries: inout [RegisterEntry]
  ) {
    for skipped in stride(from: 2, to: Int(text.field.size), by: 2) {
      let number = Int(register) + skipped / 2
      guard number <= 255, registers[UInt8(number)] == nil else { return }
      var tail = text
      tail.name += "_from_\(skipped)"
      tail.field.size -= UInt8(skipped)
      let entry = Int(role.rawValue) << 8 | number
      (entries[entry].first, entries[entry].count) = add([tail], errors: errors)
      entries[entry].size = tail.field.size + tail.field.size % 2
    }
  }

  mutating func layouts(
    _ described: [ProfileDescription.Layout], errors: (first: UInt16, count: UInt8)
  ) -> [LayoutEntry] {
    described.sorted { $0.command < $1.command }.map { layout in
      // A field outside its payload is left out here, so that reading needs no further check.
      let fitting = layout.fields.filter {
        $0.field.offset >= -1 && Int($0.field.offset) + Int($0.field.size) <= Int(layout.payload)
      }
      let range = add(fitting, errors: errors)
      return LayoutEntry(
        command: layout.command, payload: layout.payload, from: layout.from, isReply: layout.isReply,
        count: range.count, first: range.first, name: label(layout.name))
    }
  }

  mutating func commands(
    _ described: [UInt8: ProfileDescription.Command], layouts: [LayoutEntry]
  ) -> [CommandEntry] {
    var entries = [CommandEntry](repeating: CommandEntry(), count: 256)
    for code in described.keys.sorted() {
      guard let command = described[code] else { continue }
      var entry = CommandEntry()
      entry.name = label(command.name)
      entry.kind = command.kind
      entry.server = command.server ?? .unknown
      entry.answer = command.answer ?? 0
      entry.answerKind = command.answer.flatMap { described[$0]?.kind }
      entry.answersItself = command.answer == code
      entry.hasBlock = command.block != nil
      entry.block = command.block ?? 0
      if let first = layouts.firstIndex(where: { $0.command == code }) {
        entry.firstLayout = UInt16(clamping: first)
        entry.layoutCount = UInt8(clamping: layouts[first...].prefix { $0.command == code }.count)
      }
      entries[Int(code)] = entry
    }
    return entries
  }

  static func addresses(_ described: [Link: [UInt8: ProfileDescription.Address]]) -> [AddressEntry] {
    var entries = [AddressEntry](repeating: AddressEntry(), count: Link.allCases.count * 256)
    for (link, addresses) in described {
      for (byte, address) in addresses {
        var entry = AddressEntry()
        entry.from = address.from
        entry.to = address.to
        entry.sentBy = address.sentBy ?? address.from
        entry.isReply = address.isReply
        entries[Int(link.rawValue) << 8 | Int(byte)] = entry
      }
    }
    return entries
  }

  /// The names of registers without one, `reg_00` to `reg_ff`.
  mutating func rawNames() -> UInt32 {
    let start = UInt32(labels.count)
    let digits = Array("0123456789abcdef".utf8)
    for number in 0..<256 {
      labels += Array("reg_".utf8)
      labels += [digits[number >> 4], digits[number & 0xF]]
    }
    return start
  }
}
