import Foundation
import NinebotBus
import ScooterSim
import TestSupport
import Testing

@testable import BleSide

@Suite("Debug logs of clients, as text")
struct TextLogTests {
  @Test(
    "the log pasted into miauth issue 5: 18 frames, sound, counted 1 to 18, a ring of four",
    .enabled(if: SharedCaptures.present, "needs ../shared/captures"))
  func miauthIssue5() throws {
    let text = try Data(contentsOf: URL(filePath: SharedCaptures.path("miauth-issue-5.log")))
    let (events, error) = read([UInt8](text))
    #expect(error == nil)
    let messages = events.messages
    #expect(messages.count == 18)
    #expect(messages.map(\.counter) == (1...18).map { UInt32($0) })
    for message in messages {
      #expect(message.condition == .sealed && message.ok && message.direction == .toPhone && message.format == .ccm)
      #expect(message.solicited == nil, "the phone's side is not in this log")
      let sound = Checksum.holds(message.air.span, from: 0, to: message.air.count)
      #expect(sound)
    }
    #expect(events.notes == [.sessionInMiddle])

    var ring = PollRing()
    for message in messages {
      ring.push(PollRing.Member(dataBytes: LengthTable.dataBytes(length: try #require(message.length), message.format)))
    }
    #expect(ring.totals.map(\.key.dataBytes).sorted() == [4, 10, 14, 30, 32])
    #expect(ring.members.map(\.dataBytes) == [4, 30, 10, 32])
    let fits = ring.members.map { LengthTable.blocks(dataBytes: $0.dataBytes).first?.description ?? "" }
    #expect(
      fits == [
        "esc 3a/4 (time since power-on and trip time)", "bms 40/30 (cell voltages)", "bms 31/10 (battery state)",
        "esc b0/32 (status block)",
      ])
  }

  static let key = (dev: "88 7e d6 ae 8e a3 18 95 46 a5 5f 0d 0a 62 16 ce", iv: "65 9b 73 62")

  /// The second published vector, as miauth would print it.
  static let reply = """
    <- 55 ab 10 01 00 4c 4e 49 c6 5c 20 84 35 f7 e0 50 e5 69 04 ad
    <- b8 fe 6e 2e b1 29 7c f9 e0 af ba f2
    """

  static func messages(_ text: String) -> [BleMessage] { read(Array(text.utf8)).events.messages }

  @Test("keys printed in the log open what follows, and the request printed in clear explains the reply")
  func printedKeys() {
    let text = """
      Logging in...
      HKDF result: 01 02 03
      DEV_KEY: \(Self.key.dev)
      APP_KEY: 99 51 fb 8e df 39 21 d6 1d 15 d5 6b 45 d3 8a 46
      DEV_IV: \(Self.key.iv)
      APP_IV: 64 2b 0a 93
      Mi login successful!
      -> 55 aa 03 20 01 10 0e
      -->> 55 ab 03 00 00 03 db fd 07 46 56 35 dc bd 3b 2d 7a ce fa
      \(Self.reply)
      <<-- 23 01 10 32 35
      """
    let found = Self.messages(text)
    #expect(found.map(\.body) == [hexBytes("2001100e"), hexBytes("230110 32353730302f3030303031333337")])
    #expect(found.map(\.solicited) == [nil, true])
    #expect(found.map(\.format) == [.ccm, .ccm])
  }

  @Test(
    "wrapped, numbered, prefixed and run-together lines",
    arguments: [
      "<- 55 ab 10 01 00 4c 4e 49 c6 5c 20 84 35\n f7 e0 50 e5 69 04 ad State.COMM\n<- b8 fe 6e 2e b1 29 7c f9 e0 af ba f2 State.COMM\n",
      "2022-07-19 DEBUG <- 55ab1001004c4e49c65c208435f7e050e56904ad\r\n2022-07-19 DEBUG <- b8fe6e2eb1297cf9e0afbaf2\r\n",
      "> <- 55 ab 10 01 00 4c 4e 49 c6 5c 20 84 35 f7 e0 50 e5 69 04 ad\n<- Empty data\n> <- b8 fe 6e 2e b1 29 7c f9 e0 af ba\nf2",
    ])
  func shapes(text: String) {
    let found = Self.messages("DEV_KEY: \(Self.key.dev)\nDEV_IV: \(Self.key.iv)\n" + text)
    #expect(found.map(\.body) == [hexBytes("230110 32353730302f3030303031333337")])
  }

  @Test("a missing line damages one message")
  func missingLine() {
    let keys = "DEV_KEY: \(Self.key.dev)\nDEV_IV: \(Self.key.iv)\n"
    let head = Self.reply.split(separator: "\n")[0]
    let found = Self.messages(keys + head + "\n" + Self.reply + "\n" + Self.reply.split(separator: "\n")[1] + "\n")
    #expect(found.map(\.condition) == [.damaged, .readable, .foreign])
  }

  @Test("parcels between the pieces of zero-filled frames belong to the login")
  func interleaved() {
    let text = """
      <- 55 ab 0c 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
      <- 00 00 00 00 00 00 f3 ff
      <- 00 00 01 01
      <- 55 ab 22 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
      <- 00 00 01 00
      <- 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
      <- 00 00 00 0d 01 00
      <- 00 00 00 00 00 00 00 00 dd ff
      <- 01 00 25 c3 dd 63 57 47 b6 d3 84 76 31 08 48 9e 7e c6
      """
    let found = Self.messages(text)
    #expect(found.map(\.condition) == [.preSession, .preSession])
    #expect(found.map(\.length) == [0x0C, 0x22])
    #expect(found.allSatisfy { $0.solicited == false })
  }

  @Test("m365-mi's and old miauth's sent bytes, plain")
  func sentPieces() {
    let found = Self.messages("-> 55aa042003700100\n-> 55aa0420037001\n-> 0067ff\n<- 55 aa 03 23 01 7c 00 5c ff\n")
    #expect(found.map(\.condition) == [.readable, .readable, .readable])
    #expect(found[0].body == hexBytes("2003700100"))
    #expect(found[1].body == hexBytes("2003700100"))
  }

  @Test("any text traps nothing", arguments: 0..<100 as Range<UInt64>)
  func garbage(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let words = [
      "<- ", "-> ", "<<-- ", "-->> ", "55 ab ", "00 ", "7f", "\n", "DEV_KEY: ", "token=", "zz", "State.COMM", "\r", " ",
      "24 00 00 00", "01 00 ",
    ]
    var text = "<- 55\n"
    for _ in 0..<400 { text += words.randomElement(using: &random) ?? "" }
    let (_, error) = read(Array(text.utf8), piece: Int.random(in: 1...50, using: &random))
    #expect(error == nil)
  }
}
