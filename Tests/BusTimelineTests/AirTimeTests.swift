import BusTimeline
import CaptureFiles
import NinebotBus
import ScooterSim
import Testing
import UartSniffer

@Suite("How long frames hold the wire")
struct AirTimeTests {
  private static let duration: Int64 = 60_000_000_000

  /// Nanoseconds in which something was on a line, in truth: what ran into each other counts once.
  private static func busy(_ name: String, line: Line = .escBle) throws -> Int64 {
    var scooter = Scooter(try .named(name, seed: 2))
    var busy: Int64 = 0
    var until = Int64.min
    while let occurrence = scooter.next(until: duration) {
      guard case .transmission(let sent) = occurrence, sent.line == line else { continue }
      busy += max(0, sent.truth.end - max(sent.truth.start, until))
      until = max(until, sent.truth.end)
    }
    return busy
  }

  private static func run(
    _ name: String, _ quality: SimulatedSource.Quality, line: Line = .escBle
  ) throws -> AttributionRun {
    try AttributionRun(
      SimulatedSource(try .named(name, seed: 2), lines: [line], quality: quality, duration: duration),
      links: line == .escBle ? [] : [.escBms])
  }

  private static let qualities: [SimulatedSource.Quality] =
    [.edges, .bytes(error: 20_000), .bytes(error: 100_000)] + AdapterModel.all.map { .packets($0) }

