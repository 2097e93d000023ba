import NinebotBus

/// Takes YAML nodes apart and notes what does not fit, with its line.
struct NodeReader {
  let file: String
  private(set) var problems: [ProfileProblem] = []

  init(file: String) { self.file = file }

  mutating func report(_ node: YamlNode, _ message: String) { report(line: node.line, message) }

  mutating func report(line: Int, _ message: String) {
    problems.append(ProfileProblem(file: file, line: line, message: message))
  }

  /// The pairs of a mapping with plain keys.
  mutating func pairs(_ node: YamlNode, of thing: String) -> [(key: String, node: YamlNode, value: YamlNode)] {
    guard case .mapping(let mapping) = node.content else {
      report(node, "\(thing) must be a mapping of keys and values")
      return []
    }
    return mapping.compactMap { pair in
      guard let text = pair.key.text else {
        report(pair.key, "a key of \(thing) must be a plain word or number")
        return nil
      }
      return (text, pair.key, pair.value)
    }
  }

  mutating func unknown(_ key: String, _ node: YamlNode, of thing: String, allowed: [String]) {
    report(node, "unknown key '\(Self.shown(key))' in \(thing); allowed: \(allowed.joined(separator: ", "))")
  }

  /// The text of a scalar.
  mutating func scalar(_ node: YamlNode, _ thing: String) -> String? {
    guard let text = node.text else {
      report(node, "\(thing) must be a single value")
      return nil
    }
    return text
  }

  /// A text that can stand in output as it is.
  mutating func text(_ node: YamlNode, _ thing: String, mayBeEmpty: Bool = false) -> String? {
    guard let text = scalar(node, thing) else { return nil }
    guard mayBeEmpty || !text.isEmpty else {
      report(node, "\(thing) must not be empty")
      return nil
    }
    guard Label.allows(text), text.utf8.count <= 200 else {
      report(node, "\(thing) must be at most 200 bytes without quotes, backslashes and control characters")
      return nil
    }
    return text
  }

  /// A name for a field: a key in JSON that needs no quoting in queries.
  mutating func identifier(_ node: YamlNode, _ thing: String) -> String? {
    guard let text = text(node, thing) else { return nil }
    let fits = text.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || byte == UInt8(ascii: "_")
    }
    guard fits else {
      report(node, "\(thing) '\(text)' must consist of a-z, 0-9 and _")
      return nil
    }
    return text
  }

  /// A whole number, decimal or 0x hexadecimal.
  mutating func integer(_ node: YamlNode, _ thing: String, in range: ClosedRange<Int>) -> Int? {
    guard let text = scalar(node, thing) else { return nil }
    guard let number = Self.integer(text) else {
      report(node, "\(thing) '\(Self.shown(text))' must be a whole number, decimal or 0x hexadecimal")
      return nil
    }
    guard range.contains(number) else {
      report(node, "\(thing) \(number) is out of range; allowed: \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return number
  }

  /// An address, command or register number.
  mutating func byte(_ node: YamlNode, _ thing: String) -> UInt8? {
    integer(node, thing, in: 0...255).map { UInt8(truncatingIfNeeded: $0) }
  }

  mutating func flag(_ node: YamlNode, _ thing: String) -> Bool? {
    choice(node, thing, [("true", true), ("false", false)])
  }

  mutating func role(_ node: YamlNode, _ thing: String) -> Role? {
    choice(node, thing, Self.roles)
  }

  /// One of several words.
  mutating func choice<Value>(_ node: YamlNode, _ thing: String, _ choices: [(String, Value)]) -> Value? {
    guard let text = scalar(node, thing) else { return nil }
    guard let found = choices.first(where: { $0.0 == text }) else {
      let allowed = choices.map(\.0).joined(separator: ", ")
      report(node, "\(thing) '\(Self.shown(text))' is not known; allowed: \(allowed)")
      return nil
    }
    return found.1
  }

  static let roles = Role.allCases.filter { $0 != .unknown }.map { ("\($0.name)", $0) }

  static func integer(_ text: String) -> Int? {
    if text.hasPrefix("0x") || text.hasPrefix("0X") { return UInt32(text.dropFirst(2), radix: 16).map { Int($0) } }
    return Int(text)
  }

  /// A text from a file, cut and made harmless for a terminal.
  static func shown(_ text: String) -> String {
    String(
      String.UnicodeScalarView(text.unicodeScalars.prefix(40).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }))
  }
}
