import CaptureFiles
import Foundation
import UartSniffer

/// What is made of a recording, piece by piece.
protocol PieceMaker: Sendable {
  associatedtype Piece: Sendable
  /// The next piece, or nil at the end. Of a recording that ends with an error, what is left comes before the error.
  mutating func next(from source: inout any RecordedSource) throws(InputError) -> Piece?
}

/// Its bytes as they are.
struct ChunkMaker: PieceMaker {
  func next(from source: inout any RecordedSource) throws(InputError) -> ByteChunk? { try source.next() }
}

/// A recording that a thread of its own reads ahead, so that reading it and looking at what is in it each have a core.
struct ReadAhead<Maker: PieceMaker>: Sendable {
  /// What the thread made, and what was known of the recording by then.
  private struct Delivery: Sendable {
    var piece: Result<Maker.Piece?, InputError>
    var taps: [Tap]
    var origin: Int64?
    var warnings: [InputError]
    var sample: BlockSample
  }

  /// Ends the thread when nobody reads any more.
  private final class Reader: Sendable {
    let queue = BoundedQueue<Delivery>(most: 16)
    deinit { queue.close() }
  }

  private(set) var taps: [Tap]
  private(set) var origin: Int64?
  private(set) var warnings: [InputError]
  private(set) var sample: BlockSample
  private let reader = Reader()
  private var isEnded = false

  init(_ source: any RecordedSource, _ maker: Maker) {
    taps = source.taps
    origin = source.origin
    warnings = source.warnings
    sample = source.sample
    let queue = reader.queue
    Thread.detachNewThread {
      var source = source
      var maker = maker
      var goesOn = true
      while goesOn {
        let piece = Result<Maker.Piece?, InputError> { () throws(InputError) in try maker.next(from: &source) }
        if case .success(_?) = piece {} else { goesOn = false }
        let delivery = Delivery(
          piece: piece, taps: source.taps, origin: source.origin, warnings: source.warnings, sample: source.sample)
        goesOn = queue.put(delivery) && goesOn
      }
    }
  }

  mutating func next() throws(InputError) -> Maker.Piece? {
    guard !isEnded else { return nil }
    let delivery = reader.queue.take()
    (taps, origin, warnings, sample) = (delivery.taps, delivery.origin, delivery.warnings, delivery.sample)
    if case .success(_?) = delivery.piece {} else { isEnded = true }
    return try delivery.piece.get()
  }
}

extension ReadAhead: RecordedSource where Maker == ChunkMaker {
  init(_ source: any RecordedSource) { self.init(source, ChunkMaker()) }
}
