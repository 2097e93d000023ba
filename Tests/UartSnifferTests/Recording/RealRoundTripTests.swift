import CaptureFiles
import NinebotBus
import TestSupport
import Testing

@testable import UartSniffer

/// Real recordings, stored in each of our formats, decode to what they decoded to before.
@Suite struct RealRoundTripTests {
  @Test(
    .enabled(if: SharedCaptures.present, "needs ../shared/captures"),
    arguments: ["m365-esc-ble-eco-flashlight.ch4.bytes.csv", "m365-bms-emulator.logicdata"], RoundTripFormat.allCases)
  func storedAndReadBackItIsTheSame(name: String, format: RoundTripFormat) throws {
    let original = ReadRecording(try RecordingFormat.open(path: SharedCaptures.path(name)).source)
    #expect(original.error == nil)
    var recorder = format.recorder(origin: 1_700_000_000_000_000_000)
    let tap = try recorder.add(original.taps[0])
    let events = original.events()
    #expect(events.contains { $0.event.kind == .frame })
    for event in events { try recorder.record(event.event, event.bytes.span, tap: tap) }
    try recorder.flush()
    let stored = ReadRecording(try RecordingFormat.open(MemoryStream(recorder.sink.bytes, name: name)).source)
    #expect(stored.error == nil && stored.warnings.isEmpty)
    #expect(stored.origin == 1_700_000_000_000_000_000)
    #expect(stored.events() == events)
  }
}
