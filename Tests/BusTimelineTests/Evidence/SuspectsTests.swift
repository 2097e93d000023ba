import NinebotBus
import Testing

@testable import BusTimeline

/// Requests of the only dash that is named: whether they are one device's.
@Suite struct SuspectsTests {
  /// Makes as many requests as are looked at together, `kinds` in turn; returns whether a device must be named.
  private static func isMore(
    _ kinds: [(register: UInt8, following: Measurement.Following)], rhythm: Float = 4
  ) -> Bool {
    isMore(kinds.map { ($0.register, EvidenceBench.measured(following: $0.following)) }, rhythm: rhythm)
  }

  /// The same of requests at these distances from a heartbeat, milliseconds, with the times of a 1 ms adapter. The dash
  /// is known to come 0.2 ms behind one.
  private static func isMore(_ kinds: [(register: UInt8, trigger: Float)]) -> Bool {
    isMore(kinds.map { ($0.register, at($0.trigger)) }, rhythm: 4)
  }

  private static func at(_ trigger: Float) -> Measurement {
    var measurement = Measurement()
    (measurement.trigger, measurement.triggerSpread) = (trigger, 0.7)
    return measurement
  }

  private static func isMore(_ kinds: [(register: UInt8, measurement: Measurement)], rhythm: Float) -> Bool {
    var suspects = Suspects()
    var prints = [Fingerprint](repeating: Fingerprint(), count: Candidate.count)
    for _ in 0..<40 { prints[Candidate.firstDash].learn(at(0.2)) }
    return (0..<400).contains { index in
      let kind = kinds[index % kinds.count]
      let seen = EvidenceBench.observed(.request, kind.measurement, register: kind.register)
      let request = Suspects.Request(measurement: seen.measurement, rhythm: rhythm, reading: seen.reading)
      return suspects.take(explained: request, prints)
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

  /// The same by distances, where they are known: what a second dash asks for it asks at another.
  @Test func whatIsAskedDependsOnTheDistance() {
    let two: [(UInt8, Float)] = [(0x31, 0.2), (0xB0, 0.4), (0x3A, 0.1), (0xB0, 9), (0x31, 0.3), (0x7B, 14)]
    #expect(Self.isMore(two))
    let distances: [Float] = [0.2, 7, 13]
    let one: [(UInt8, Float)] = [0x31, 0xB0, 0x3A].flatMap { register in distances.map { (register, $0) } }
    #expect(!Self.isMore(one))
    let close: [(UInt8, Float)] = [(0x31, 0.2), (0xB0, 0.2), (0x3A, 0.2)]
    #expect(!Self.isMore(close))
  }
}
