import NinebotBus

/// A signature file as read, and what does not fit its format.
struct SignatureFile: Sendable {
  private(set) var signature = ModuleSignature(name: "", title: "", sources: [])
  private(set) var problems: [ProfileProblem] = []

  /// More than any real signature; a larger file is a mistake.
  static let largestSize = 1 << 16

  private static let keys = [
    "name", "title", "sources", "as", "polls", "writes", "forges-display", "answers-reads", "trigger", "rate",
    "pitch-us", "bit-clock-ppm",
  ]

  /// Reads a file's text. Never fails: what is wrong is in `problems`.
  init(text: String, file: String) {
    var reader = NodeReader(file: file)
    defer { problems = reader.problems }
    guard text.utf8.count <= Self.largestSize else {
      reader.report(line: 0, "the file is larger than \(Self.largestSize >> 10) KiB, so it is no signature")
      return
    }
    do throws(YamlNode.ReadError) {
      guard let root = try YamlNode.read(text) else {
        reader.report(line: 0, "the file is empty")
        return
      }
      read(root, &reader)
    } catch {
      reader.report(line: error.line, error.message)
    }
  }

  private mutating func read(_ root: YamlNode, _ reader: inout NodeReader) {
    for (key, node, value) in reader.pairs(root, of: "a signature") {
      switch key {
      case "name": signature.name = Self.name(value, &reader) ?? ""
      case "title": signature.title = reader.text(value, "title") ?? ""
      case "sources": signature.sources = Self.list(value, "sources", &reader).compactMap { reader.text($0, "source") }
      case "as":
        let parts = ModuleSignature.Part.allCases.map { ($0.rawValue, $0) }
        signature.part = reader.choice(value, "as", parts) ?? .dash
      case "polls": signature.polls = Self.blocks(value, "polls", sized: true, &reader)
      case "writes": signature.writes = Self.blocks(value, "writes", sized: false, &reader)
      case "forges-display": signature.forgesDisplay = reader.flag(value, key) ?? false
      case "answers-reads": signature.answersReads = reader.flag(value, key)
      case "trigger":
        signature.trigger = reader.choice(value, key, ModuleSignature.Trigger.allCases.map { ($0.rawValue, $0) })
      case "rate": signature.rate = Self.range(value, key, in: 0...1000, &reader)
      case "pitch-us": signature.pitch = Self.range(value, key, in: 1...10_000, &reader)
      case "bit-clock-ppm": signature.bitClock = Self.range(value, key, in: -100_000...100_000, &reader)
      default: reader.unknown(key, node, of: "a signature", allowed: Self.keys)
      }
    }
    check(&reader)
  }

  private func check(_ reader: inout NodeReader) {
    if signature.name.isEmpty { reader.report(line: 1, "the signature has no 'name'") }
    if signature.title.isEmpty { reader.report(line: 1, "the signature has no 'title'") }
    if signature.sources.isEmpty { reader.report(line: 1, "the signature names no 'sources'") }
    let says = !signature.polls.isEmpty || signature.pitch != nil || signature.bitClock != nil
    if !says, signature.answersReads == nil {
      reader.report(line: 1, "nothing to tell it by; allowed: polls, pitch-us, bit-clock-ppm, answers-reads")
    }
  }

  private static func name(_ node: YamlNode, _ reader: inout NodeReader) -> String? {
    guard let text = reader.text(node, "name") else { return nil }
    guard text.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }) else {
      reader.report(node, "name '\(NodeReader.shown(text))' must consist of a-z, 0-9 and -")
      return nil
    }
    return text
  }

  static func list(_ node: YamlNode, _ thing: String, _ reader: inout NodeReader) -> [YamlNode] {
    guard case .sequence(let nodes) = node.content else {
      reader.report(node, "\(thing) must be a list")
      return []
    }
    return Array(nodes)
  }

  /// `[esc b0 20, bms 31 0a]`: role, register and byte count, both hexadecimal as on the wire.
  static func blocks(
    _ node: YamlNode, _ thing: String, sized: Bool, _ reader: inout NodeReader
  ) -> [ModuleSignature.Block] {
    let shape = sized ? "role, register, byte count: esc b0 20" : "role and register: esc 7b"
    return list(node, thing, &reader).compactMap { node in
      guard let text = reader.scalar(node, thing) else { return nil }
      let words = text.split(separator: " ")
      guard words.count == (sized ? 3 : 2), let role = Role(name: words[0]), let register = UInt8(words[1], radix: 16),
        let bytes = sized ? UInt8(words[2], radix: 16) : 0
      else {
        reader.report(node, "\(thing) '\(NodeReader.shown(text))' is not \(shape) (hexadecimal)")
        return nil
      }
      return ModuleSignature.Block(subject: role, register: register, bytes: bytes)
    }
  }

  private static func range(
    _ node: YamlNode, _ thing: String, in limits: ClosedRange<Double>, _ reader: inout NodeReader
  ) -> ClosedRange<Double>? {
    let numbers = list(node, thing, &reader).compactMap { reader.scalar($0, thing).flatMap { Double($0) } }
    guard numbers.count == 2, numbers[0] <= numbers[1], limits.contains(numbers[0]), limits.contains(numbers[1]) else {
      reader.report(
        node, "\(thing) must be two numbers, least and most, from \(limits.lowerBound) to \(limits.upperBound)")
      return nil
    }
    return numbers[0]...numbers[1]
  }
}
