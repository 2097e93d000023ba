import NinebotBus
import ScooterSim
import TestSupport
import Testing

@testable import BleSide

@Suite("Reassembly by header and L")
struct CommReassemblerTests {
  /// A frame of a random format and content, as on the air.
  static func frame(_ random: inout SplitMix64, _ format: CommFormat) throws -> [UInt8] {
    let length = UInt8.random(in: 2...60, using: &random)
    var bytes: [UInt8] =
      switch format {
      case .plain55AA: [0x55, 0xAA, length]
      case .plain5AA5, .ninebotCrypto: [0x5A, 0xA5, length]
      case .ccm, .xor: [0x55, 0xAB, length]
      }
    while bytes.count < Int(length) + format.overhead - 2 { bytes.append(UInt8.random(in: 0...255, using: &random)) }
    bytes.appendChecksum(from: 2)
    return bytes
  }

  static func cut(_ bytes: [UInt8], at size: Int) -> [[UInt8]] {
    stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
  }

  @Test(
    "any frames in values of any size, with empties between: each comes out once and whole",
    arguments: 0..<60 as Range<UInt64>)
  func wholeStream(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let size = [20, 20, 23, 100, 244, 7, 3].randomElement(using: &random) ?? 20
    var reassembler = CommReassembler()
    var pieces: [CommPiece] = []
    var expected: [CommPiece] = []
    var time: Int64 = 0
    for _ in 0..<200 {
      let format: CommFormat = [.plain55AA, .plain5AA5, .ccm, .xor].randomElement(using: &random) ?? .ccm
      let frame = try Self.frame(&random, format)
      let start = time
      for value in Self.cut(frame, at: size) {
        if Bool.random(using: &random) { reassembler.push([UInt8]().span, at: time, into: &pieces) }
        reassembler.push(value.span, at: time, into: &pieces)
        time += 1_000_000
      }
      expected.append(CommPiece(kind: .frame(format), bytes: frame, start: start, end: time - 1_000_000))
    }
    reassembler.finish(into: &pieces)
    #expect(pieces == expected)
    #expect(reassembler.empties > 0)
  }

  @Test("lost values damage their own frames only", arguments: 0..<100 as Range<UInt64>)
  func loss(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var reassembler = CommReassembler()
    reassembler.isCCM = true
    var pieces: [CommPiece] = []
    var whole: [[UInt8]] = []
    var pushed: [UInt8] = []
    for time in 0..<300 as Range<Int64> {
      let frame = try Self.frame(&random, .ccm)
      var isWhole = true
      for value in Self.cut(frame, at: 20) {
        if Double.random(in: 0..<1, using: &random) < 0.05 {
          isWhole = false
        } else {
          reassembler.push(value.span, at: time * 10_000_000, into: &pieces)
          pushed += value
        }
      }
      if isWhole { whole.append(frame) }
    }
    reassembler.finish(into: &pieces)
    #expect(pieces.filter { $0.kind == .frame(.ccm) }.map(\.bytes) == whole)
    #expect(pieces.flatMap(\.bytes) == pushed, "every byte is in exactly one piece")
  }

