import CaptureFiles
import NinebotBus
import ScooterSim
import Testing

@testable import UartSniffer

/// A source from chunks, with an error behind them where a test wants one.
struct ChunkSource: RecordedSource {
  var taps: [Tap] = []
  var origin: Int64?
  var chunks: [ByteChunk]
  var failure: InputError?

  init(names: [String] = ["bus0"], origin: Int64? = nil, _ chunks: [ByteChunk], failure: InputError? = nil) {
    taps = names.map { Tap(name: $0, detail: "", baud: nil, quality: .bytes(error: 0)) }
    self.origin = origin
    self.chunks = chunks
    self.failure = failure
  }

  mutating func next() throws(InputError) -> ByteChunk? {
    if !chunks.isEmpty { return chunks.removeFirst() }
    guard let failure else { return nil }
    self.failure = nil
    throw failure
  }

  /// A chunk with a byte for each time; the byte is `value`.
  static func chunk(tap: Int = 0, _ times: [Int64], value: UInt8 = 0) -> ByteChunk {
    ByteChunk(
      tap: tap, bytes: times.map { _ in value }, times: times.map { ByteTime(start: TimeBounds($0)) })
  }
}

@Suite struct MergedSourceTests {
  private func bytes(_ read: ReadRecording) -> [(tap: Int, time: Int64)] {
    read.chunks.flatMap { chunk in chunk.times.map { (chunk.tap, $0.start.middle) } }
  }

  /// Random recordings: nothing is lost, each tap keeps its order, and the whole is in order of time.
  @Test func bytesComeInOrderOfTime() {
    var random = SplitMix64(seed: 4)
    for _ in 0..<100 {
      var sources: [any RecordedSource] = []
      var expected: [Int64] = []
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        var time: Int64 = 0
        var chunks: [ByteChunk] = []
        for _ in 0..<Int.random(in: 0...5, using: &random) {
          var times: [Int64] = []
          for _ in 0..<Int.random(in: 1...20, using: &random) {
            time += Int64.random(in: 0...10, using: &random)
            times.append(time)
          }
          chunks.append(ChunkSource.chunk(times))
          expected += times
        }
        sources.append(ChunkSource(chunks))
      }
      let merged = bytes(ReadRecording(MergedSource(sources)))
      #expect(merged.map(\.time) == expected.sorted())
    }
  }

  @Test func tapsGetNumbersAndNamesOfTheirOwn() {
    let read = ReadRecording(
      MergedSource([
        ChunkSource(names: ["bus0", "bus1"], [ChunkSource.chunk(tap: 1, [1], value: 1)]),
        ChunkSource(names: ["bus0"], [ChunkSource.chunk([2], value: 2)]),
        ChunkSource(names: ["esc", "esc"], [ChunkSource.chunk(tap: 1, [3], value: 3)]),
      ]))
    #expect(read.taps.map(\.name) == ["bus0", "bus1", "bus2", "esc", "esc-1"])
    #expect(read.bytes(tap: 1) == [1])
    #expect(read.bytes(tap: 2) == [2])
    #expect(read.bytes(tap: 4) == [3])
  }

  @Test func originsArePutOnOneClock() {
    let later = ChunkSource(origin: 1_000_000_500, [ChunkSource.chunk([0, 100])])
    let earlier = ChunkSource(origin: 1_000_000_000, [ChunkSource.chunk([0, 550])])
    let unknown = ChunkSource([ChunkSource.chunk([10])])
    let read = ReadRecording(MergedSource([later, earlier, unknown]))
    #expect(read.origin == 1_000_000_000)
    #expect(bytes(read).map(\.time) == [0, 10, 500, 550, 600])
    #expect(bytes(read).map(\.tap) == [1, 2, 0, 1, 0])
  }

  @Test func bytesWithoutTimesCountTheirPlace() {
    let untimed = ChunkSource([ByteChunk(bytes: [1, 1, 1]), ByteChunk(bytes: [1])])
    let timed = ChunkSource([ChunkSource.chunk([100_000, 250_000], value: 2)])
    let read = ReadRecording(MergedSource([untimed, timed]))
    #expect(read.chunks.flatMap(\.bytes) == [1, 1, 2, 1, 2, 1])
    #expect(read.chunks.filter { $0.tap == 0 }.flatMap(\.times) == [])
  }

  @Test func aDefectComesAfterAllThatIsReadable() {
    let broken = ChunkSource([ChunkSource.chunk([1])], failure: InputError("a", "is broken"))
    let whole = ChunkSource([ChunkSource.chunk([2, 3])])
    let read = ReadRecording(MergedSource([broken, whole]))
    #expect(bytes(read).map(\.time) == [1, 2, 3])
    #expect(read.error == InputError("a", "is broken"))
  }

  @Test func nothingMergesToNothing() {
    #expect(ReadRecording(MergedSource([])).chunks.isEmpty)
    #expect(ReadRecording(MergedSource([ChunkSource([])])).chunks.isEmpty)
  }

  @Test func extremeOriginsDoNotOverflow() {
    let read = ReadRecording(
      MergedSource([
        ChunkSource(origin: .max, [ChunkSource.chunk([1 << 60])]),
        ChunkSource(origin: .min, [ChunkSource.chunk([-1 << 60])]),
      ]))
    #expect(read.chunks.count == 2)
  }
}
