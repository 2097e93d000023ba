import NinebotBus
import ScooterProfiles
import Testing

@testable import BusTimeline

/// Frames of packets and messages of the phone, put in order. Times are milliseconds.
@Suite struct OrderedWaitTests {
  private let request: FrameReading
  private let answer: FrameReading

  init() throws {
    let profile = try ProfileLibrary(folder: "").profile()
    func read(_ bytes: [UInt8]) throws -> FrameReading {
      let reading = profile.read(bytes.span, on: .escBle)
      return try #require(reading)
    }
    request = try read([0x55, 0xAA, 0x03, 0x20, 0x01, 0x3A, 0x04, 0x9D, 0xFF])
    answer = try read([0x55, 0xAA, 0x06, 0x23, 0x01, 0x3A, 0x0A, 0x00, 0x0A, 0x00, 0x87, 0xFF])
  }

  private func frame(_ id: Int64, _ reading: FrameReading, _ content: UInt64) -> WireLedger.Frame {
    let time = TimeBounds(0)
    return WireLedger.Frame(
      wire: CausalChain.Wire(id: id, start: time, end: time, sender: .unknown), reading: reading, content: content,
      cause: .unknown, isSure: false, injected: 0)
  }

  private func message(_ sequence: Int, _ content: UInt64) -> RadioLedger.Message {
    RadioLedger.Message(
      place: CausalChain.Message(sequence: sequence, time: TimeBounds(0)), content: content, solicited: nil,
      counter: nil)
  }

  private func order(_ wait: OrderedWait) -> String {
    var wait = wait
    var words: [String] = []
    while let item = wait.popFirst(until: .max) {
      switch item.what {
      case .wire(let frame): words.append("\(frame.reading.act.isAnswer ? "a" : "r")\(frame.content)")
      case .write(let message): words.append("w\(message.content)")
      case .notification(let message): words.append("n\(message.content)")
      }
    }
    return words.joined(separator: " ")
  }

  /// What is added in turn: r request, a answer, w write, n notification, with what it says, and when.
  private func order(_ added: [(String, Int64)]) throws -> String {
    var wait = OrderedWait()
    for (id, (what, time)) in added.enumerated() {
      let content = try #require(UInt64(what.dropFirst()))
      switch what.first {
      case "r": wait.add(wire: frame(Int64(id), request, content), at: time)
      case "a": wait.add(wire: frame(Int64(id), answer, content), at: time)
      case "w": wait.add(write: message(id, content), at: time)
      default: wait.add(notification: message(id, content), at: time)
      }
    }
    return order(wait)
  }

  @Test(
    arguments: [
      // In order of time.
      ([("r1", 10), ("a2", 12), ("n2", 20), ("w1", 5)], "w1 r1 a2 n2"),
      // Frames keep their order, whatever the times of their packet are.
      ([("r1", 20), ("a2", 8)], "r1 a2"),
      // The answer can have come before the notification, and only the request before it is taken so late.
      ([("r1", 20), ("a2", 8), ("n2", 12)], "r1 a2 n2"),
      ([("n2", 12), ("r1", 20), ("a2", 8)], "r1 a2 n2"),
      // It cannot, or says something else.
      ([("r1", 20), ("a2", 15), ("n2", 12)], "n2 r1 a2"), ([("r1", 20), ("a2", 8), ("n3", 12)], "n3 r1 a2"),
      // Notifications keep their order, and those too that come later.
      ([("r1", 20), ("a2", 8), ("n2", 12), ("n3", 13)], "r1 a2 n2 n3"),
      ([("n2", 12), ("n3", 13), ("r1", 20), ("a2", 8)], "r1 a2 n2 n3"),
      ([("n4", 11), ("r1", 20), ("a2", 8), ("n2", 12)], "n4 r1 a2 n2"),
      // One answer is for one notification.
      ([("r1", 10), ("a2", 10), ("n2", 12), ("r1", 20), ("a2", 11)], "r1 a2 n2 r1 a2"),
      // A clock that is set back does not hold up what comes after.
      ([("n2", 3_000_000_000), ("n3", 10), ("r1", 20)], "n3 r1 n2"), ([("n2", 900_000_000), ("n3", 10)], "n2 n3"),
      ([("r1", 10), ("a2", 10), ("n2", 12), ("n2", 13), ("r1", 20), ("a2", 11)], "r1 a2 n2 r1 a2 n2"),
    ] as [([(String, Int64)], String)])
  func answersComeBeforeWhatTellsOfThem(_ added: [(String, Int64)], _ expected: String) throws {
    #expect(try order(added) == expected)
  }

  /// What waits is bounded; the oldest goes first then.
  @Test func aFloodIsBounded() {
    var wait = OrderedWait()
    for id in 0..<9000 { wait.add(write: message(id, UInt64(id)), at: Int64(id)) }
    var early = 0
    while wait.popFirst(until: -1) != nil { early += 1 }
    #expect(early == 9000 - 8192)
  }
}
