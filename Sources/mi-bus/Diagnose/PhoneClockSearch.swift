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

  private let phone: PhoneLog
  private let pause: Int64

  /// Bytes of a sample: up to a million messages, hours of a stock bus.
  private static let most = 12 << 20
  /// How many samples are looked at where the phone's log is too short to be in each.
  private static let mostSamples: Int64 = 8

  /// - Parameter pause: idle nanoseconds inside a frame that end it.
  init(_ phone: PhoneLog, pause: Int64) {
    self.phone = phone
    self.pause = pause
  }

  /// A short log may lie between the blocks of a sample: then others are looked at. What one needs for that is gone before
  /// the next.
  ///
  /// - Parameter open: opens the recording of the bus anew.
  func run(_ open: (Sampling) throws -> any RecordedSource) throws -> Outcome {
    var first = try look(at: BlockSample(), open)
    guard case .refused = first.alignment, first.sample.stride > 1, let covered = phone.alignment.covered,
      covered.upperBound - covered.lowerBound < 2 * BlockSample.block * first.sample.stride
    else { return first }
    let others = first.sample.others(atMost: Self.mostSamples - 1)
    for sample in others {
      let next = try look(at: sample, open)
      if case .aligned = next.alignment { return next }
    }
    if others.count + 1 < first.sample.stride {
      first.part = " (looked for in \(others.count + 1) of \(first.sample.stride) parts of the recording)"
    }
    return first
  }

  private func look(at sample: BlockSample, _ open: (Sampling) throws -> any RecordedSource) throws -> Outcome {
    let (bus, origin, sample) = read(try open(Sampling(most: Self.most, sample: sample)), sample)
    return Outcome(alignment: ClockAligner.align(bus: bus, ble: phone.alignment), origin: origin, sample: sample)
  }

  /// By itself, so that nothing of the reading is kept while the clock is looked for.
  private func read(_ source: any RecordedSource, _ sample: BlockSample) -> (AlignmentStream, Int64, BlockSample) {
    var reading = ClockReading(source, into: AlignmentStream(sample: sample), pause: pause)
    reading.contents.thin(to: reading.sample)
    return (reading.contents, reading.origin ?? 0, reading.sample)
  }
}
