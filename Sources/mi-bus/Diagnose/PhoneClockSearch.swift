import BleSide
import BusTimeline
import UartSniffer

/// Looks for the phone's clock in samples of the bus: of a day, some minutes of each hour tell it.
struct PhoneClockSearch {
  /// What one sample came to.
  struct Outcome {
    var alignment: ClockAlignment
    /// Unix nanoseconds of the bus's time 0.
    var origin: Int64
    var sample: BlockSample
    /// In which part of the recording it was looked for, as words behind a reason; empty where that was all of it, or
    /// the phone's log would be in each part.
    var part = ""
  }

  /// What was read of the bus.
  struct Reading {
    fileprivate var stream: AlignmentStream
    /// Unix nanoseconds of the bus's time 0.
    fileprivate var origin: Int64
    fileprivate var sample: BlockSample
  }

  /// Opens the recording of the bus anew.
  typealias Opener = (Sampling) throws -> any RecordedSource

  private let pause: Int64

  /// Bytes of a sample: up to a million messages, hours of a stock bus.
  private static let most = 12 << 20
  /// How many samples are looked at where the phone's log is too short to be in each.
  private static let mostSamples: Int64 = 8

  /// - Parameter pause: idle nanoseconds inside a frame that end it.
  init(pause: Int64) { self.pause = pause }

  /// Reads a sample of the bus, for which the phone's log is not needed.
  ///
  /// By itself, so that nothing of the reading is kept while the clock is looked for.
  func read(_ open: Opener, _ sample: BlockSample = BlockSample()) throws -> Reading {
    let source = try open(Sampling(most: Self.most, sample: sample))
    var reading = ClockReading(source, into: AlignmentStream(sample: sample), pause: pause)
    reading.contents.thin(to: reading.sample)
    return Reading(stream: reading.contents, origin: reading.origin ?? 0, sample: reading.sample)
  }

  /// A short log may lie between the blocks of the first sample: then others are read. What one needs for that is gone
  /// before the next.
  func run(_ phone: PackedMessages, first reading: consuming Reading, _ open: Opener) throws -> Outcome {
    var first = look(at: reading, phone)
    guard case .refused = first.alignment, first.sample.stride > 1, let covered = stream(phone).covered,
      covered.upperBound - covered.lowerBound < 2 * BlockSample.block * first.sample.stride
    else { return first }
    let others = first.sample.others(atMost: Self.mostSamples - 1)
    for sample in others {
      let next = look(at: try read(open, sample), phone)
      if case .aligned = next.alignment { return next }
    }
    if others.count + 1 < first.sample.stride {
      first.part = " (looked for in \(others.count + 1) of \(first.sample.stride) parts of the recording)"
    }
    return first
  }

  private func look(at reading: consuming Reading, _ phone: PackedMessages) -> Outcome {
    Outcome(
      alignment: ClockAligner.align(bus: reading.stream, ble: stream(phone)), origin: reading.origin,
      sample: reading.sample)
  }

  /// What the search needs of the phone's messages. Made when it is needed: for a day it is large.
  private func stream(_ phone: PackedMessages) -> AlignmentStream {
    var stream = AlignmentStream()
    stream.reserve(phone.count)
    for message in phone { stream.append(message) }
    return stream
  }
}
