/// Which rows are shown: every word must occur in the row's text, in any case; `!word` must not.
public struct RowFilter: Hashable, Sendable {
  public var text = ""

  /// Longer filters are not taken.
  static let mostCharacters = 64

  public init(_ text: String = "") { self.text = text }

  public var isEmpty: Bool { words.isEmpty }

  private var words: [Substring] { text.split(separator: " ") }

  /// - Parameter row: tap, sender, `from>to` and message of a row, with blanks between.
  func shows(_ row: String) -> Bool {
    let row = row.lowercased()
    return words.allSatisfy { word in
      word.hasPrefix("!") && word.count > 1
        ? !row.contains(word.dropFirst().lowercased()) : row.contains(word.lowercased())
    }
  }
}
