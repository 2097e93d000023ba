import BleSide
import BusTimeline
import CaptureFiles
import NinebotBus

/// The phone's messages, kept while its clock is being found. Bounded; what is left out is said.
struct PhoneLog {
  private(set) var messages: [BleMessage] = []
  private(set) var notes: [String] = []
  /// What ended the reading before the end of the log.
  private(set) var defect: InputError?
  private(set) var alignment = AlignmentStream()
  private(set) var counts = Diagnosis.Notifications()
  private(set) var leftOut = 0
  let hasTimes: Bool

  /// About a day of what a polling dash causes.
  private static let most = 1_500_000

  /// Reads a log to its end. What is readable before a defect is kept.
  init(_ recording: BleRecording) {
    var recording = recording
    hasTimes = recording.hasTimes
    do throws(InputError) {
      while let event = try recording.next() {
        switch event {
        case .message(let message): add(message)
        case .note(let note): notes.append(note.description)
        }
      }
    } catch {
      defect = error
    }
  }

  private mutating func add(_ message: BleMessage) {
    if hasTimes { alignment.append(message) }
    if message.direction == .toPhone {
      counts.total += 1
      if message.condition == .preSession { counts.preSession += 1 }
      if message.solicited == false { counts.unsolicited += 1 }
    }
    if messages.count < Self.most { messages.append(message) } else { leftOut += 1 }
  }
}
