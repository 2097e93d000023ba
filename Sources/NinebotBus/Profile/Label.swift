/// A name, unit or note of a profile: where its UTF-8 bytes lie in `Profile.labels`.
///
/// Labels never hold a quote, a backslash or a control character, so a printer copies them into text and JSON
/// as they are.
public struct Label: Hashable, Sendable {
  public var offset: UInt32
  public var count: UInt16

  @inlinable
  public init(offset: UInt32, count: UInt16) {
    self.offset = offset
    self.count = count
  }

  /// No text.
  @inlinable public static var none: Label { Label(offset: 0, count: 0) }

  @inlinable public var isEmpty: Bool { count == 0 }

  /// Indices into `Profile.labels`.
  @inlinable public var range: Range<Int> { Int(offset)..<(Int(offset) + Int(count)) }

  /// Whether a text can be a label.
  public static func allows(_ text: String) -> Bool {
    text.utf8.count <= Int(UInt16.max) && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C && $0 != 0x7F }
  }
}
