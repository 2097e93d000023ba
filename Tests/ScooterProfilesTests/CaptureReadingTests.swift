import Foundation
import NinebotBus
import ScooterProfiles
import TestSupport
import Testing

@Suite("Real recordings through the profiles")
struct CaptureReadingTests {
  /// The frames of a reference decode with start and end in nanoseconds; bad ones are left out.
  static func frames(_ name: String) throws -> [(start: Int64, end: Int64, channel: Substring, bytes: [UInt8])] {
    let text = try String(contentsOfFile: SharedCaptures.path(name), encoding: .utf8)
    return text.split(separator: "\n").compactMap { row in
      let columns = row.split(separator: " ", omittingEmptySubsequences: true)
      guard columns.count > 6, columns[4] == "ok", let start = Double(columns[0]), let end = Double(columns[1]) else {
        return nil
      }
      let bytes = columns[5...].prefix { $0.count == 2 }.compactMap { UInt8($0, radix: 16) }
      return (Int64(start * 1000), Int64(end * 1000), columns[2], bytes)
    }
  }

  static let recordings: [(name: String, link: Link, frames: Int)] = [
    ("m365-esc-ble-eco-flashlight.frames.txt", .escBle, 522), ("m365-esc-bms-two-way.frames.txt", .escBms, 140),
    ("m365-bms-emulator.frames.txt", .escBms, 8),
  ]

  @Test(
    "every frame has known roles, a known command and a name",
    .enabled(if: SharedCaptures.present, "needs ../shared/captures"), arguments: recordings.indices)
  func known(_ index: Int) throws {
    let recording = Self.recordings[index]
    let profile = try ProfileLibrary(folder: "/nonexistent").profile()
    let frames = try Self.frames(recording.name)
    #expect(frames.count == recording.frames)
    for frame in frames {
      let reading = try #require(read(frame.bytes, profile, recording.link))
      #expect(reading.from != .unknown && reading.to != .unknown && reading.act != .unknown && !reading.name.isEmpty)
    }
  }

  @Test(
    "every answer on the single wire has its request, and every display poll its answer",
    .enabled(if: SharedCaptures.present, "needs ../shared/captures"))
  func pairs() throws {
    let found = try exchanges("m365-esc-ble-eco-flashlight.frames.txt", on: .escBle)
    let count = Dictionary(grouping: found, by: \.outcome).mapValues(\.count)
    // At power-on the ESC sends three displays in a row (protocol.md 3.1): the polls before them were too early.
    #expect(count[.unsolicited] == nil)
    #expect(count[.late] == 2)
    #expect(count[.answered] == 85)
    #expect(count[.unanswered] == 3)
    let latencies = found.filter { $0.expects == .reply(0x64) }.compactMap(\.latency).sorted()
    #expect((110_000...130_000).contains(latencies[latencies.count / 2]))
  }

  @Test(
    "the sleeping BMS leaves requests open, then answers each",
    .enabled(if: SharedCaptures.present, "needs ../shared/captures"))
  func batteryLink() throws {
    let found = try exchanges("m365-esc-bms-two-way.frames.txt", on: .escBms)
    let count = Dictionary(grouping: found, by: \.outcome).mapValues(\.count)
    #expect(count[.unsolicited] == nil)
    #expect(count[.answered] == 50)
    #expect(count[.unanswered] == 40)
    let latencies = found.compactMap(\.latency).sorted()
    #expect((200_000...230_000).contains(latencies[latencies.count / 2]))
  }

  private func exchanges(_ name: String, on link: Link) throws -> [Exchange] {
    let profile = try ProfileLibrary(folder: "/nonexistent").profile()
    var tracker = ExchangeTracker()
    var found: [Exchange] = []
    for (id, frame) in try Self.frames(name).enumerated() {
      let reading = try #require(read(frame.bytes, profile, link))
      tracker.push(
        reading, .init(id: Int64(id), start: TimeBounds(frame.start), end: TimeBounds(frame.end)))
      found += tracker.exchanges
    }
    tracker.finish()
    return found + tracker.exchanges
  }

  private func read(_ bytes: [UInt8], _ profile: Profile, _ link: Link) -> FrameReading? {
    profile.read(bytes.span, on: link)
  }
}

extension CaptureReadingTests {
  @Test(
    "the link is told from the first frames",
    .enabled(if: SharedCaptures.present, "needs ../shared/captures"), arguments: recordings.indices)
  func link(_ index: Int) throws {
    let recording = Self.recordings[index]
    let profile = try ProfileLibrary(folder: "/nonexistent").profile()
    var detector = LinkDetector()
    for frame in try Self.frames(recording.name) {
      if let reading = profile.read(frame.bytes.span) { detector.push(reading) }
    }
    #expect(detector.link == recording.link)
  }
}
