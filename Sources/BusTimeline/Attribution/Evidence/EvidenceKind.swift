/// A kind of evidence, by name and words. `allCases` has those that there are files of.
public struct EvidenceKind: Sendable {
  /// How a vote is put into words.
  public enum Words: Sendable {
    /// In favour of the sender, or against it.
    case said(inFavour: StaticString, against: StaticString)
    /// What was measured, beside what is usual for the sender and the next best.
    case measured(Quantity)
  }

  /// What is measured of one frame.
  public enum Quantity: Sendable {
    /// Microseconds from start bit to start bit.
    case pitch
    /// Bounds of the same, where packets were timed.
    case pitchBounds
    /// Parts per million against the nominal bit.
    case bitClock
  }

  /// The name in JSON and text.
  public let name: StaticString
  public let words: Words
  /// Its place in `EvidenceTable` and `Votes`.
  let row: Int

  init(_ evidence: any Evidence.Type) {
    name = evidence.name
    words = evidence.words
    row = evidence.row
  }
}
