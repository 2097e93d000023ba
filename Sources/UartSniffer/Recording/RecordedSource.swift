public import CaptureFiles

/// A recording: bytes that are all there, read in pieces of bounded size.
///
/// The chunks of all taps come merged in time as far as the file allows, and a reader never holds more than a
/// bounded window of it. What is readable before a defect is returned; the defect is thrown after it.
public protocol RecordedSource: Sendable {
  /// The taps, known once the first chunk was returned.
  var taps: [Tap] { get }
  /// Unix time of the recording's time 0, in nanoseconds, where the file tells it.
  var origin: Int64? { get }
  /// The next bytes, or nil at the end.
  mutating func next() throws(InputError) -> ByteChunk?

  /// What a person should know besides the bytes, such as noise that was rejected. Complete at the end.
  var notes: [String] { get }
}

extension RecordedSource {
  public var notes: [String] { [] }
}
