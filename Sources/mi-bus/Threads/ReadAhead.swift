import CaptureFiles
import Foundation
import UartSniffer

/// A recording that a thread of its own reads ahead, so that reading it and looking at what is in it each have a core.
struct ReadAhead: RecordedSource {
  /// What the thread read, and what was known of the recording by then.
  private struct Delivery: Sendable {
    var chunk: Result<ByteChunk?, InputError>
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
        let chunk = Result<ByteChunk?, InputError> { () throws(InputError) in try source.next() }
        if case .success(_?) = chunk {} else { goesOn = false }
        let delivery = Delivery(
          chunk: chunk, taps: source.taps, origin: source.origin, warnings: source.warnings, sample: source.sample)
        goesOn = queue.put(delivery) && goesOn
      }
    }
  }

  mutating func next() throws(InputError) -> ByteChunk? {
    guard !isEnded else { return nil }
    let delivery = reader.queue.take()
    (taps, origin, warnings, sample) = (delivery.taps, delivery.origin, delivery.warnings, delivery.sample)
    if case .success(_?) = delivery.chunk {} else { isEnded = true }
    return try delivery.chunk.get()
  }
}
