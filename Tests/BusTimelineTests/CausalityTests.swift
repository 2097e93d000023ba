import BleSide
import BusTimeline
import BusTrials
import NinebotBus
import ScooterProfiles
import ScooterSim
import Testing

@Suite struct CausalityTests {
  private let profile: Profile

  init() throws { profile = try ProfileLibrary(folder: "").profile() }

  @Test(arguments: ["phone", "displaydash"])
  func everyNotificationHasItsCause(_ name: String) throws {
    let score = CausalityTrial().run(try Scenario.named(name, seed: 21), profile: profile)
    #expect(score.notifications > 300)
    #expect(score.solicitedRight * 1000 >= score.notifications * 999, "\(score.wrong.prefix(5))")
    #expect(score.causesRight * 1000 >= score.notifications * 995, "\(score.wrong.prefix(5))")
  }

  /// Dashes that ask the very registers that the phone asks, modules that forward what the phone did not ask and such
  /// that do not, logs that miss messages.
  @Test(arguments: [
    ("augisbud", false, 0.0), ("augisbud", true, 0.0), ("copycat-61", true, 0.0), ("near-clock", true, 0.0),
    ("two-dashes", true, 0.0), ("displaydash", true, 0.3), ("phone", true, 0.3), ("augisbud", true, 0.3),
    ("random-dash", true, 0.3),
  ])
  func dashesAndModulesOfOtherKinds(_ name: String, _ forwards: Bool, _ loss: Double) throws {
    var scenario = try Scenario.named(name, seed: 31)
    scenario.phone = PhoneSettings()
    scenario.ble.forwardsForeign = forwards
    var trial = CausalityTrial()
    trial.settings.loss = loss
    let score = trial.run(scenario, profile: profile)
    #expect(score.notifications > 200)
    // A module that passes on only what the phone asked for passes on a dash's equal answer if that comes first: of two
    // equal answers a slot apart nobody can tell which it was.
    #expect(score.solicitedRight * 1000 >= score.notifications * (forwards ? 995 : 985), "\(score.wrong.prefix(5))")
    #expect(score.causesRight * 1000 >= score.notifications * (forwards ? 995 : 985), "\(score.wrong.prefix(5))")
  }

  /// Two dashes that ask for one register are told apart by distance, pace and order where no clock is seen.
  @Test(arguments: [
    (UInt64(1), AdapterModel.ftdi1ms, 0.99), (41, .ftdi1ms, 0.99), (606, .ftdi1ms, 0.995), (11, .ftdi1ms, 0.995),
    (110, .ftdi1ms, 0.99), (21, .ftdi16ms, 0.97),
  ])
  func twoDashesBehindAnAdapter(seed: UInt64, adapter: AdapterModel, causes: Double) throws {
    var trial = CausalityTrial()
    trial.seconds = 300
    trial.quality = .adapter(adapter)
    let score = trial.run(try Scenario.named("two-dashes", seed: seed), profile: profile)
    #expect(score.census.injectors.count == 2)
    #expect(score.notifications > 2000)
    #expect(Double(score.causesRight) > causes * Double(score.notifications), "\(score.wrong.prefix(5))")
  }

  /// A dash that keeps no distance from the heartbeats is not doubted for that once no other has come for long: its
  /// answers are given to it, with the times of an adapter too.
  @Test(arguments: [UInt64(2), 5])
  func aDashOnItsOwnTimerIsNamed(seed: UInt64) throws {
    var trial = CausalityTrial()
    trial.seconds = 300
    trial.quality = .adapter(.ftdi1ms)
    let score = trial.run(try Scenario.named("random-dash", seed: seed), profile: profile)
    #expect(score.notifications > 2000)
    #expect(score.causesRight * 1000 > 985 * score.notifications)
  }

