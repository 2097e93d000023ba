import BusTimeline
import CaptureFiles
import NinebotBus
import UartSniffer

/// What a search for clocks keeps of a bus.
protocol ClockContents {
  mutating func take(_ event: BusEvent, bytes: Span<UInt8>, origin: Int64)
}

extension TapStream: ClockContents {
  mutating func take(_ event: BusEvent, bytes: Span<UInt8>, origin: Int64) {
    append(event, bytes: bytes, origin: origin)
  }
}

extension AlignmentStream: ClockContents {
  mutating func take(_ event: BusEvent, bytes: Span<UInt8>, origin: Int64) {
    append(event, bytes: bytes, origin: origin)
  }
}

/// A recording that was read for its clock, as far as it is readable.
struct ClockReading<Contents: ClockContents> {
  var contents: Contents
  /// Unix nanoseconds of the recording's time 0; nil where it is not known.
  private(set) var origin: Int64?
  /// Which part of the recording was read.
  private(set) var sample: BlockSample

  private struct Collector: BusEventSink {
    var contents: Contents
    var origin: Int64 = 0

    mutating func take(_ event: BusEvent, tap: Int, bytes: Span<UInt8>) {
      contents.take(event, bytes: bytes, origin: origin)
    }
  }

  /// - Parameters:
  ///   - source: the recording.
  ///   - contents: what is added to.
  ///   - pause: idle nanoseconds inside a frame that end it.
  ///   - needsDates: reads no further where the recording does not tell its time 0.
  init(_ source: any RecordedSource, into contents: Contents, pause: Int64, needsDates: Bool = false) {
    var source = source
    var stream = EventStream()
    var collector = Collector(contents: contents)
    do throws(InputError) {
      while let chunk = try source.next() {
        if needsDates, source.origin == nil { break }
        stream.add(taps: source.taps, pause: pause)
        collector.origin = source.origin ?? 0
        stream.push(chunk, into: &collector)
      }
    } catch {
      // The reading that counts tells of it.
    }
    stream.finish(into: &collector)
    self.contents = collector.contents
    (origin, sample) = (source.origin, source.sample)
  }
}
