import Testing

@testable import BleSide

/// Logs miss messages. What answers a request that is missing was asked for all the same.
@Suite("Replies to requests that a log has lost")
struct LostRequestsTests {
  /// w: the phone writes, with the number that follows; W: with one number left out; u: the same without numbers;
  /// a: an answer; f: a reply that no request explains.
  static let logs: [(String, unsolicited: Int, undecided: Int)] = [
    ("wawaf", 1, 0), ("wafWa", 0, 1), ("waffWa", 1, 1), ("waWfa", 0, 1), ("waWffa", 1, 1), ("wafwaWaf", 1, 1),
    // Without numbers: as many as stayed without an answer, if those are more than collisions cost.
    ("uauauauauauauf", 0, 1), ("uauaf", 1, 0), ("uuauauuaff", 0, 2), ("uuauauuafffff", 3, 2),
  ]

  @Test("are not held against anybody", arguments: logs)
  func excused(log: String, unsolicited: Int, undecided: Int) {
    var summary = BleSummary()
    for letter in log {
      var message = BleMessage(
        time: 0, start: 0, direction: "wWu".contains(letter) ? .toScooter : .toPhone, format: .ccm,
        condition: .readable, body: [0x23, 0x01, 0xB0, 0])
      if letter != "u" { message.counter = 1 }
      message.step = letter == "W" ? .gap(missing: 1) : letter == "u" ? .uncounted : .inOrder
      message.solicited = letter == "a" ? true : letter == "f" ? false : nil
      summary.push(.message(message))
    }
    #expect(summary.unsolicited == unsolicited)
    #expect(summary.undecided == undecided)
  }
}
