import NinebotBus
import ScooterSim
import Testing
import UartSniffer

@Suite struct ParmrkParserTests {
  static let cases: [(marked: [UInt8], bytes: [UInt8], faults: [LineFault])] = [
    ([], [], []),
    ([0x55, 0xAA], [0x55, 0xAA], [.none, .none]),
    ([0xFF, 0xFF], [0xFF], [.none]),
    ([0xFF, 0x00, 0x00], [0x00], [.lineBreak]),
    ([0xFF, 0x00, 0x41], [0x41], [.framing]),
    ([0xFF, 0x00, 0xFF], [0xFF], [.framing]),
    ([0x00, 0xFF, 0xFF, 0x00], [0x00, 0xFF, 0x00], [.none, .none, .none]),
    ([0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00], [0xFF, 0x00, 0x00], [.none, .lineBreak, .none]),
    ([0xFF, 0x41, 0x42], [0xFF, 0x41, 0x42], [.none, .none, .none]),
  ]

  @Test("Marks become bytes with faults", arguments: cases.indices) func marksBecomeBytesWithFaults(_ index: Int) {
    let expected = Self.cases[index]
    var parser = ParmrkParser()
    var bytes: [UInt8] = []
    var faults: [LineFault] = []
    parser.push(expected.marked, bytes: &bytes, faults: &faults)
    #expect(bytes == expected.bytes)
    #expect(faults == expected.faults)
    #expect(!parser.isInsideMark)
  }

  @Test("Any bytes with any faults come back, however the reads cut them") func anyBytesWithAnyFaults() {
    var random = SplitMix64(seed: 7)
    for _ in 0..<200 {
      var marked: [UInt8] = []
      var sent: [UInt8] = []
      var wrong: [LineFault] = []
      for _ in 0..<Int.random(in: 0...300, using: &random) {
        let byte: UInt8 = Bool.random(using: &random) ? 0xFF : .random(in: 0...255, using: &random)
        sent.append(byte)
        if Int.random(in: 0..<8, using: &random) == 0 {
          marked += [0xFF, 0x00, byte]
          wrong.append(byte == 0 ? .lineBreak : .framing)
        } else {
          marked += byte == 0xFF ? [0xFF, 0xFF] : [byte]
          wrong.append(.none)
        }
      }
      var parser = ParmrkParser()
      var bytes: [UInt8] = []
      var faults: [LineFault] = []
      var position = 0
      while position < marked.count {
        let end = min(marked.count, position + Int.random(in: 1...5, using: &random))
        parser.push(marked[position..<end], bytes: &bytes, faults: &faults)
        position = end
      }
      #expect(bytes == sent)
      #expect(faults == wrong)
    }
  }
}
