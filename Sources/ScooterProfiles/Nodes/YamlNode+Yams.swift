import Yams

extension YamlNode {
  /// Why a text is no document that can be read.
  struct ReadError: Error {
    /// 0 where it is not known.
    var line: Int
    var message: String
  }

  /// More than any file of ours holds; aliases inside aliases would make more without end.
  static let mostNodes = 200_000

  /// Reads a document.
  ///
  /// - Returns: nil where it is empty.
  static func read(_ text: String) throws(ReadError) -> YamlNode? {
    do {
      // The basic resolver leaves scalars as text: no pattern is tried on each of them.
      guard let root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot() else { return nil }
      var rest = mostNodes
      return try YamlNode(root, rest: &rest)
    } catch let error as ReadError {
      throw error
    } catch {
      throw ReadError(error)
    }
  }

  private init(_ node: Node, rest: inout Int) throws(ReadError) {
    let line = node.mark?.line ?? 0
    rest -= 1
    guard rest >= 0 else { throw ReadError(line: line, message: "more than \(Self.mostNodes) values") }
    switch node {
    case .scalar(let scalar): self.init(.scalar(scalar.string), line: line)
    case .sequence(let sequence):
      var items: [YamlNode] = []
      items.reserveCapacity(min(sequence.count, rest))
      for item in sequence { items.append(try YamlNode(item, rest: &rest)) }
      self.init(.sequence(items), line: line)
    case .mapping(let mapping):
      var pairs: [Pair] = []
      pairs.reserveCapacity(min(mapping.count, rest))
      for (key, value) in mapping {
        pairs.append(Pair(key: try YamlNode(key, rest: &rest), value: try YamlNode(value, rest: &rest)))
      }
      self.init(.mapping(pairs), line: line)
    case .alias: throw ReadError(line: line, message: "an alias that stands for nothing")
    }
  }
}

extension YamlNode.ReadError {
  fileprivate init(_ error: any Error) {
    guard let error = error as? YamlError else {
      self.init(line: 0, message: "no YAML: \(error)")
      return
    }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      self.init(line: mark.line, message: "no YAML: \(problem)")
    case .reader(let problem, _, _, _): self.init(line: 0, message: "no YAML: \(problem)")
    case .duplicatedKeysInMapping(let keys, let context):
      let shown = keys.map { "'\(NodeReader.shown($0))'" }.joined(separator: ", ")
      self.init(line: context.mark.line, message: "the same key twice in one mapping: \(shown)")
    default: self.init(line: 0, message: "no YAML")
    }
  }
}
