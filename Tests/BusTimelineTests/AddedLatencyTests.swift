import NinebotBus
import Testing

@testable import BusTimeline

/// What injected traffic adds to the phone's waits.
@Suite struct AddedLatencyTests {
  private static let millisecond: Int64 = 1_000_000

  /// Reads each second: every second one has an injected frame 3 ms before it.
  private static func waits(_ count: Int, beside: Int64, without: Int64) -> InjectedWaits {
    var waits = InjectedWaits()
    for index in 0..<Int64(2 * count) {
      let time = index * 1000 * millisecond
      if index % 2 == 0 { waits.note(time - 3 * millisecond) }
      waits.advance(to: time)
      waits.add(
        .escRead, index % 2 == 0 ? beside : without, stretch: time - 5 * millisecond...time + 2 * millisecond)
    }
    waits.finish()
    return waits
  }

  @Test func readsWithInjectedTrafficAreHeldAgainstThoseWithout() {
    let added = Self.waits(20, beside: 5 * Self.millisecond, without: 2 * Self.millisecond).added(.escRead)
    #expect(added.beside.count == 20 && added.without.count == 20)
    #expect(added.difference == 3 * Self.millisecond)
    #expect(Self.waits(20, beside: 1, without: 2).added(.write).beside.count == 0)
  }

  @Test func fewSayNothing() {
    #expect(Self.waits(19, beside: 5, without: 2).added(.escRead).difference == nil)
  }

  /// A collision is known when the request that it destroyed is made again, up to a second later.
  @Test func aCollisionCountsThoughItIsKnownLate() {
    var waits = InjectedWaits()
    waits.add(.escRead, 5, stretch: 0...7 * Self.millisecond)
    waits.advance(to: 1000 * Self.millisecond)
    let time = TimeBounds(earliest: Self.millisecond, latest: Self.millisecond)
    for parties: [Transmitter] in [[.esc, .ble], [.ble, .dash(1)]] {
      waits.note(
        Collision(
          tap: 0, start: time, end: time, parties: parties, signs: [], bytes: [], parts: [], lostFrames: 2, retry: nil))
    }
    waits.advance(to: 3000 * Self.millisecond)
    #expect(waits.added(.escRead).beside.count == 1 && waits.added(.escRead).without.count == 0)
  }

  @Test func whatIsForgottenIsNeither() {
    var waits = InjectedWaits()
    for time in 0..<5000 { waits.note(Int64(time)) }
    waits.add(.escRead, 5, stretch: 0...7)
    waits.finish()
    #expect(waits.added(.escRead).beside.count + waits.added(.escRead).without.count == 0)
  }

  @Test func itIsToldWithItsUncertainty() {
    var diagnosis = Diagnosis()
    diagnosis.wire = Diagnosis.Wire()
    let added =
      Self.waits(30, beside: 5 * Self.millisecond, without: 2 * Self.millisecond).added(.escRead)
    diagnosis.addedToReads = [(.esc, added)]
    diagnosis.phoneReads = added.beside
    diagnosis.writeWords()
    // Without an injector nothing is added.
    #expect(!diagnosis.remarks.joined().contains("With injected traffic"))
    diagnosis.injectors = [
      Diagnosis.Injector(
        sender: .dash(1), requests: 100, requestsPerSecond: 8, registers: [], first: 0, last: 1, confidence: 0.99)
    ]
    diagnosis.writeWords()
    let text = diagnosis.remarks.joined(separator: " ")
    #expect(text.contains("own reads within 5.0 ms (median of 30), without 2.0 ms (of 30): 3.0 ms more."), "\(text)")
    diagnosis.phoneReadsExcess = 4 * Self.millisecond
    diagnosis.writeWords()
    let blurred = diagnosis.remarks.joined(separator: " ")
    #expect(blurred.contains("(of 30): no difference that the capture's times would show."), "\(blurred)")
    #expect(blurred.contains("upper bounds, by the capture's times each may be 8.0 ms less"), "\(blurred)")
  }
}
