import NinebotBus
import ScooterProfiles
import Testing

@testable import BusTimeline

@Suite struct WireLedgerTests {
  private func frame(_ id: Int64, _ bytes: [UInt8], _ content: UInt64, injected: Float) throws -> WireLedger.Frame {
    let profile = try ProfileLibrary(folder: "").profile()
    let reading = profile.read(bytes.span, on: .escBle)
    let start = id * 2_000_000
    return WireLedger.Frame(
      wire: CausalChain.Wire(
        id: id, start: TimeBounds(start), end: TimeBounds(start + 1_000_000), sender: .unknown),
      reading: try #require(reading), content: content, cause: .unknown, isSure: false,
      injected: injected)
  }

  @Test(
    "where it is in doubt who asked, the likelier is told, whatever a log says that may have lost the write",
    arguments: [(0.9, false), (0.1, true)] as [(Float, Bool)], [nil, false, true] as [Bool?])
  func doubt(_ chance: (injected: Float, solicited: Bool), _ word: Bool?) throws {
    var ledger = WireLedger(CausalityTracker.Settings())
    var radio = RadioLedger()
    var outcomes: [CausalOutcome] = []
    let request: [UInt8] = [0x55, 0xAA, 0x03, 0x20, 0x01, 0x3A, 0x04, 0x9D, 0xFF]
    let answer: [UInt8] = [0x55, 0xAA, 0x06, 0x23, 0x01, 0x3A, 0x0A, 0x00, 0x0A, 0x00, 0x87, 0xFF]
    ledger.take(try frame(1, request, 7, injected: chance.injected), radio: &radio)
    ledger.take(try frame(2, answer, 9, injected: chance.injected), radio: &radio)
    let message = RadioLedger.Message(
      place: CausalChain.Message(sequence: 0, time: TimeBounds(30_000_000)), content: 9, solicited: word, counter: nil)
    let finding = ledger.explain(message, into: &outcomes)
    #expect(finding.cause == .unknown)
    #expect(finding.solicited == chance.solicited)
  }
}
