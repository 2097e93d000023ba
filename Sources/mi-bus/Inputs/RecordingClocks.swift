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
  /// Recordings of a wire that an earlier one shows as well.
  private var doubles: [(name: String, of: String, pairs: Int)] = []

  /// Reads each recording once. A single one, and such as can be read only once, are left alone.
  init(_ specs: [SourceSpec], opener: SourceOpener, pause: Int64) throws {
    guard specs.count > 1, specs.allSatisfy(\.canBeReadTwice) else { return }
    let readings = try specs.map {
      ClockReading(try opener.recorded([$0]), into: TapStream(), pause: pause, needsDates: true)
    }
    corrections = [Int64](repeating: 0, count: specs.count)
    for index in specs.indices.dropFirst() where readings[0].origin != nil && readings[index].origin != nil {
      compare(readings[0].contents, specs[0].text, readings[index].contents, specs[index].text, index)
    }
  }

  /// - Throws: `InputError` where two recordings are of one wire: whoever sends on it would count as two.
  func refuseDoubles() throws(InputError) {
    guard let double = doubles.first else { return }
    throw InputError(
      double.name, "is a recording of the same wire as \(double.of): \(double.pairs) messages are in both",
      remedy: "give one of them; the better times tell more")
  }

  private mutating func compare(_ first: TapStream, _ name: String, _ other: TapStream, _ text: String, _ index: Int) {
    do throws(ClockAlignment.Refusal) {
      let found = try TapAligner.align(first, other)
      if found.isOneWire {
        doubles.append((text, name, found.pairs))
        notes.append(
          "\(text) is a recording of the same wire as \(name): \(found.pairs) messages are in both, and each frame of "
            + "the common time comes twice")
      }
      findings.append(Diagnosis.RecordingClock(name: text, difference: .success(found)))
      guard !found.agrees else { return }
      corrections[index] = 0 &- found.offset.middle
      notes.append(
        "the clock of \(text) is \(found.lead.lead) that of \(name), by \(found.pairs) messages in both, "
          + "\(found.drift.words); it is put in order by that, and its recorded times stay as they are")
    } catch {
      findings.append(Diagnosis.RecordingClock(name: text, difference: .failure(error)))
      // One after the other they have nothing in common, which is no news.
      guard let covered = first.whole.covered, let second = other.whole.covered, covered.overlaps(second) else {
        return
      }
      notes.append("how the clocks of \(name) and \(text) relate is not known, their own times count: \(error)")
    }
  }
}
