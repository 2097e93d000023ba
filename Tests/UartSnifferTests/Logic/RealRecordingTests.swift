import NinebotBus
import TestSupport
import Testing
import UartSniffer

@Suite("Real logic recordings")
struct RealRecordingTests {
  static let recordings = ["m365-esc-ble-eco-flashlight", "m365-esc-bms-two-way", "m365-bms-emulator"]

  @Test(
    "give exactly the reference's frames and junk, with its times",
    .enabled(if: SharedCaptures.present, "needs ../shared/captures"), arguments: recordings)
  func reference(name: String) throws {
    let decoded = DecodedRecording(LogicRecording(try SaleaeLogic1(path: SharedCaptures.path("\(name).logicdata"))))
    #expect(decoded.defect == nil)
    let reference = try ReferenceFrame.load("\(name).frames.txt")
    for channel in Set(reference.map(\.channel)).sorted() {
      let tap = try #require(decoded.taps.firstIndex { $0.detail.contains(channel) })
      let expected = reference.filter { $0.channel == channel }
      // Junk is cut in pieces in different ways, so only its bytes are compared.
      #expect(decoded.bytes[tap] == expected.flatMap(\.bytes))
      let frames = decoded.events.filter { $0.tap == tap && $0.event.checksumHolds }
      let wanted = expected.filter(\.isFrame)
      #expect(frames.map(\.bytes) == wanted.map(\.bytes))
      for (frame, reference) in zip(frames, wanted) {
        #expect(abs(Double(frame.event.start.middle) / 1000 - reference.start) <= 1)
        let clock = try #require(frame.event.shape.bitClock(against: .standard))
        #expect(abs(clock - (reference.bitClock ?? .nan)) <= 20, "\(reference.start)")
        #expect(Double(frame.event.shape.leastPitch) / 1000 <= (reference.pitch ?? 0) + 0.1, "\(reference.start)")
      }
    }
  }

  @Test(
    "name the channels that carry bytes first, and say so of the others",
    .enabled(if: SharedCaptures.present, "needs ../shared/captures"))
  func taps() throws {
    let path = SharedCaptures.path("m365-esc-ble-eco-flashlight.logicdata")
    let taps = DecodedRecording(LogicRecording(try SaleaeLogic1(path: path))).taps
    #expect(taps.map(\.name) == ["bus0", "bus1"])
    #expect(taps[0].detail == "m365-esc-ble-eco-flashlight.logicdata, channel 4")
    #expect(taps[1].detail.hasSuffix("channel 2, no byte stream"))
    #expect(taps[0].baud == .standard)
    #expect(taps[0].quality == .edges(sample: 63))
  }

  @Test(
    "as timed bytes give the same frames as from the edges",
    .enabled(if: SharedCaptures.present, "needs ../shared/captures"))
  func timedBytes() throws {
    let name = "m365-esc-ble-eco-flashlight"
    let decoded = DecodedRecording(try TimedBytes(path: SharedCaptures.path("\(name).ch4.bytes.csv")))
    #expect(decoded.defect == nil)
    let expected = try ReferenceFrame.load("\(name).frames.txt").filter { $0.channel == "channel 4" && $0.isFrame }
    #expect(decoded.frames() == expected.map(\.bytes))
  }
}
