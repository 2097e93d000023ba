import BleSide
import BusTimeline
import CaptureFiles
import Foundation
import NinebotBus

/// A phone's log that a thread of its own reads: first the messages that are kept, for which the search for its clock
/// waits, then what is only counted, for which nobody waits but the end of the diagnosis.
struct PhoneLogReading {
  let hasTimes: Bool
  private let kept = BoundedQueue<PackedMessages>(most: 1)
  private let whole = BoundedQueue<PhoneLog>(most: 1)

  init(_ recording: BleRecording) {
    hasTimes = recording.hasTimes
    Thread.detachNewThread { [kept, whole] in
      var recording = recording
      var log = PhoneLog(hasTimes: recording.hasTimes)
      log.readKept(of: &recording)
      _ = kept.put(log.messages)
      log.readRest(of: &recording)
      _ = whole.put(log)
    }
  }

  /// Waits for the messages that are kept. To be called once.
  func messages() -> PackedMessages { kept.take() }

  /// Waits for the log's end. To be called once.
  func log() -> PhoneLog { whole.take() }
}

/// What a phone's log holds. The messages that are kept are bounded; what is left out is counted, and said.
struct PhoneLog {
  private(set) var messages = PackedMessages()
  private(set) var notes: [String] = []
  /// What ended the reading before the end of the log. What is readable before it is kept.
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

  fileprivate init(hasTimes: Bool) { self.hasTimes = hasTimes }

  fileprivate mutating func readKept(of recording: inout BleRecording) {
    while messages.count < Self.most, let message = next(of: &recording) {
      if message.direction == .toPhone, !message.ok { unreadable += 1 }
      messages.append(message)
    }
  }

  fileprivate mutating func readRest(of recording: inout BleRecording) {
    while let message = next(of: &recording) {
      leftOut += 1
      if message.direction == .toPhone { receivedLeftOut += 1 }
    }
  }

  /// The next message, in all counts but those of what is kept; nil at the end or before a defect.
  private mutating func next(of recording: inout BleRecording) -> BleMessage? {
    do throws(InputError) {
      while let event = try recording.next() {
        summary.push(event)
        switch event {
        case .message(let message):
          if message.direction == .toPhone, message.condition == .preSession { preSession += 1 }
          return message
        case .note(let note): notes.append(note.description)
        }
      }
    } catch {
      defect = error
    }
    return nil
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
}
