/// Reads what clients print with debugging on, and what people paste of it into an issue: miauth's `<- 55 ab 10 01 ...`
/// with `DEV_KEY: ...` and the like, m365-mi's `-> 55ab...`.
///
/// Lines that are neither are skipped; a value that was wrapped goes on in the next line.
struct TextLogParser: Sendable {
  enum Event: Sendable {
    /// A value of some characteristic.
    case value(BleDirection, [UInt8])
    /// A request that the client prints before it encrypts it: from the address on, without checksum.
    case clear([UInt8], CommFormat)
    case keys(SessionKeys)
    case token(MiToken)
    /// The client connects anew.
    case connecting
  }

  /// Longer lines are not of such a log.
  private static let longestLine = 1 << 16

  private enum Arrow {
    case received
    case sent
    /// What was just printed in clear, encrypted.
    case sentEncrypted
    /// What was just printed in pieces, put together.
    case receivedWhole
  }

  private struct Pending: Sendable {
    var arrow: Arrow
    var bytes: [UInt8]
    /// Something stood behind the bytes, so the value is whole.
    var isClosed: Bool
  }

  private var line: [UInt8] = []
  private var isTooLong = false
  private var pending: Pending?
  /// A clear request that waits for the line that says how it was sent.
  private var clear: (body: [UInt8], isNinebot: Bool)?
  /// Halves of session keys in hexadecimal.
  private var keys: [String: [UInt8]] = [:]

  init() {}

  /// Whether the text has a line that such a client prints.
  static func recognises(_ prefix: [UInt8]) -> Bool {
    guard !prefix.contains(0) else { return false }
    return prefix.split(separator: 0x0A).contains { line in
      guard let (_, rest) = arrow(in: Array(line)) else { return false }
      return !hex(rest).bytes.isEmpty
    }
  }

  /// Takes more of the text.
  mutating func push(_ text: Span<UInt8>, into events: inout [Event]) {
    for index in 0..<text.count {
      let byte = text[index]
      if byte == 0x0A || byte == 0x0D {
        endLine(&events)
      } else if line.count < Self.longestLine {
        line.append(byte)
      } else {
        isTooLong = true
      }
    }
  }

  /// Ends the text.
  mutating func finish(into events: inout [Event]) {
    endLine(&events)
    flush(&events)
    flushClear(&events, .plain55AA)
    for name in keys.keys { keys[name]?.clear() }
    keys.removeAll()
  }

  private mutating func endLine(_ events: inout [Event]) {
    defer {
      line.clear()
      isTooLong = false
    }
    guard !isTooLong, !line.isEmpty else { return }
    if let (arrow, rest) = Self.arrow(in: line) {
      flush(&events)
      let (bytes, isClosed) = Self.hex(rest)
      guard !bytes.isEmpty || isClosed else { return }
      pending = Pending(arrow: arrow, bytes: bytes, isClosed: isClosed)
      return
    }
    if let current = pending, !current.isClosed {
      let (bytes, isClosed) = Self.hex(line[...])
      // A line of bytes alone goes on with the value above it.
      if !bytes.isEmpty, current.bytes.count + bytes.count <= ParcelAssembler.longestPacket {
        pending?.bytes.append(contentsOf: bytes)
        pending?.isClosed = isClosed
        return
      }
    }
    flush(&events)
    readKey(&events)
    if line.starts(with: Array("Connecting".utf8)) { events.append(.connecting) }
  }

  // MARK: - Values

  /// The arrow of a line and what stands behind it.
  private static func arrow(in line: [UInt8]) -> (Arrow, ArraySlice<UInt8>)? {
    let forms: [(String, Arrow)] = [
      ("<<--", .receivedWhole), ("-->>", .sentEncrypted), ("<-", .received), ("->", .sent),
    ]
    for (form, arrow) in forms {
      let mark = Array(form.utf8)
      guard let first = mark.first, line.count >= mark.count else { continue }
      for index in 0...(line.count - mark.count)
      where line[index] == first && line[index..<(index + mark.count)].elementsEqual(mark) {
        return (arrow, line[(index + mark.count)...])
      }
    }
    return nil
  }

