import NinebotBus
import ScooterSim
import Synchronization
import Testing

/// A clock that only moves when somebody sleeps, by a little more than asked for.
private final class TestClock: PlayerClock {
  private let time = Mutex<Int64>(5_000_000_000)
  let oversleep: Int64

  init(oversleep: Int64 = 60_000) { self.oversleep = oversleep }

  func now() -> Int64 { time.withLock { $0 } }
  func sleep(until wanted: Int64) { time.withLock { $0 = max($0, wanted) + oversleep } }
}

@Suite struct PlayerTests {
  @Test(arguments: [nil, AdapterModel.ftdi1ms, .ftdi16ms]) func bytesComeInTime(_ model: AdapterModel?) throws {
    var player = SimPlayer(try .named("phone"), adapter: model)
    let clock = TestClock()
    var decoder = FrameDecoder()
    var frames = 0
    var latest: Int64 = 0
    player.play(for: 10_000_000_000, clock: clock) { packet in
      latest = max(latest, clock.now() - 5_000_000_000 - packet.arrival)
      decoder.push(packet.bytes.span)
      frames += decoder.events.count { $0.kind == .frame && $0.checksumHolds }
      return true
    }
    #expect(frames > 550)
    #expect(Double(frames) > 0.9 * Double(player.frames))
    #expect(latest < 300_000, "\(latest)")
    #expect((10_000_000_000...10_100_000_000).contains(clock.now() - 5_000_000_000))
  }

  @Test func aStalledListenerGetsPieces() throws {
    var player = SimPlayer(try .named("augisbud"))
    _ = player.due(at: 0)
    var total = 0
    var calls = 0
    while true {
      let due = player.due(at: 60_000_000_000)
      let count = due.packets.reduce(0) { $0 + $1.bytes.count }
      #expect(count <= SimPlayer.mostBytes + 64)
      total += count
      calls += 1
      if due.next > 60_000_000_000 { break }
    }
    #expect(total > 60_000 && calls > 10)
  }

  @Test func endsWhenNobodyListens() throws {
    var player = SimPlayer(try .named("stock"))
    var packets = 0
    player.play(clock: TestClock()) { _ in
      packets += 1
      return packets < 10
    }
    #expect(packets == 10)
  }

  @Test func playedBytesAreThoseOnTheWire() throws {
    let scenario = try Scenario.named("phone", seed: 9)
    var player = SimPlayer(scenario)
    var played: [UInt8] = []
    player.play(for: 5_000_000_000, clock: TestClock(oversleep: 3_000_000)) {
      played += $0.bytes
      return true
    }
    var scooter = Scooter(scenario)
    var probe = LineProbe()
    while let occurrence = scooter.next(until: 6_000_000_000) { probe.push(occurrence) }
    #expect(played.count > 3_000)
    #expect(Array(probe.bytes.prefix(played.count)) == played)
  }
}
