import BleSide
import BusTimeline
import CaptureFiles
import NinebotBus

/// A phone's log that is being read, while a sample of the bus is.
struct PhoneLogReading {
  let hasTimes: Bool
  private let reading: Meanwhile<PhoneLog>

  init(_ recording: BleRecording) {
    hasTimes = recording.hasTimes
    reading = Meanwhile { PhoneLog(recording) }
  }

  /// Waits for its end. To be called once.
  func log() -> PhoneLog { reading.value() }
}

/// The phone's messages, kept while its clock is being found. Bounded; what is left out is said.
struct PhoneLog {
  private(set) var messages = PackedMessages()
  private(set) var notes: [String] = []
  /// What ended the reading before the end of the log.
  private(set) var defect: InputError?
  private var summary = BleSummary()
  private var preSession = 0
  /// Received and kept, and could not be read.
  private var unreadable = 0
  private(set) var leftOut = 0
  /// Those of them that the phone received.
  private(set) var receivedLeftOut = 0
  let hasTimes: Bool

  /// About a day of what a polling dash causes.
  private static let most = 1_500_000

  /// Reads a log to its end. What is readable before a defect is kept.
  init(_ recording: BleRecording) {
    var recording = recording
    hasTimes = recording.hasTimes
    do throws(InputError) {
      while let event = try recording.next() {
        summary.push(event)
        switch event {
        case .message(let message): add(message)
        case .note(let note): notes.append(note.description)
        }
      }
    } catch {
      defect = error
    }
  }

  /// What the phone received, by its log alone.
  var counts: Diagnosis.Notifications {
    var counts = Diagnosis.Notifications()
    counts.total = summary.count(.toPhone)
    counts.unsolicited = summary.unsolicited
    counts.undecided = summary.undecided
    counts.ring = summary.ring.map(\.words)
    counts.preSession = preSession
    counts.unreadable = unreadable
    return counts
  }

  /// The same where no clock is known and others ask too: what also they ask for may be the answer to them.
  func counts(beside injectors: [Diagnosis.Injector], _ profile: Profile) -> Diagnosis.Notifications {
    var counts = counts
    func key(_ subject: Role, _ register: UInt8) -> UInt16 { UInt16(subject.rawValue) << 8 | UInt16(register) }
    let polled = Set(injectors.flatMap(\.registers).map { key($0.subject, $0.register) })
    guard !polled.isEmpty else { return counts }
    for message in messages where message.solicited == true {
      guard let bytes = try? message.frame?.encoded(), let reading = profile.read(bytes.span, on: .phoneBle) else {
        continue
      }
      if polled.contains(key(reading.subject, reading.argument)) { counts.undecided += 1 }
    }
    return counts
  }

  /// What the search for the clock needs of it. Made when it is needed: for a day it is large.
  var alignment: AlignmentStream {
    var stream = AlignmentStream()
    stream.reserve(messages.count)
    for message in messages { stream.append(message) }
    return stream
  }

  private mutating func add(_ message: BleMessage) {
    if message.direction == .toPhone, message.condition == .preSession { preSession += 1 }
    guard messages.count >= Self.most else {
      if message.direction == .toPhone, !message.ok { unreadable += 1 }
      return messages.append(message)
    }
    leftOut += 1
    if message.direction == .toPhone { receivedLeftOut += 1 }
  }
}
