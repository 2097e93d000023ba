import BusTimeline
import NinebotBus
import ScooterSim
import TestSupport
import Testing
import UartSniffer

/// In the real captures everything is stock: whose address and command it is has sent it.
@Suite("Attribution of real stock captures", .enabled(if: SharedCaptures.present, "needs ../shared/captures"))
struct AttributionCaptureTests {
  static let single = "m365-esc-ble-eco-flashlight"

  private func expectStock(_ run: AttributionRun, frames: Int) {
    #expect(run.frames.count == frames)
    for (reading, finding, row) in run.frames {
      #expect(finding.sender.name == "\(reading.stockSender.name)", "at \(row.event.event.start.middle)")
      #expect(!finding.contradictsClaim)
    }
  }

  @Test("with edges", arguments: [(single, 522), ("m365-esc-bms-two-way", 140), ("m365-bms-emulator", 8)])
  func edges(_ name: String, _ frames: Int) throws {
    let run = try AttributionRun(LogicRecording(try SaleaeLogic1(path: SharedCaptures.path("\(name).logicdata"))))
    expectStock(run, frames: frames)
  }

  @Test("with byte times")
  func byteTimes() throws {
    let run = try AttributionRun(TimedBytes(path: SharedCaptures.path("\(Self.single).ch4.bytes.csv")))
    expectStock(run, frames: 522)
  }

  @Test("through each adapter, where what is decided is right", arguments: AdapterModel.all.map(\.name))
  func adapters(_ name: String) throws {
    let model = try #require(AdapterModel.all.first { $0.name == name })
    let bytes = try TimedBytes(path: SharedCaptures.path("\(Self.single).ch4.bytes.csv"))
    let run = try AttributionRun(try AdaptedSource(bytes, model: model))
    expectStock(run, frames: 522)
  }

  @Test("the table shows each transmitter's published pitch and clocks")
  func table() throws {
    let path = SharedCaptures.path("\(Self.single).logicdata")
    let run = try AttributionRun(LogicRecording(try SaleaeLogic1(path: path)))
    let esc = try #require(run.table.row(of: .esc))
    let ble = try #require(run.table.row(of: .ble))
    #expect(abs((esc.pitch.first?.mean ?? 0) - 195.4) < 0.5)
    #expect(abs((ble.pitch.first?.mean ?? 0) - 94.3) < 0.5)
    #expect(abs((esc.bitClock.first?.mean ?? 0) + 1700) < 300)
    // Two clock modes, one device.
    for clock in [-12_000.0, -6000] { #expect(ble.bitClock.contains { abs($0.mean - clock) < 700 }) }
    guard case .slots(let slot, _) = ble.rhythm else {
      Issue.record("no slots")
      return
    }
    #expect(abs(slot - 19_860_000) < 100_000)
  }

  @Test("the emulator's clock and pitch are told")
  func emulator() throws {
    let path = SharedCaptures.path("m365-bms-emulator.logicdata")
    let run = try AttributionRun(LogicRecording(try SaleaeLogic1(path: path)))
    let bms = try #require(run.table.row(of: .bms))
    let match = run.table.looksLike(bms, among: try signatures())
    #expect(match?.signatures.map(\.name) == ["bms-emulator"])
  }
}