  @Test("random bytes trap nothing and nothing of them is lost", arguments: 0..<200 as Range<UInt64>)
  func garbage(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var reassembler = CommReassembler()
    var decoder = CommDecoder()
    decoder.add(name: Array("MIScooter".utf8))
    decoder.set(beaconKey: [UInt8](1...12))
    var pieces: [CommPiece] = []
    var messages: [BleMessage] = []
    var pushed: [UInt8] = []
    for time in 0..<300 as Range<Int64> {
      var value = (0..<Int.random(in: 0...30, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      // Headers and short lengths, so that frames are begun.
      if value.count > 3, Bool.random(using: &random) {
        value[0] = Bool.random(using: &random) ? 0x55 : 0x5A
        value[1] = [0xAA, 0xAB, 0xA5].randomElement(using: &random) ?? 0xAA
        value[2] = UInt8.random(in: 0...20, using: &random)
      }
      reassembler.push(value.span, at: time, into: &pieces)
      decoder.push(value.span, Bool.random(using: &random) ? .toPhone : .toScooter, at: time, into: &messages)
      pushed += value
    }
    reassembler.finish(into: &pieces)
    decoder.finish(into: &messages)
    #expect(pieces.flatMap(\.bytes) == pushed)
  }

  @Test("the two schemes behind 55AB are told apart by their whole length")
  func schemes() throws {
    var random = SplitMix64(seed: 1)
    for _ in 0..<500 {
      for format in [CommFormat.xor, .ccm] {
        var reassembler = CommReassembler()
        var pieces: [CommPiece] = []
        let frame = try Self.frame(&random, format)
        for value in Self.cut(frame, at: 20) { reassembler.push(value.span, at: 0, into: &pieces) }
        #expect(pieces.map(\.kind) == [.frame(format)])
      }
    }
  }

  @Test("a continuation that looks like a header belongs to its frame")
  func headerInside() throws {
    var frame: [UInt8] = [0x55, 0xAB, 0x20] + [UInt8](repeating: 1, count: 17)
    frame += [0x55, 0xAA, 0x03] + [UInt8](repeating: 2, count: 17) + [0x5A, 0xA5, 0, 0, 0, 0]
    frame.appendChecksum(from: 2)
    var reassembler = CommReassembler()
    var pieces: [CommPiece] = []
    for value in Self.cut(frame, at: 20) { reassembler.push(value.span, at: 0, into: &pieces) }
    #expect(pieces.map(\.kind) == [.frame(.ccm)])
  }

  @Test("a frame whose rest does not come is given up after the pause")
  func pause() {
    var reassembler = CommReassembler()
    var pieces: [CommPiece] = []
    let begun: [UInt8] = [0x55, 0xAB, 0x40, 1, 0]
    reassembler.push(begun.span, at: 0, into: &pieces)
    let sound = hexBytes("55aa042003700100 67ff")
    reassembler.push(sound.span, at: CommReassembler.pause + 1, into: &pieces)
    #expect(pieces.map(\.kind) == [.damaged, .frame(.plain55AA)])
    #expect(pieces.map(\.start) == [0, CommReassembler.pause + 1])
  }

  @Test("two frames in one value, and one that starts in another's last value")
  func together() {
    let lock = hexBytes("55aa042003700100 67ff")
    let stream = lock + lock + lock
    var reassembler = CommReassembler()
    var pieces: [CommPiece] = []
    for value in [Array(stream[..<15]), Array(stream[15..<22]), Array(stream[22...])] {
      reassembler.push(value.span, at: Int64(value.count), into: &pieces)
    }
    #expect(pieces.map(\.bytes) == [lock, lock, lock])
    #expect(pieces.map(\.start) == [15, 15, 7])
    #expect(pieces.map(\.end) == [15, 7, 8])
  }
}

@Suite("Counters of which the air shows 16 bits")
struct CounterTrackerTests {
  @Test(arguments: [
    (last: 10, wire: 11, whole: 11), (last: 65_535, wire: 0, whole: 65_536), (last: 65_530, wire: 4, whole: 65_540),
    (last: 65_540, wire: 65_530, whole: 65_530 + 65_536), (last: 70_000, wire: 4464, whole: 70_000),
    (last: 131_070, wire: 3, whole: 131_075), (last: 0xFFFF_FFFF, wire: 0, whole: 0),
  ])
  func likeliest(last: UInt32, wire: UInt16, whole: UInt32) {
    var tracker = CounterTracker()
    _ = tracker.accept(last)
    #expect(tracker.likeliest(wire) == whole)
  }

  @Test("upper, upper + 1 and 0 are all tried")
  func candidates() {
    var tracker = CounterTracker()
    #expect(tracker.candidates(7) == [7, 65_543])
    _ = tracker.accept(200_000)
    #expect(Set(tracker.candidates(9)) == [196_617, 262_153, 9])
  }

  @Test func steps() {
    var tracker = CounterTracker()
    let counters: [UInt32] = [5, 6, 6, 9, 8, 9, 65_535, 65_536, 0, 0]
    let expected: [CounterStep] = [
      .inOrder, .inOrder, .repeated, .gap(missing: 2), .backward, .inOrder, .gap(missing: 65_525), .inOrder, .backward,
      .uncounted,
    ]
    #expect(counters.map { tracker.accept($0) } == expected)
    #expect(tracker.missing == 65_527)
  }
}
