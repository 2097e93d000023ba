import BusTimeline
import NinebotBus
import ScooterSim
import Testing
import UartSniffer

@Suite("Collisions")
struct CollisionTests {
  /// What happened on the wire, and what was found.
  static func trial(
    _ name: String, quality: SimulatedSource.Quality = .edges, seconds: Int64 = 60
  ) throws -> (overlaps: [ClosedRange<Int64>], senders: [Set<String>], found: [Collision]) {
    let scenario = try Scenario.named(name, seed: 4)
    let duration = seconds * 1_000_000_000
    let found = try AttributionRun(SimulatedSource(scenario, quality: quality, duration: duration)).collisions
    var overlaps: [ClosedRange<Int64>] = []
    var senders: [Set<String>] = []
    var scooter = Scooter(scenario)
    while let occurrence = scooter.next(until: duration) {
      guard case .transmission(let sent) = occurrence, sent.line == .escBle, sent.truth.collided else { continue }
      if let last = overlaps.last, sent.truth.start <= last.upperBound {
        overlaps[overlaps.count - 1] = last.lowerBound...max(last.upperBound, sent.truth.end)
        senders[senders.count - 1].insert("\(sent.truth.sender)")
      } else {
        overlaps.append(sent.truth.start...sent.truth.end)
        senders.append(["\(sent.truth.sender)"])
      }
    }
    return (overlaps, senders, found)
  }

  @Test("are found, and never where there was none", arguments: ["phone", "displaydash", "augisbud"])
  func found(_ name: String) throws {
    let (overlaps, senders, found) = try Self.trial(name)
    #expect(overlaps.count > 5)
    var hits = 0
    for collision in found {
      let index = overlaps.firstIndex {
        $0.lowerBound <= collision.end.latest + 1_000_000 && collision.start.earliest - 1_000_000 <= $0.upperBound
      }
      guard let index else {
        Issue.record("nothing collided at \(collision.start.middle)")
        continue
      }
      hits += 1
      #expect(collision.lostFrames == collision.parties.count && collision.lostFrames >= 2)
      for party in collision.parties where party != .unknown { #expect(senders[index].contains(party.name)) }
    }
    #expect(Double(hits) >= 0.75 * Double(overlaps.count), "\(hits) of \(overlaps.count)")
  }

  @Test("noise is none")
  func noise() throws {
    var scenario = try Scenario.named("noisy-light", seed: 8)
    scenario.phone = nil
    scenario.noise = try Scenario(yaml: "noise: { per-second: 300, per-second-with-light: 300 }", name: "noise").noise
    let run = try AttributionRun(SimulatedSource(scenario, quality: .edges, duration: 30_000_000_000))
    let (overlaps, _, _) = try Self.trial("stock", seconds: 30)
    #expect(run.collisions.count <= overlaps.count + 1)
  }

  @Test("a recording without them has none")
  func none() throws {
    let (overlaps, _, found) = try Self.trial("stock", seconds: 20)
    #expect(overlaps.count >= found.count)
  }

  @Test("the lost request's retry is linked, after the collision")
  func retry() throws {
    let (_, _, found) = try Self.trial("augisbud")
    let linked = found.compactMap { collision in collision.retry.map { $0 - collision.end.middle } }
    #expect(!linked.isEmpty)
    #expect(linked.allSatisfy { $0 > 0 && $0 < 1_000_000_000 })
  }

  @Test("parts are bytes that arrived, each from a header on")
  func parts() throws {
    for collision in try Self.trial("displaydash").found {
      for part in collision.parts {
        #expect(part.bytes.starts(with: [0x55, 0xAA]))
        #expect(collision.bytes.count >= part.bytes.count && collision.bytes.count <= 512)
      }
    }
  }

  @Test("garbage without end does not fill the memory")
  func bounded() {
    var finder = CollisionFinder()
    finder.add(taps: [Tap(name: "bus0", detail: "", baud: .standard, quality: .none)])
    var decoder = FrameDecoder(settings: .init())
    for _ in 0..<200 {
      let junk = [UInt8](repeating: 0x13, count: 500)
      decoder.push(junk.span)
      let buffer = decoder.buffer
      for event in decoder.events {
        finder.push(AttributedEvent(tap: 0, event: event), bytes: buffer.span.extracting(event.range))
      }
    }
    finder.finish()
    #expect(finder.count == 0)
  }
}
