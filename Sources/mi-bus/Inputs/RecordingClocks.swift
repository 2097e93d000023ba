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
  /// What the user called the recording that the others are held against.
  private let first: String

  /// Reads each recording once. A single one, and such as can be read only once, are left alone.
  init(_ specs: [SourceSpec], opener: SourceOpener, pause: Int64) throws {
    first = specs.first?.text ?? ""
    guard specs.count > 1, specs.allSatisfy(\.canBeReadTwice) else { return }
    let readings = try specs.map {
      ClockReading(try opener.recorded([$0]), into: TapStream(), pause: pause, needsDates: true)
    }
    corrections = [Int64](repeating: 0, count: specs.count)
    for index in specs.indices.dropFirst() where readings[0].origin != nil && readings[index].origin != nil {
      compare(readings[0].contents, readings[index].contents, specs[index].text, index)
    }
  }

  /// - Throws: `InputError` where two recordings are of one wire: whoever sends on it would count as two.
  func refuseDoubles() throws(InputError) {
    for finding in findings {
      guard case .success(let found) = finding.difference, found.isOneWire else { continue }
      throw InputError(
        finding.name, "is a recording of the same wire as \(first): \(found.pairs) messages are in both",
        remedy: "give one of them; the better times tell more")
    }
  }

  private mutating func compare(_ stream: TapStream, _ other: TapStream, _ text: String, _ index: Int) {
    do throws(ClockAlignment.Refusal) {
      let found = try TapAligner.align(stream, other)
      if found.isOneWire {
        notes.append(
          "\(text) is a recording of the same wire as \(first): \(found.pairs) messages are in both, and each frame of "
            + "the common time comes twice")
      }
      findings.append(Diagnosis.RecordingClock(name: text, difference: .success(found)))
      guard !found.agrees else { return }
      corrections[index] = 0 &- found.offset.middle
      notes.append(
        "the clock of \(text) is \(found.lead.lead) that of \(first), by \(found.pairs) messages in both, "
          + "\(found.drift.words); it is put in order by that, and its recorded times stay as they are")
    } catch {
      findings.append(Diagnosis.RecordingClock(name: text, difference: .failure(error)))
      // One after the other they have nothing in common, which is no news.
      guard let covered = stream.whole.covered, let second = other.whole.covered, covered.overlaps(second) else {
        return
      }
      notes.append("how the clocks of \(first) and \(text) relate is not known, their own times count: \(error)")
    }
  }
}
