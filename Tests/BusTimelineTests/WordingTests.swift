import BusTimeline
import Testing

@Suite("Words of a diagnosis")
struct WordingTests {
  @Test(
    "only what is certain is 100 percent",
    arguments: [
      (1, "100"), (0.999_999, "over 99.99"), (0.999_951, "over 99.99"), (0.9999, "99.99"), (0.9992, "99.92"),
      (0.99, "99.0"), (0.5, "50"), (0.004, "0.4"), (0.000_3, "0.03"), (0.000_04, "under 0.01"), (0, "0"),
      (.nan, "–"), (.infinity, "–"),
    ])
  func percent(_ share: Double, _ words: String) {
    #expect(Wording.percent(share) == words)
  }

  @Test("no share below 1 reads as all of it")
  func neverRoundedUp() {
    for step in 1...100_000 {
      let words = Wording.percent(1 - Double(step) * 1e-8)
      #expect(!words.hasPrefix("100"), "\(step)")
    }
  }

  @Test(
    "the verdict on a quiet bus says how sure it is",
    arguments: [(0.999_999, "(over 99.99% sure)"), (0.99, "(99.0% sure)"), (1, "(100% sure)")])
  func innocent(_ confidence: Double, _ words: String) throws {
    var diagnosis = Diagnosis()
    var wire = Diagnosis.Wire()
    wire.frames = 1
    diagnosis.wire = wire
    diagnosis.confidence = confidence
    diagnosis.writeWords()
    #expect(try #require(diagnosis.verdict.first).contains(words))
  }

  @Test(
    "where the clocks are not known, what the phone did not ask for is a count by its log alone",
    arguments: [
      (Diagnosis.Alignment.refused("they repeat"), "20 messages, 0 unsolicited by its log alone: without"),
      (.none, "20 messages, 0 unsolicited."),
    ])
  func unsolicitedWithoutAClock(_ alignment: Diagnosis.Alignment, _ words: String) throws {
    var diagnosis = Diagnosis()
    diagnosis.alignment = alignment
    diagnosis.notifications = Diagnosis.Notifications()
    diagnosis.notifications?.total = 20
    diagnosis.injectors = [
      Diagnosis.Injector(
        sender: .dash(1), requests: 40, requestsPerSecond: 4, registers: [], first: 0, last: 1, confidence: 1)
    ]
    diagnosis.writeWords()
    #expect(diagnosis.verdict.contains { $0.contains(words) }, "\(diagnosis.verdict)")
  }

  @Test("a verdict about the first part of a long log says so, and judges by that part")
  func partOfALog() throws {
    var diagnosis = Diagnosis()
    var notifications = Diagnosis.Notifications()
    (notifications.total, notifications.beyond, notifications.unsolicited) = (200, 9000, 5)
    diagnosis.notifications = notifications
    diagnosis.writeWords()
    #expect(notifications.areInjected)
    let words = "Of the first 200 messages that the phone received (9000 more were not followed to their causes) 5 were"
    #expect(diagnosis.verdict.contains { $0.hasPrefix(words) }, "\(diagnosis.verdict)")
  }

  @Test(
    "what came while the bus was not recorded is told apart",
    arguments: [
      (90, 40, 50, "90 unsolicited, 40 of them answers to dash1 and 50 while the bus was not recorded."),
      (90, 40, 0, "90 unsolicited, 40 of them answers to dash1."),
      (90, 0, 90, "90 unsolicited, all of them while the bus was not recorded."),
      (90, 90, 0, "90 unsolicited, all answers to dash1."),
    ])
  func outside(_ unsolicited: Int, _ caused: Int, _ outside: Int, _ words: String) {
    var diagnosis = Diagnosis()
    var notifications = Diagnosis.Notifications()
    (notifications.total, notifications.unsolicited, notifications.outside) = (100, unsolicited, outside)
    notifications.causedBy = [(.unknown, outside)] + (caused > 0 ? [(.dash(1), caused)] : [])
    diagnosis.notifications = notifications
    diagnosis.writeWords()
    #expect(diagnosis.verdict.contains { $0.contains(words) }, "\(diagnosis.verdict)")
  }

  @Test(
    "what came before the login is told apart, unless it may be counted already",
    arguments: [
      (8, 0, "90 unsolicited, 40 of them answers to dash1 and 8 before its login, filled with zeros."),
      (
        8, 30,
        "90 unsolicited, 40 of them answers to dash1, 30 while the bus was not recorded and 8 before its login, filled"
      ), (8, 50, "90 unsolicited, 40 of them answers to dash1 and 50 while the bus was not recorded."),
    ])
  func beforeTheLogin(_ before: Int, _ outside: Int, _ words: String) {
    var diagnosis = Diagnosis()
    var notifications = Diagnosis.Notifications()
    (notifications.total, notifications.unsolicited, notifications.preSession) = (100, 90, before)
    notifications.outside = outside
    notifications.causedBy = [(.dash(1), 40)]
    diagnosis.notifications = notifications
    diagnosis.writeWords()
    #expect(diagnosis.verdict.contains { $0.contains(words) }, "\(diagnosis.verdict)")
  }

  @Test(
    "a drift comes with its bound, rounded up; one that is not known has the bound alone",
    arguments: [
      (24.63, 3.01, "drift 24.6 ± 3.1 ppm"), (-12.4, 0.01, "drift -12.4 ± 0.1 ppm"),
      (nil, 260e-6 * 1e6, "drift unknown, within ±260 ppm"), (nil, 120.2, "drift unknown, within ±121 ppm"),
    ] as [(Double?, Double, String)])
  func drift(_ rate: Double?, _ bound: Double, _ words: String) throws {
    var diagnosis = Diagnosis()
    let offset = Diagnosis.Offset(time: 0, offset: 3.5, bound: 0.002)
    diagnosis.alignment = .found(
      .init(first: offset, best: offset, drift: ClockDrift(rate: rate, bound: bound), pairs: 20))
    diagnosis.writeWords()
    #expect(try #require(diagnosis.remarks.first).contains(words))
  }

  @Test(
    "a clock is ahead or behind, and by no negative figure",
    arguments: [
      (3.5, 0.003_01, "is 3.5000 s ± 3.1 ms ahead of the bus's (30.000 s into"),
      (-0.3267, 0.0021, "is 0.3267 s ± 2.1 ms behind the bus's (30.000 s into"),
      (0, 0.0005, "is 0.0000 s ± 0.5 ms ahead of the bus's (30.000 s into"),
      (-0.000_01, 0.0005, "is 0.0000 s ± 0.5 ms behind the bus's (30.000 s into"),
    ])
  func clock(_ offset: Double, _ bound: Double, _ words: String) throws {
    var diagnosis = Diagnosis()
    diagnosis.alignment = .found(
      .init(
        first: Diagnosis.Offset(time: 0, offset: offset, bound: 0.07),
        best: Diagnosis.Offset(time: 30, offset: offset, bound: bound), drift: ClockDrift(rate: 1, bound: 1),
        pairs: 20))
    diagnosis.writeWords()
    let remark = try #require(diagnosis.remarks.first)
    #expect(remark.contains(words))
    #expect(remark.contains("; ± 70.0 ms at its begin)") && !remark.contains("-"))
  }

  @Test(
    "decimals",
    arguments: [
      (0.04, 1, "0.0"), (-0.04, 1, "0.0"), (-0.05, 1, "-0.1"), (3.5, 4, "3.5000"), (1.007, 3, "1.007"), (12, 0, "12"),
    ])
  func decimal(_ value: Double, _ decimals: Int, _ words: String) {
    #expect(Wording.decimal(value, decimals) == words)
  }
}
