import NinebotBus
import ScooterSim
import Testing
import UartSniffer

@Suite struct SimulatedSourceTests {
  static let qualities: [SimulatedSource.Quality] =
    [.edges, .bytes(error: 10_000), .none] + AdapterModel.all.map { .packets($0) }

  private func record(_ quality: SimulatedSource.Quality, seconds: Int64 = 10) throws -> (
    bytes: [UInt8], times: [ByteTime], silences: [Int64], truths: [Transmission], source: SimulatedSource
  ) {
    var source = SimulatedSource(
      try .named("two-dashes"), quality: quality, duration: seconds * 1_000_000_000, keepsTruth: true)
    var bytes: [UInt8] = []
    var times: [ByteTime] = []
    var silences: [Int64] = []
    var truths: [Transmission] = []
    while let chunk = try source.next() {
      // Nothing comes before the silence that an earlier chunk promised.
      if let silence = silences.last, !chunk.times.isEmpty {
        #expect(chunk.times.allSatisfy { $0.start.latest >= silence })
      }
      bytes += chunk.bytes
      times += chunk.times
      if let silence = chunk.silentUntil { silences.append(silence) }
      truths += source.takeTransmissions()
    }
    return (bytes, times, silences, truths, source)
  }

  @Test(arguments: qualities) func sameBytesInEveryQuality(_ quality: SimulatedSource.Quality) throws {
    let exact = try record(.edges)
    let other = try record(quality)
    #expect(other.bytes == exact.bytes)
    #expect(other.truths == exact.truths && exact.truths.count > 700)
    if case .none = quality { return #expect(other.times.isEmpty) }
    #expect(other.times.count == other.bytes.count)
    // The truth lies within the bounds.
    let outside = zip(other.times, exact.times).count {
      $1.start.middle < $0.start.earliest || $1.start.middle > $0.start.latest
    }
    #expect(outside == 0)
    let widest = other.times.map(\.start.error).max() ?? 0
    switch quality {
    case .packets(.ftdi1ms), .packets(.pl011): #expect(widest < 8_000_000, "\(widest)")
    case .packets: #expect(widest < 30_000_000, "\(widest)")
    default: #expect(widest <= 10_000)
    }
  }

  @Test func severalLinesAreSeveralTaps() throws {
    var source = SimulatedSource(
      try .named("stock"), lines: Line.allCases, quality: .edges, duration: 10_000_000_000)
    var counts = [0, 0, 0]
    while let chunk = try source.next() { counts[chunk.tap] += chunk.bytes.count }
    #expect(source.taps.map(\.name) == ["bus0", "bus1", "bus2"])
    #expect(counts.allSatisfy { $0 > 400 })
  }
}
