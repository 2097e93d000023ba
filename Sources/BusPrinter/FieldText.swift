public import NinebotBus

/// One field of a frame as text, in the form of the lines: for views that place it themselves.
public struct FieldText: Sendable {
  private let writer: FieldWriter

  public init(profile: Profile) { writer = FieldWriter(profile: profile) }

  /// `name=value` with its unit.
  ///
  /// - Parameters:
  ///   - reading: one field of the frame.
  ///   - bytes: the whole frame.
  public func text(_ reading: FieldReading, in bytes: Span<UInt8>) -> String {
    var buffer = TextBuffer(capacity: 256)
    writer.text(reading, in: bytes, to: &buffer)
    return buffer.withBytes { text in
      // Lines put a blank before each field.
      String(decoding: (1..<max(1, text.count)).map { text[$0] }, as: UTF8.self)
    }
  }
}
