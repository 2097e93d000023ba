import BusReport
import BusTimeline
import CaptureFiles
import Foundation
import Testing

@Suite struct PerfettoTraceTests {
  private struct Event {
    var time: UInt64
    var kind: UInt64
    var track: UInt64
    var name: String
    var flows: [UInt64]
    var notes: [UInt64: String]
  }

  private func write(_ items: [TimelineItem]) throws -> [UInt8] {
    var sink = MemorySink()
    try PerfettoTrace.write(TimelineSample(items), into: &sink)
    return sink.bytes
  }

  private func read(_ trace: [UInt8]) throws -> (tracks: [UInt64: String], events: [Event]) {
    var tracks: [UInt64: String] = [:]
    var events: [Event] = []
    for packet in try #require(TraceReader.fields(trace[...])).messages(1) {
      let packet = try #require(TraceReader.fields(packet))
      #expect(packet.numbers(10) == [1])
      if let track = packet.messages(60).first, let fields = TraceReader.fields(track) {
        tracks[fields.numbers(1)[0]] = fields.texts(2).first
      }
      guard let bytes = packet.messages(11).first else { continue }
      let event = try #require(TraceReader.fields(bytes))
      var notes: [UInt64: String] = [:]
      for note in event.messages(4).compactMap({ TraceReader.fields($0) }) {
        notes[note.numbers(1).first ?? 0] = note.texts(6).first ?? ""
      }
      events.append(
        Event(
          time: packet.numbers(8)[0], kind: event.numbers(9)[0], track: event.numbers(11)[0],
          name: event.texts(23).first ?? "", flows: event.numbers(47), notes: notes))
    }
    return (tracks, events)
  }

  @Test func devicesAreTracksAndCausesAreFlows() throws {
    let report = try SimulatedReport("displaydash", seconds: 20)
    let trace = try write(report.items)
    if let place = ProcessInfo.processInfo.environment["MI_BUS_PICTURES"] {
      try Data(trace).write(to: URL(filePath: place).appending(path: "displaydash.pftrace"))
    }
    let (tracks, events) = try read(trace)
    #expect(Set(tracks.values).isSuperset(of: ["Scooter", "dash1 (not a stock part)", "ESC (motor controller)"]))
    #expect(events.allSatisfy { tracks[$0.track] != nil })
    let begins = events.filter { $0.kind == 1 }
    #expect(begins.count == report.items.count { $0.lane != .phone && $0.duration > 0 })
    #expect(begins.count == events.count { $0.kind == 2 })
    #expect(events.count { $0.kind == 3 } == report.items.count { $0.lane == .phone })
    #expect(Set(events.flatMap(\.flows)).count == Set(report.items.compactMap(\.causedBy)).count)
    let first = try #require(report.items.first)
    #expect(
      events[0].notes[1] == first.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " "))
    #expect(events[0].time == UInt64(first.start))
  }

  /// What Perfetto demands of slices: on one track an end comes before the next begin.
  @Test func slicesOfATrackNeverOverlap() throws {
    let items = [
      TimelineItem(lane: .wire(.unknown), kind: .frame, start: -5_000, duration: 9_000, label: "a", bytes: [1]),
      TimelineItem(lane: .wire(.unknown), kind: .frame, start: 1_000, duration: 9_000, label: "b", bytes: [2]),
      TimelineItem(lane: .wire(.unknown), kind: .damage, start: 1_000, duration: .max, label: "c", bytes: []),
    ]
    let events = try read(try write(items)).events
    var open: [UInt64: UInt64] = [:]
    for event in events where event.kind != 3 {
      if event.kind == 1 {
        #expect(open[event.track] == nil)
        open[event.track] = event.time
      } else {
        let start = open.removeValue(forKey: event.track)
        #expect(event.time >= start ?? .max)
      }
    }
    #expect(open.isEmpty)
    #expect(events.map(\.time).min() == 1_000_000_000 - 5_000)
  }

  @Test func phonesWriteLeadsToTheRequest() throws {
    let items = [
      TimelineItem(
        lane: .phone, kind: .phoneWrite, start: 0, duration: 0, label: "read", bytes: [1], outcome: .unanswered),
      TimelineItem(
        lane: .wire(.ble), kind: .frame, start: 1_000, duration: 9_000, label: "read", bytes: [1], causedBy: 0),
    ]
    let events = try read(try write(items)).events
    #expect(events[0].notes[7] == "no answer was seen on the wire")
    #expect(!events[0].flows.isEmpty && events[0].flows == events[1].flows)
  }

  @Test func emptyTimeLineIsATrace() throws {
    #expect(try read(try write([])).events.isEmpty)
  }
}