  /// The bytes at the start of a text: pairs of digits, alone or in longer words. `isClosed` when other words follow.
  private static func hex(_ text: ArraySlice<UInt8>) -> (bytes: [UInt8], isClosed: Bool) {
    var bytes: [UInt8] = []
    for word in text.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x2D || $0 == 0x3A }) {
      guard word.count % 2 == 0, word.allSatisfy({ HexText.digit($0) != nil }) else { return (bytes, true) }
      var index = word.startIndex
      while index < word.endIndex {
        bytes.append((HexText.digit(word[index]) ?? 0) << 4 | (HexText.digit(word[index + 1]) ?? 0))
        index += 2
      }
    }
    return (bytes, false)
  }

  private mutating func flush(_ events: inout [Event]) {
    guard let value = pending else { return }
    pending = nil
    switch value.arrow {
    case .receivedWhole: return
    case .received:
      flushClear(&events, .plain55AA)
      events.append(.value(.toPhone, value.bytes))
    case .sentEncrypted:
      guard let clear else {
        events.append(.value(.toScooter, value.bytes))
        return
      }
      flushClear(&events, clear.isNinebot ? .ninebotCrypto : .ccm)
    case .sent:
      flushClear(&events, .plain55AA)
      if let (body, isNinebot) = Self.clearBody(value.bytes) {
        clear = (body, isNinebot)
      } else {
        events.append(.value(.toScooter, value.bytes))
      }
    }
  }

  /// The body of a frame without checksum; nil for anything else.
  private static func clearBody(_ bytes: [UInt8]) -> (body: [UInt8], isNinebot: Bool)? {
    guard bytes.count >= 6 else { return nil }
    switch (bytes[0], bytes[1]) {
    case (0x55, 0xAA) where bytes.count == Int(bytes[2]) + 4: return (Array(bytes[3...]), false)
    case (0x5A, 0xA5) where bytes.count == Int(bytes[2]) + 7: return (Array(bytes[3...]), true)
    default: return nil
    }
  }

  private mutating func flushClear(_ events: inout [Event], _ format: CommFormat) {
    guard let (body, isNinebot) = clear else { return }
    clear = nil
    events.append(.clear(body, isNinebot && format == .plain55AA ? .plain5AA5 : format))
  }

  // MARK: - Keys

  /// `DEV_KEY: 99 51 fb ...`, `token=0cf5...` and the like.
  private mutating func readKey(_ events: inout [Event]) {
    guard let separator = line.firstIndex(where: { $0 == 0x3A || $0 == 0x3D }), separator < 64 else { return }
    let words = line[..<separator].split { !($0 == 0x5F || Self.isLetter($0)) }
    guard let word = words.last else { return }
    let name = String(decoding: word, as: UTF8.self).lowercased()
    var bytes = Self.hex(line[(separator + 1)...]).bytes
    defer { bytes.clear() }
    switch (name, bytes.count) {
    case ("token", MiToken.count): if let token = MiToken(SecretBytes(bytes)) { events.append(.token(token)) }
    case ("app_key", 16), ("dev_key", 16), ("app_iv", 4), ("dev_iv", 4):
      keys[name] = bytes
      pair("app", &events)
      pair("dev", &events)
    default: return
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & 0xDF) }

  /// Makes a cipher once both halves were printed.
  private mutating func pair(_ side: String, _ events: inout [Event]) {
    guard var key = keys[side + "_key"], var iv = keys[side + "_iv"] else { return }
    keys[side + "_key"] = nil
    keys[side + "_iv"] = nil
    guard let cipher = try? CommCipher(key: SecretBytes(clearing: &key), iv: SecretBytes(clearing: &iv)) else { return }
    events.append(
      .keys(
        SessionKeys(toScooter: side == "app" ? cipher : nil, toPhone: side == "dev" ? cipher : nil)))
  }
}
