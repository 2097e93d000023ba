import TestSupport
import Testing

@testable import BleSide

@Suite("Solicited or not")
struct ReplyTrackerTests {
  /// Plays messages a tenth of a second apart and returns what became of the replies.
  static func play(
    _ lines: [(BleDirection, String, Int64)], settings: ReplyTracker.Settings = ReplyTracker.Settings(),
    _ condition: BleMessage.Condition = .readable, _ format: CommFormat = .ccm, recordsPhone: Bool = true
  ) -> [BleMessage] {
    var tracker = ReplyTracker(settings: settings)
    if recordsPhone { tracker.foundPhonesSide() }
    var messages: [BleMessage] = []
    for (index, line) in lines.enumerated() {
      var message = BleMessage(
        time: line.2 * 1_000_000, start: line.2 * 1_000_000, direction: line.0, format: format, condition: condition)
      if condition == .readable { message.body = hexBytes(line.1) } else { message.air = hexBytes(line.1) }
      message.sequence = index
      tracker.push(&message)
      messages.append(message)
    }
    return messages.filter { $0.direction == .toPhone }
  }

  @Test("a reply is explained by address, register and length, once")
  func explained() {
    let replies = Self.play([
      (.toPhone, "2301b0 0000", 0), (.toScooter, "2001b002", 10), (.toPhone, "2501b0 0000", 20),
      (.toPhone, "2301b1 0000", 30), (.toPhone, "2301b0 000000", 40), (.toPhone, "2301b0 0000", 50),
      (.toPhone, "2301b0 0000", 60),
    ])
    #expect(replies.map(\.solicited) == [nil, false, false, false, true, false])
    #expect(replies[4].request == 1)
  }

  @Test("a phone that asks nothing at all is asked nothing for")
  func silentPhone() {
    let replies = Self.play((0..<40).map { (.toPhone, "2301b0 0000", $0 * 100) })
    #expect(replies.prefix(16).allSatisfy { $0.solicited == nil })
    #expect(replies.dropFirst(16).allSatisfy { $0.solicited == false })
    // An air sniffer may have heard the scooter only.
    let oneSided = Self.play((0..<40).map { (.toPhone, "2301b0 0000", $0 * 100) }, recordsPhone: false)
    #expect(oneSided.allSatisfy { $0.solicited == nil })
    let untimed = ReplyTracker.Settings(isTimed: false)
    #expect(Self.play([(.toPhone, "2301b0 0000", 0)], settings: untimed).map(\.solicited) == [nil])
  }

  @Test("a client that asks again before the answer is there gets both answers")
  func askedAgain() {
    let read = "2001b002", reply = "2301b0 0000"
    let soon = Self.play([
      (.toScooter, read, 0), (.toScooter, read, 120), (.toPhone, reply, 150), (.toPhone, reply, 190),
    ])
    #expect(soon.map(\.solicited) == [true, true])
    #expect(soon.map(\.request) == [0, 1])
    // What was given up explains nothing any more.
    let late = Self.play([
      (.toScooter, read, 0), (.toScooter, read, 400), (.toPhone, reply, 430), (.toPhone, reply, 460),
    ])
    #expect(late.map(\.solicited) == [true, false])
  }

  @Test("time and order bound what a request explains")
  func timeAndOrder() {
    #expect(Self.play([(.toScooter, "2001b002", 0), (.toPhone, "2301b0 0000", 1600)]).map(\.solicited) == [false])
    #expect(Self.play([(.toScooter, "2001b002", 0), (.toPhone, "2301b0 0000", 1400)]).map(\.solicited) == [true])
    // A BMS reply that comes late, after the next answer.
    let late: [(BleDirection, String, Int64)] = [
      (.toScooter, "2201310a", 0), (.toScooter, "2001b002", 100), (.toPhone, "2301b0 0000", 150),
      (.toPhone, "250131 00000000000000000000", 180),
    ]
    #expect(Self.play(late).map(\.solicited) == [true, true])
    var lost = late
    lost[2].2 = 400
    lost[3].2 = 420
    #expect(Self.play(lost).map(\.solicited) == [true, false])
    let untimed = ReplyTracker.Settings(isTimed: false)
    #expect(Self.play(late, settings: untimed).map(\.solicited) == [true, false])
  }

  @Test("writes, updates and Ninebot's commands have their own replies")
  func otherCommands() {
    #expect(
      Self.play([
        (.toScooter, "2003700100", 0), (.toPhone, "230370 01", 10), (.toScooter, "20020501", 20),
        (.toPhone, "230205 01", 30), (.toScooter, "200700 00010000", 40), (.toPhone, "230700", 50),
      ]).map(\.solicited) == [false, true, true])
    #expect(
      Self.play(
        [
          (.toScooter, "3e2001b020", 0), (.toPhone, "203e04b0" + String(repeating: "00", count: 32), 10),
          (.toPhone, "223e04b0" + String(repeating: "00", count: 32), 20), (.toScooter, "3e215c00", 30),
          (.toPhone, "213e5c01", 40),
        ], .readable, .ninebotCrypto
      ).map(\.solicited) == [true, false, true])
  }

  @Test("without keys L alone refutes, and a request that could be it leaves it open")
  func sealed() {
    let read = "55ab03 0000" + String(repeating: "11", count: 14)
    let reply = "55ab06 0100" + String(repeating: "22", count: 17)
    let replies = Self.play(
      [
        (.toPhone, reply, 0), (.toScooter, read, 10), (.toPhone, reply, 20), (.toPhone, reply, 30),
        (.toScooter, read, 40), (.toPhone, reply, 50),
      ], .sealed)
    #expect(replies.map(\.solicited) == [nil, nil, false, nil])
  }

  @Test("a poll ring is found with members missing, and none where there is none")
  func rings() {
    var ring = PollRing()
    #expect(ring.members.isEmpty)
    let members = [4, 30, 10, 32].map { PollRing.Member(dataBytes: $0, address: 0x23, register: UInt8($0)) }
    ring.push(PollRing.Member(dataBytes: 14))
    for round in 0..<40 {
      for (index, member) in members.enumerated() where (round * 7 + index * 3) % 11 != 0 { ring.push(member) }
    }
    let found = ring.members
    #expect(found.count == 4)
    let start = found.firstIndex(of: members[0]) ?? 0
    #expect(Array(found[start...] + found[..<start]) == members)
    var single = PollRing()
    for count in 0..<10 { single.push(PollRing.Member(dataBytes: count)) }
    #expect(single.members.isEmpty)
  }
}