  /// `replaced-esc` and `replaced-bms` transmit otherwise than the profile expects: the packets must say so.
  @Test(
    "together they are what was on the wire, however well times are known",
    arguments: [
      ("stock", Line.escBle), ("displaydash", .escBle), ("augisbud", .escBle), ("busy-timer", .escBle),
      ("replaced-esc", .escBle), ("stock", .bmsToEsc), ("replaced-bms", .bmsToEsc),
    ], qualities)
  func load(_ wire: (name: String, line: Line), _ quality: SimulatedSource.Quality) throws {
    let truth = Double(try Self.busy(wire.name, line: wire.line))
    let run = try Self.run(wire.name, quality, line: wire.line)
    let found = Double(try run.rows.reduce(0) { $0 + (try #require($1.event.airTime)) })
    // How long two that run into each other hold the wire is known less well, and there they do all the time.
    #expect(
      abs(found / truth - 1) < (wire.name == "busy-timer" ? 0.06 : 0.05),
      "\(wire) \(run.taps[0].detail): \(found / truth)")
  }

  @Test("each is within what its own times allow, and has time for its bits", arguments: qualities)
  func bounds(_ quality: SimulatedSource.Quality) throws {
    for row in try Self.run("displaydash", quality).rows {
      let event = row.event.event
      let time = try #require(row.event.airTime)
      // A measured one is as good as its times, and what ran into each other need not be whole bytes.
      let error = event.start.error + event.end.error
      let least = Baud.standard.duration(bytes: Int(event.count)) * 97 / 100 - (error <= 200_000 ? error : 0)
      #expect(time >= least || !event.checksumHolds, "\(event)")
      #expect(time <= max(event.end.latest - event.start.earliest, event.duration), "\(event)")
    }
  }

  @Test("shares of senders are those of the truth with an adapter of 16 ms")
  func shares() throws {
    let exact = try Self.run("phone", .edges).table
    let coarse = try Self.run("phone", .packets(.ftdi16ms)).table
    for sender in [Transmitter.esc, .ble] {
      let (truth, found) = (try #require(exact.row(of: sender)), try #require(coarse.row(of: sender)))
      let (share, guess) = (try #require(exact.share(of: truth)), try #require(coarse.share(of: found)))
      #expect(abs(guess / share - 1) < 0.05, "\(sender): \(guess) for \(share)")
    }
  }

  /// Requests that nobody can be given count by their probability: a timer behind an adapter of 16 ms makes many.
  @Test(
    "what is injected is what dashes sent and what they asked for",
    arguments: [
      ("displaydash", .edges, 0.05), ("displaydash", .packets(.ftdi1ms), 0.05),
      ("displaydash", .packets(.ftdi16ms), 0.05),
      ("augisbud", .edges, 0.05), ("augisbud", .packets(.ftdi1ms), 0.05), ("augisbud", .packets(.ftdi16ms), 0.05),
      ("busy-timer", .edges, 0.05), ("busy-timer", .packets(.ftdi1ms), 0.05), ("busy-timer", .packets(.ftdi16ms), 0.25),
    ] as [(String, SimulatedSource.Quality, Double)])
  func injected(_ name: String, _ quality: SimulatedSource.Quality, _ most: Double) throws {
    var scooter = Scooter(try .named(name, seed: 2))
    var truth = 0.0
    while let occurrence = scooter.next(until: Self.duration) {
      guard case .transmission(let sent) = occurrence, sent.line == .escBle, !sent.truth.collided else { continue }
      if Self.isDash(sent.truth.sender) || sent.truth.answers.map(Self.isDash) ?? false {
        truth += Double(sent.truth.end - sent.truth.start)
      }
    }
    let run = try Self.run(name, quality)
    let found = run.rows.reduce(0.0) {
      $0 + Double($1.event.finding?.injected ?? 0) * Double($1.event.airTime ?? 0)
    }
    #expect(abs(found / truth - 1) < most, "\(name) \(quality): \(found / truth)")
  }

  private static func isDash(_ party: Party) -> Bool {
    if case .dash = party { true } else { false }
  }

  @Test("without times nothing is told")
  func untimed() throws {
    let run = try Self.run("stock", .none)
    #expect(!run.rows.isEmpty && run.rows.allSatisfy { $0.event.airTime == nil })
    for sender in run.table.senders { #expect(run.table.share(of: sender) == nil) }
    var use = LineUse()
    for row in run.rows { use.add(row.event.event, airTime: row.event.airTime) }
    #expect(use.load == nil && use.duration > 0)
  }

  /// A file of another program: the start of each frame, and of the bytes behind it only that they follow.
  @Test("where only starts are known the profile tells how long frames are")
  func starts() throws {
    let exact = try Self.run("displaydash", .edges)
    var attributor = Attributor(profile: try AttributionRun.profile(), patience: .recorded)
    attributor.add(taps: [Tap(name: "bus0", detail: "", baud: .standard, quality: .frames)])
    var sink = Sum()
    for row in exact.rows {
      var event = row.event.event
      event.shape = FrameShape()
      let byte = Baud.standard.duration(bytes: 1)
      let steps = Int64(event.count) - 1
      event.start = TimeBounds(event.start.middle, error: 500_000)
      event.end = TimeBounds(
        event.start.middle + steps * byte + byte, error: steps == 0 ? 500_000 : 500_000 + steps * byte + 1)
      attributor.push(event, tap: 0, bytes: row.bytes.span, into: &sink)
    }
    attributor.finish(into: &sink)
    #expect(abs(Double(sink.time) / Double(try Self.busy("displaydash")) - 1) < 0.05)
  }

  @Test("times that no wire has do no harm", arguments: [0, 1 << 20, 1 << 45, 1 << 59] as [Int64])
  func wild(error: Int64) throws {
    let exact = try AttributionRun(
      SimulatedSource(try .named("stock", seed: 2), quality: .edges, duration: 2_000_000_000))
    var attributor = Attributor(profile: try AttributionRun.profile(), patience: .recorded)
    attributor.add(taps: [Tap(name: "bus0", detail: "", baud: .standard, quality: .frames)])
    var sink = Sum()
    for (index, row) in exact.rows.enumerated() {
      var event = row.event.event
      event.start = TimeBounds(event.start.middle, error: index % 2 == 0 ? error : 0)
      event.end = TimeBounds(event.end.middle + (index % 3 == 0 ? error : 0), error: error)
      attributor.push(event, tap: 0, bytes: row.bytes.span, into: &sink)
    }
    attributor.finish(into: &sink)
    #expect(sink.time > 0)
  }

  private struct Sum: AttributedEventSink {
    var time: Int64 = 0
    mutating func take(_ event: AttributedEvent, bytes: Span<UInt8>) {
      #expect((event.airTime ?? 0) >= 0)
      time &+= min(event.airTime ?? 0, 1_000_000_000)
    }
  }
}
