extension Profile {
  /// Reads one frame by its bytes and the link it was seen on; nil where `bytes` is no whole frame.
  ///
  /// The checksum is not looked at. `link` matters for 55AA only: 5AA5 frames name both ends.
  @inlinable
  public func read(_ bytes: Span<UInt8>, on link: Link = .escBle) -> FrameReading? {
    guard let layout = FrameLayout(bytes) else { return sealed(bytes) }
    var reading = FrameReading(format: layout.format, act: .unknown)
    reading.command = bytes[layout.command]
    reading.argument = bytes[layout.command + 1]
    reading.payloadOffset = UInt8(truncatingIfNeeded: layout.payload.lowerBound)
    reading.payloadCount = UInt8(truncatingIfNeeded: layout.payload.count)
    reading.address = bytes[3]
    let isReply: Bool
    let row: Int
    if layout.format == .ninebot {
      reading.destination = bytes[4]
      reading.from = ninebotRoles[Int(reading.address)]
      reading.to = ninebotRoles[Int(reading.destination)]
      reading.stockSender = reading.from
      isReply = reading.from.depth > reading.to.depth
      row = 256 | Int(reading.command)
    } else {
      let entry = addresses[Int(link.rawValue) << 8 | Int(reading.address)]
      reading.from = entry.from
      reading.to = entry.to
      reading.stockSender = entry.sentBy
      isReply = entry.isReply
      row = Int(reading.command)
    }
    let command = commands[row]
    reading.name = command.name
    reading.act = act(command, isReply: isReply, from: reading.from)
    describe(&reading, command, isReply: isReply, bytes)
    return reading
  }

  /// Calls `body` with each field of a frame, in the order of its bytes.
  ///
  /// - Parameters:
  ///   - reading: what `read` returned for the same bytes.
  ///   - bytes: the whole frame.
  ///   - body: takes one field.
  @inlinable
  public func forEachField(
    of reading: FrameReading, in bytes: Span<UInt8>, _ body: (FieldReading) -> Void
  ) {
    switch reading.contents {
    case .none: return
    case .layout(let first, let count):
      let start = Int(reading.payloadOffset)
      for index in Int(first)..<(Int(first) + Int(count)) {
        let field = fields[index]
        let at = start + Int(field.offset)
        body(FieldReading(field: field, raw: Self.number(field, at: at, in: bytes), offset: at, count: Int(field.size)))
      }
    case .registers(let first): forEachRegister(of: reading, from: first, in: bytes, body)
    }
  }

  /// The words of a payload, each by the register it stands for; words of unknown registers come as they are.
  @inlinable
  func forEachRegister(
    of reading: FrameReading, from first: UInt8, in bytes: Span<UInt8>, _ body: (FieldReading) -> Void
  ) {
    var at = Int(reading.payloadOffset)
    let end = min(at + Int(reading.payloadCount), bytes.count)
    var register = Int(first)
    let row = Int(reading.subject.rawValue) << 8
    while at < end {
      let entry = register < 256 ? registers[row | register] : RegisterEntry()
      let room = end - at
      var taken = 0
      for index in Int(entry.first)..<(Int(entry.first) + Int(entry.count)) {
        let field = fields[index]
        let offset = Int(field.offset)
        if offset + Int(field.size) <= room {
          let raw = Self.number(field, at: at + offset, in: bytes)
          body(FieldReading(field: field, raw: raw, offset: at + offset, count: Int(field.size)))
        } else if offset < room, !field.isNumeric {
          body(FieldReading(field: field, raw: 0, offset: at + offset, count: room - offset))
        } else if offset == 0, room == 1, reading.act == .write || reading.act == .quietWrite {
          // One byte is enough to set a flag: power off is 79 with 01 (protocol.md 9.1).
          body(FieldReading(field: field, raw: Int64(bytes[at]), offset: at, count: 1))
        } else {
          continue
        }
        taken = Int(entry.size)
      }
      if taken == 0 {
        taken = min(2, room)
        let field = rawField(register, size: taken)
        body(FieldReading(field: field, raw: Self.number(field, at: at, in: bytes), offset: at, count: taken))
      }
      at += taken
      register += (taken + 1) / 2
    }
  }

