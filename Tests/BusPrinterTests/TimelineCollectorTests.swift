import BleSide
import BusTimeline
import ScooterProfiles
import Testing

@testable import BusPrinter

@Suite("What a time line is made of")
struct TimelineCollectorTests {
  /// A day of messages does not hide the stretch that was asked for.
  @Test("only what lies in the range needs room")
  func range() throws {
    let profile = try ProfileLibrary(folder: "").profile()
    var collector = TimelineCollector(profile: profile, range: 900..<910, most: 20)
    for time in Int64(0)..<1_000 {
      collector.add(
        BleMessage(time: time, start: time, direction: .toPhone, format: .ccm, condition: .sealed), at: time)
    }
    #expect(collector.finish().map(\.start) == Array(900..<910))
    #expect(collector.leftOut == 0)
    #expect(collector.seen == 0...999)
  }
}
