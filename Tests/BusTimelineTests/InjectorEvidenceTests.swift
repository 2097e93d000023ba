import NinebotBus
import ScooterProfiles
import Testing

@testable import BusTimeline

/// What is told of a device that injects, beside its registers.
@Suite struct InjectorEvidenceTests {
  private typealias Timing = Diagnosis.Evidence.Timing

  private static func words(_ own: Timing, _ module: Timing) -> String {
    var evidence = Diagnosis.Evidence()
    (evidence.timing, evidence.moduleTiming) = (own, module)
    return Diagnosis.Injector(
      sender: .dash(1), requests: 10, requestsPerSecond: 1, registers: [], first: 0, last: 1, confidence: 0.99,
      evidence: evidence
    ).evidenceWords.joined(separator: " ")
  }

  private static func timing(_ pitch: Double?, _ clock: Double?) -> Timing {
    Timing(
      pitch: pitch.map { [.init(mean: $0, spread: 0.4)] } ?? [],
      bitClock: clock.map { [.init(mean: $0, spread: 120)] } ?? [])
  }

  @Test func pitchAndClockStandBesideTheModules() {
    let text = Self.words(Self.timing(86.8, 60), Self.timing(94.4, -12_060))
    #expect(
      text.contains(
        "a byte each 86.8 us, bits off by 60 ppm; the BLE module's: a byte each 94.4 us, bits off by -12060 ppm"))
    #expect(!text.contains("would look the same"))
  }

  /// Its clock alone is no proof: the same pitch and clock can be the module itself with another firmware.
  @Test func aDeviceTimedAsTheModuleIsSaidToBe() {
    let text = Self.words(Self.timing(94.5, -12_000), Self.timing(94.4, -12_060))
    #expect(text.contains("only when it asks tells them apart") && text.contains("would look the same"))
    #expect(!Self.words(Self.timing(94.5, -9000), Self.timing(94.4, -12_060)).contains("would look the same"))
  }

  @Test func whatWasNotMeasuredIsSaid() {
    #expect(Self.words(Self.timing(nil, nil), Self.timing(nil, nil)).contains("was not seen"))
  }

  @Test(arguments: [(25, "At least 25 of 40 requests came"), (40, "40 of 40 requests came")])
  func placesOnAFullBusShowLittle(_ outOfTurn: Int, _ words: String) {
    var evidence = Diagnosis.Evidence()
    (evidence.requests.frames, evidence.outOfTurn) = (40, outOfTurn)
    let injector = Diagnosis.Injector(
      sender: .dash(1), requests: 40, requestsPerSecond: 1, registers: [], first: 0, last: 1, confidence: 0.99,
      evidence: evidence)
    #expect(injector.evidenceWords.first?.hasPrefix(words) == true)
  }

  @Test func meansAreTakenOverFrames() {
    var sums = VoteSums()
    for value: Float in [1, 2, 6] {
      var votes = Votes()
      votes.set(value, at: RhythmEvidence.row)
      votes.set(-40, at: RoleEvidence.row)
      sums.add(CoarseVotes(votes))
    }
    #expect(sums.means.map { "\($0.kind.name) \($0.mean)" } == ["role -15.0", "rhythm 3.0"])
    #expect(sums.frames == 3 && sums.outOfTurn == 2 && sums.besideLog == 0)
  }

  /// A register that two commands ask for is one, and what is set comes first.
  @Test func aRegisterStandsOnce() throws {
    let profile = try ProfileLibrary(folder: "").profile("m365")
    var row = SenderStatistics(tap: 0, transmitter: .dash(1), first: 0)
    for (command, register, payload) in [
      (0x01, 0x3a, [4]), (0x61, 0x3a, [4, 2, 0, 0]), (0x01, 0x3a, [4]), (0x03, 0x7d, [2, 0]),
    ] as [(UInt8, UInt8, [UInt8])] {
      let bytes = try Frame(to: 0x20, command, register, payload).encoded()
      let reading = profile.read(bytes.span)
      row.add(request: try #require(reading), at: 0)
    }
    #expect(row.kinds.count == 3)
    let registers = DiagnosisBuilder(profile: profile).registers(of: row)
    #expect(
      registers.map { "\($0.act.name) \($0.name) \($0.requests)" } == ["write tail_light 1", "read seconds_on 3"])
  }
}