  /// A word of a register that the profile does not know.
  @inlinable
  func rawField(_ register: Int, size: Int) -> Field {
    let name = Label(
      offset: rawNames + UInt32(register & 0xFF) * UInt32(Self.rawNameLength), count: Self.rawNameLength)
    return Field(
      name: name, storage: size == 1 ? .u8 : .u16, presentation: .hex, size: UInt8(truncatingIfNeeded: size))
  }

  /// The stored number; 0 for text and bytes.
  @inlinable
  static func number(_ field: Field, at offset: Int, in bytes: Span<UInt8>) -> Int64 {
    switch field.storage {
    case .u8: Int64(bytes[offset])
    case .i8: Int64(Int8(bitPattern: bytes[offset]))
    case .u16: Int64(word(bytes, offset))
    case .i16: Int64(Int16(bitPattern: word(bytes, offset)))
    case .u32: Int64(UInt32(word(bytes, offset)) | UInt32(word(bytes, offset + 2)) << 16)
    case .i32: Int64(Int32(bitPattern: UInt32(word(bytes, offset)) | UInt32(word(bytes, offset + 2)) << 16))
    case .ascii, .bytes: 0
    }
  }

  @inlinable
  static func word(_ bytes: Span<UInt8>, _ offset: Int) -> UInt16 {
    UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
  }

  // MARK: - Parts of reading a frame

  @inlinable
  func sealed(_ bytes: Span<UInt8>) -> FrameReading? {
    guard bytes.count >= 12, bytes[0] == 0x55, bytes[1] == 0xAB else { return nil }
    let format: WireFormat
    switch bytes.count - Int(bytes[2]) {
    case WireFormat.xiaomiCCM.overhead: format = .xiaomiCCM
    case WireFormat.xiaomiXOR.overhead: format = .xiaomiXOR
    default: return nil
    }
    var reading = FrameReading(format: format, act: .sealed)
    reading.name = sealedName
    return reading
  }

  @inlinable
  func act(_ command: CommandEntry, isReply: Bool, from: Role) -> FrameReading.Act {
    guard let kind = command.kind else { return .unknown }
    switch kind {
    case .read, .leverRead: return isReply && command.answersItself ? .readReply : .readRequest
    case .write: return isReply && command.answersItself ? .writeAck : .write
    case .quietWrite: return .quietWrite
    case .readReply: return .readReply
    case .writeAck: return .writeAck
    case .push: return .push
    case .answer: return .reply
    case .call:
      if command.server != .unknown { return from == command.server ? .reply : .request }
      return isReply ? .reply : .request
    }
  }

  /// Fills in whose registers or fields the payload holds.
  @inlinable
  func describe(_ reading: inout FrameReading, _ command: CommandEntry, isReply: Bool, _ bytes: Span<UInt8>) {
    let answers: Bool
    switch reading.act {
    case .readReply, .writeAck, .reply, .push: answers = true
    case .readRequest, .write, .quietWrite, .request, .sealed: answers = false
    case .unknown: answers = isReply
    }
    reading.subject = answers ? reading.from : reading.to
    if reading.namesRegister {
      let entry = registers[Int(reading.subject.rawValue) << 8 | Int(reading.argument)]
      if entry.count > 0 { reading.register = fields[Int(entry.first)].name }
    }
    if !answers { reading.expects = expectation(command, reading.argument) }
    switch reading.act {
    case .readReply, .write, .quietWrite: reading.contents = .registers(reading.argument)
    case .readRequest where reading.payloadCount > 0: reading.asked = bytes[Int(reading.payloadOffset)]
    case .reply where command.hasBlock: reading.contents = .registers(command.block)
    default: break
    }
    guard command.layoutCount > 0 else { return }
    for index in Int(command.firstLayout)..<(Int(command.firstLayout) + Int(command.layoutCount)) {
      let layout = layouts[index]
      guard layout.payload == reading.payloadCount, layout.from == nil || layout.from == reading.from,
        layout.isReply == nil || layout.isReply == answers
      else { continue }
      reading.contents = .layout(first: layout.first, count: layout.count)
      if !layout.name.isEmpty { reading.name = layout.name }
      return
    }
  }

  @inlinable
  func expectation(_ command: CommandEntry, _ argument: UInt8) -> FrameReading.Expectation {
    switch command.answerKind {
    case nil: .nothing
    case .read, .readReply, .leverRead: .registers(command.hasBlock ? command.block : argument)
    case .write, .writeAck, .quietWrite: .acknowledgement(argument)
    case .call, .answer, .push: .reply(command.answer)
    }
  }
}
