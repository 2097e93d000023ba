import BusTimeline
import BusTrials
import NinebotBus
import ScooterSim
import Testing

/// A phone that polls the same registers round after round: most messages fit one round later as well.
@Suite struct AlignmentRingTests {
  private static let offset: Int64 = 3_500_000_000
  private static let round: Int64 = 340_000_000

  /// Three registers keep their values; the fourth counts the seconds, or so many of them.
  ///
  /// - Parameter capacity: messages of each capture that are kept; of more, whole blocks of time are left out.
  private func align(seconds: Int64, countsEach: Int64?, capacity: Int = AlignmentStream.defaultCapacity)
    -> ClockAlignment
  {
    var bus = AlignmentStream(capacity: capacity), phone = AlignmentStream()
    var draws = SplitMix64(seed: 11)
    for round in 0..<(seconds * 1_000_000_000 / Self.round) {
      for (place, register) in ([0x25, 0x3A, 0x7B, 0x3E] as [UInt8]).enumerated() {
        let asked = round * Self.round + Int64(place) * Self.round / 4
        let sent = asked + Int64.random(in: 2_000_000...9_000_000, using: &draws)
        let value = register == 0x3A ? countsEach.map { sent / ($0 * 1_000_000_000) } ?? 0 : 7
        let answered = sent + 3_000_000, told = answered + Int64.random(in: 1_000_000...30_000_000, using: &draws)
        let request = Frame(to: 0x20, 0x01, register, [2])
        let reply = Frame(to: 0x23, 0x01, register, [UInt8(truncatingIfNeeded: value), UInt8(value >> 8)])
        append(request, at: sent, to: &bus)
        append(reply, at: answered, to: &bus)
        append(request, at: asked + Self.offset, to: &phone)
        append(reply, at: told + Self.offset, to: &phone)
      }
    }
    return ClockAligner.align(bus: bus, ble: phone)
  }

  private func append(_ frame: Frame, at time: Int64, to stream: inout AlignmentStream) {
    if let event = AlignmentEvent(frame, start: TimeBounds(time), end: TimeBounds(time)) { stream.append(event) }
  }

  /// Of a hundred messages one tells the rounds apart, but all of these say the same.
  @Test(arguments: [(300, AlignmentStream.defaultCapacity), (3600, 10_000)])
  func fewAnswersThatChangeTellWhichRoundItIs(_ seconds: Int, _ capacity: Int) throws {
    let alignment = align(seconds: Int64(seconds), countsEach: 4, capacity: capacity)
    let clocks = try #require(alignment.clocks, "\(alignment)")
    let best = clocks.offset(atBus: clocks.bestTime)
    #expect(abs(best.middle - Self.offset) <= best.error)
    #expect(best.error < 10_000_000)
  }

  @Test func aRingThatNeverChangesIsRefused() {
    guard case .ambiguous = align(seconds: 300, countsEach: nil).refusal else {
      Issue.record("\(align(seconds: 300, countsEach: nil))")
      return
    }
  }
}
