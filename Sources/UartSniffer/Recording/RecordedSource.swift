public import CaptureFiles

/// A recording: bytes that are all there, read in pieces of bounded size.
///
/// The chunks of all taps come merged in time as far as the file allows, and a reader never holds more than a
/// bounded window of it. What is readable before a defect is returned; the defect is thrown after it.
public protocol RecordedSource: Sendable {
  /// The taps, known once the first chunk was returned. A file may name more of them later, at the end.
  var taps: [Tap] { get }
  /// Unix time of the recording's time 0, in nanoseconds, where the file tells it.
  var origin: Int64? { get }
  /// What could not be used although the rest could: bad lines, packets of other kinds. A bounded list.
  var warnings: [InputError] { get }
  /// Which part of the recording was handed over.
  var sample: BlockSample { get }
  /// Allows to hand over only a sample of a long recording, which is faster. To be called before the first chunk; not
  /// every format can.
  mutating func allow(_ sampling: Sampling)
  /// The next bytes, or nil at the end.
  mutating func next() throws(InputError) -> ByteChunk?
}

extension RecordedSource {
  public var warnings: [InputError] { [] }
  public var sample: BlockSample { BlockSample() }
  public mutating func allow(_ sampling: Sampling) {}
}

/// Bounds of what recordings say of times, so that sums and differences of them stay in range.
enum RecordingTime {
  /// 36 years to either side of a recording's time 0, in nanoseconds.
  static let bound: Int64 = 1 << 60
  /// Times before this are counted from the start of a capture, not from 1970 (1973-03-03).
  static let firstAbsolute: Int64 = 100_000_000_000_000_000

  /// `time` counted from `origin`, held inside the bound.
  @inline(__always)
  static func since(_ origin: Int64, _ time: Int64) -> Int64 {
    let (difference, overflow) = time.subtractingReportingOverflow(origin)
    if overflow { return time < origin ? -bound : bound }
    return min(max(difference, -bound), bound)
  }

  /// The Unix time to write for a time of a recording, and what it leaves over because it cannot be before 1970.
  static func unix(_ time: Int64, origin: Int64?) -> (Int64, Int64) {
    let (sum, overflow) = (origin ?? 0).addingReportingOverflow(time)
    let written = overflow ? Int64.max : max(0, sum)
    return (written, overflow ? 0 : min(0, sum))
  }
}