  /// An adapter gives several frames at once, so that answers seem to begin before their requests end.
  @Test(arguments: [
    ("phone", AdapterModel.ftdi1ms, 0.0, 1.0), ("phone", .ftdi16ms, 0.0, 1.0), ("displaydash", .ftdi1ms, 0.0, 0.99),
    ("displaydash", .ftdi16ms, 0.0, 0.99), ("augisbud", .cp210x, 0.0, 0.99), ("displaydash", .ftdi1ms, 0.3, 0.98),
    ("near-clock", .ftdi16ms, 0.0, 0.985), ("augisbud", .ftdi16ms, 0.3, 0.98),
  ])
  func adaptersTellCausesToo(_ name: String, _ adapter: AdapterModel, _ loss: Double, _ causes: Double) throws {
    var scenario = try Scenario.named(name, seed: 33)
    scenario.phone = scenario.phone ?? PhoneSettings()
    scenario.ble.forwardsForeign = true
    var trial = CausalityTrial()
    trial.quality = .adapter(adapter)
    trial.settings.loss = loss
    let score = trial.run(scenario, profile: profile)
    #expect(score.notifications > 200)
    #expect(Double(score.solicitedRight) >= 0.99 * Double(score.notifications), "\(score.wrong.prefix(5))")
    #expect(Double(score.causesRight) >= causes * Double(score.notifications), "\(score.wrong.prefix(5))")
    // Nearly every answer is followed back to the phone's write, and next to none of those requests seems unanswered.
    if loss == 0 { #expect(Double(score.answersFollowed) >= 0.96 * Double(score.answers)) }
    #expect(score.chains[.unanswered] ?? 0 <= score.answers / 50)
  }

  @Test func chainsHaveTheHopsOfTheScooter() throws {
    let score = CausalityTrial().run(try Scenario.named("phone", seed: 22), profile: profile)
    #expect(score.completeChains.count > 300)
    for chain in score.completeChains {
      let request = try #require(chain.requestLatency), reply = try #require(chain.replyLatency)
      let notification = try #require(chain.notificationLatency)
      // Radio and slot; the answer's delay on the wire; the radio (protocol.md 5.2, 6.9). Bounds of the alignment apart.
      #expect((-5_000_000...250_000_000).contains(request))
      #expect((0...250_000_000).contains(reply))
      #expect((-5_000_000...250_000_000).contains(notification))
      #expect(chain.totalLatency ?? 0 > 0)
    }
  }

  @Test func whatTheBusDidNotShowIsToldAsBroken() throws {
    var trial = CausalityTrial()
    trial.hidden = 20_000_000_000...25_000_000_000
    let score = trial.run(try Scenario.named("phone", seed: 23), profile: profile)
    // Some 40 writes in five seconds, none of them on the bus.
    #expect(score.chains[.neverOnWire] ?? 0 >= 20)
    // The phone's log alone still says that its answers were asked for.
    #expect(score.solicitedRight * 100 >= score.notifications * 99)
  }

  /// The phone's log usually begins before the bus's capture and ends after it.
  @Test(arguments: [-1...30_000_000_000, 40_000_000_000...Int64.max])
  func whatWasWrittenWhileTheBusWasNotRecordedIsNotMissed(_ hidden: ClosedRange<Int64>) throws {
    var trial = CausalityTrial()
    trial.hidden = hidden
    let score = trial.run(try Scenario.named("phone", seed: 23), profile: profile)
    #expect(score.completeChains.count > 150)
    // The last of them may be on their way.
    #expect(score.chains[.neverOnWire] ?? 0 <= 3)
  }

  @Test func theTallyShowsTheRingOfTheDash() throws {
    let score = CausalityTrial().run(try Scenario.named("displaydash", seed: 24), profile: profile)
    #expect(score.tally.unsolicited > 300)
    #expect((4...20).contains(score.tally.rate))
    let ring = score.tally.ring.members.map { [Int($0.address ?? 0), Int($0.register ?? 0), $0.dataBytes] }
    #expect(Set(ring) == [[0x23, 0x3A, 4], [0x25, 0x40, 30], [0x25, 0x31, 10], [0x23, 0xB0, 32]])
    let dash = try #require(score.census.injectors.first)
    #expect(dash == .dash(1))
    #expect(score.census.entries[dash]?.blocks.count == 4)
  }

  @Test func aStockScooterHasNoInjector() throws {
    let score = CausalityTrial().run(try Scenario.named("phone", seed: 25), profile: profile)
    #expect(score.tally.unsolicited == 0)
    #expect(score.census.injectors.isEmpty)
  }
}
