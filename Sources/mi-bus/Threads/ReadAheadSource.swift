import CaptureFiles
import Foundation
import UartSniffer

/// A recording that a thread of its own reads ahead, so that parsing a file and looking at what is in it each have a
/// core.
struct ReadAheadSource: RecordedSource {
  /// What the thread read, and what was known of the recording by then.
  private struct Piece: Sendable {
    var read: Result<ByteChunk?, InputError>
    var taps: [Tap]
    var origin: Int64?
    var warnings: [InputError]
    var sample: BlockSample
  }

  /// Ends the thread when nobody reads any more.
  private final class Reader: Sendable {
    let queue = BoundedQueue<Piece>(most: ReadAheadSource.most)
    deinit { queue.close() }
  }

  /// Chunks of some thousand bytes.
  private static let most = 16

  private(set) var taps: [Tap]
  private(set) var origin: Int64?
  private(set) var warnings: [InputError]
  private(set) var sample: BlockSample
  private let reader = Reader()
  private var isEnded = false

  init(_ source: any RecordedSource) {
    taps = source.taps
    origin = source.origin
    warnings = source.warnings
    sample = source.sample
    let queue = reader.queue
    Thread.detachNewThread {
      var source = source
      var goesOn = true
      while goesOn {
        let read = Result<ByteChunk?, InputError> { () throws(InputError) in try source.next() }
        if case .success(_?) = read {} else { goesOn = false }
        let piece = Piece(
          read: read, taps: source.taps, origin: source.origin, warnings: source.warnings, sample: source.sample)
        goesOn = queue.put(piece) && goesOn
      }
    }
  }

  mutating func next() throws(InputError) -> ByteChunk? {
    guard !isEnded else { return nil }
    let piece = reader.queue.take()
    (taps, origin, warnings, sample) = (piece.taps, piece.origin, piece.warnings, piece.sample)
    if case .success(_?) = piece.read {} else { isEnded = true }
    return try piece.read.get()
  }
}
