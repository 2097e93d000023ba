import BusTimeline
import CaptureFiles
import NinebotBus
import UartSniffer

/// How the clocks of several recordings of one scooter stand to each other, by what they show. The first one's counts.
struct RecordingClocks {
  /// Nanoseconds to add to each recording's clock for the order of what happened; no file is changed.
  private(set) var corrections: [Int64] = []
  private(set) var notes: [String] = []
  private(set) var findings: [Diagnosis.RecordingClock] = []

  /// Reads each recording once. A single one, and such as can be read only once, are left alone.
  init(_ specs: [SourceSpec], opener: SourceOpener, pause: Int64) throws {
    guard specs.count > 1, specs.allSatisfy(\.canBeReadTwice) else { return }
    let streams = try specs.map { try Self.stream(try opener.recorded([$0]), pause: pause) }
    corrections = [Int64](repeating: 0, count: specs.count)
    for index in specs.indices.dropFirst() {
      guard let first = streams[0], let other = streams[index] else { continue }
      compare(first, specs[0].text, other, specs[index].text, index)
    }
  }

  private mutating func compare(_ first: TapStream, _ name: String, _ other: TapStream, _ text: String, _ index: Int) {
    do throws(ClockAlignment.Refusal) {
      let found = try TapAligner.align(first, other)
      findings.append(Diagnosis.RecordingClock(name: text, difference: .success(found)))
      guard !found.agrees else { return }
      corrections[index] = 0 &- found.offset.middle
      notes.append(
        "the clock of \(text) is \(found.lead.lead) that of \(name), by \(found.pairs) messages in both; "
          + "it is put in order by that, and its recorded times stay as they are")
    } catch {
      findings.append(Diagnosis.RecordingClock(name: text, difference: .failure(error)))
      // One after the other they have nothing in common, which is no news.
      guard let covered = first.whole.covered, let second = other.whole.covered, covered.overlaps(second) else {
        return
      }
      notes.append("how the clocks of \(name) and \(text) relate is not known, their own times count: \(error)")
    }
  }

  /// Nil for a recording without times.
  private static func stream(_ source: any RecordedSource, pause: Int64) throws -> TapStream? {
    var source = source
    var events = EventStream()
    var collector = TapCollector()
    do throws(InputError) {
      while let chunk = try source.next() {
        guard let origin = source.origin else { return nil }
        events.add(taps: source.taps, pause: pause)
        collector.origin = origin
        events.push(chunk, into: &collector)
      }
    } catch {
      // The reading that counts tells of it.
    }
    events.finish(into: &collector)
    return collector.stream
  }
}

private struct TapCollector: BusEventSink {
  private(set) var stream = TapStream()
  var origin: Int64 = 0

  mutating func take(_ event: BusEvent, tap: Int, bytes: Span<UInt8>) {
    stream.append(event, bytes: bytes, origin: origin)
  }
}
