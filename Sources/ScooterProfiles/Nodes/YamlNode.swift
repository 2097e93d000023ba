/// A value of a YAML document, as far as profiles need it, and the line that it stands in.
///
/// It comes from a file through Yams, or from the packed form of a built-in profile.
struct YamlNode: Hashable, Sendable {
  enum Content: Hashable, Sendable {
    /// A single value, as text.
    case scalar(String)
    case sequence([YamlNode])
    /// In the order of the file.
    case mapping([Pair])
  }

  /// One entry of a mapping.
  struct Pair: Hashable, Sendable {
    var key: YamlNode
    var value: YamlNode
  }

  var content: Content
  /// From 1.
  var line: Int

  init(_ content: Content, line: Int) {
    self.content = content
    self.line = line
  }

  /// The text of a single value.
  var text: String? {
    if case .scalar(let text) = content { text } else { nil }
  }

  /// The values of a list.
  var items: [YamlNode]? {
    if case .sequence(let items) = content { items } else { nil }
  }
}
