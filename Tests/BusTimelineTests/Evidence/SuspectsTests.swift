import NinebotBus
import Testing

@testable import BusTimeline

/// Requests of the only dash that is named, where no distances are known: whether they are one device's.
@Suite struct SuspectsTests {
  /// Makes as many requests as are looked at together, `kinds` in turn; returns whether a device must be named.
  private static func isMore(
    _ kinds: [(register: UInt8, following: Measurement.Following)], rhythm: Float = 4
  ) -> Bool {
    var suspects = Suspects()
    return (0..<400).contains { index in
      let kind = kinds[index % kinds.count]
      return suspects.take(
        explained: EvidenceBench.observed(
          .request, EvidenceBench.measured(following: kind.following), register: kind.register),
        rhythm: rhythm)
    }
  }

  @Test func whatIsAskedDependsOnHowItFollows() {
    let mixed: [(UInt8, Measurement.Following)] = [
      (0x31, .closely), (0xB0, .closely), (0x3A, .closely), (0xB0, .apart), (0x31, .closely), (0x7B, .apart),
    ]
    #expect(Self.isMore(mixed))
    // A device must come out of turn to be named.
    #expect(!Self.isMore(mixed, rhythm: 0))
  }

  /// A dash on its own timer follows now closely, now not, whatever it asks for.
  @Test func oneDeviceAsksForTheSameHoweverItFollows() {
    let registers: [UInt8] = [0x31, 0xB0, 0x3A]
    let all = registers.flatMap { [($0, Measurement.Following.closely), ($0, .apart), ($0, .apart)] }
    #expect(!Self.isMore(all))
    #expect(!Self.isMore(registers.map { ($0, .closely) }))
    #expect(!Self.isMore([(0x31, .unseen), (0x7B, .apart)]))
  }
}
