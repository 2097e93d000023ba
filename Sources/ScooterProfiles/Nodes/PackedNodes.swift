/// A document in a form that is read at once: Yams takes 4 ms for what every start needs.
///
/// The YAML files are what counts; `make profiles` packs them, and a test holds that they say the same. A node is a
/// number `count * 4 + kind` (0 scalar, 1 sequence, 2 mapping), a number for its line, then `count` bytes of text, items,
/// or keys each followed by its value. Numbers are LEB128.
enum PackedNodes {
  private static let scalar = 0
  private static let sequence = 1
  private static let mapping = 2
  /// Deeper than any profile.
  private static let deepest = 32

  // MARK: - Writing

  static func bytes(of node: YamlNode) -> [UInt8] {
    var bytes: [UInt8] = []
    append(node, to: &bytes)
    return bytes
  }

  private static func append(_ node: YamlNode, to bytes: inout [UInt8]) {
    func head(_ count: Int, _ kind: Int) {
      append(count << 2 | kind, to: &bytes)
      append(node.line, to: &bytes)
    }
    switch node.content {
    case .scalar(let text):
      head(text.utf8.count, scalar)
      bytes += text.utf8
    case .sequence(let items):
      head(items.count, sequence)
      for item in items { append(item, to: &bytes) }
    case .mapping(let pairs):
      head(pairs.count, mapping)
      for pair in pairs {
        append(pair.key, to: &bytes)
        append(pair.value, to: &bytes)
      }
    }
  }

  private static func append(_ number: Int, to bytes: inout [UInt8]) {
    var rest = UInt(bitPattern: number)
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  // MARK: - Reading

  /// The document; nil where the bytes are damaged.
  static func node(_ bytes: [UInt8]) -> YamlNode? {
    let span = bytes.span
    var place = 0
    guard let node = node(span, &place, depth: 0), place == span.count else { return nil }
    return node
  }

  private static func node(_ bytes: Span<UInt8>, _ place: inout Int, depth: Int) -> YamlNode? {
    guard depth < deepest, let head = number(bytes, &place), let line = number(bytes, &place) else { return nil }
    let count = head >> 2
    // Every node takes two bytes or more, so no count of a sound document is larger than what follows.
    guard count <= bytes.count - place else { return nil }
    switch head & 3 {
    case scalar:
      guard let utf8 = try? UTF8Span(validating: bytes.extracting(place..<(place + count))) else { return nil }
      let text = String(copying: utf8)
      place += count
      return YamlNode(.scalar(text), line: line)
    case sequence:
      var items: [YamlNode] = []
      items.reserveCapacity(count)
      for _ in 0..<count {
        guard let item = node(bytes, &place, depth: depth + 1) else { return nil }
        items.append(item)
      }
      return YamlNode(.sequence(items), line: line)
    case mapping:
      var pairs: [YamlNode.Pair] = []
      pairs.reserveCapacity(count)
      for _ in 0..<count {
        guard let key = node(bytes, &place, depth: depth + 1), let value = node(bytes, &place, depth: depth + 1) else {
          return nil
        }
        pairs.append(YamlNode.Pair(key: key, value: value))
      }
      return YamlNode(.mapping(pairs), line: line)
    default: return nil
    }
  }

  private static func number(_ bytes: Span<UInt8>, _ place: inout Int) -> Int? {
    var number = 0
    for shift in stride(from: 0, to: 28, by: 7) {
      guard place < bytes.count else { return nil }
      let byte = bytes[place]
      place += 1
      number |= Int(byte & 0x7F) << shift
      if byte < 0x80 { return number }
    }
    return nil
  }
}
