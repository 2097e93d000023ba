import CaptureFiles
import Foundation
import NinebotBus
import ScooterSim
import Testing
import UartSniffer

@Suite("Logic file formats")
struct LogicFormatTests {
  /// Two lines with traffic, one that never changes and one with noise only.
  static func waveforms(frames: Int = 12, pause: Double = 2_000_000) throws -> [Waveform] {
    var random = SplitMix64(seed: 11)
    var (esc, ble, noise) = (Waveform(), Waveform(), Waveform())
    for _ in 0..<frames {
      let payload = randomBytes(.random(in: 1...8, using: &random), &random)
      esc.send(try Frame(to: 0x21, 0x64, 0, payload).encoded(), .init(error: -0.0017, pause: 100_000))
      ble.send(try Frame(to: 0x20, 0x65, 0, payload).encoded(), .init(error: 0.012, skew: 0.1))
      noise.low(noise.end, 500)
      for index in 0...2 { [{ esc.idle($0) }, { ble.idle($0) }, { noise.idle($0) }][index](pause) }
    }
    return [esc, Waveform(), ble, noise]
  }

  private func expectSame(
    _ decoded: DecodedRecording, _ expected: DecodedRecording, within error: Int64, _ name: String
  ) {
    #expect(decoded.defect == nil, "\(name)")
    #expect(decoded.bytes == expected.bytes, "\(name)")
    #expect(decoded.taps.map(\.baud) == [.standard, .standard], "\(name)")
    #expect(decoded.taps.map { $0.detail.contains("no byte stream") } == [false, false], "\(name)")
    for (times, wanted) in zip(decoded.times.joined(), expected.times.joined()) {
      #expect(abs(times.start.middle - wanted.start.middle) <= error, "\(name)")
      #expect(times.fault == wanted.fault, "\(name)")
    }
  }

  @Test("give the same bytes and times from one wave form")
  func roundTrip() throws {
    let waveforms = try Self.waveforms()
    let files = LogicFiles(waveforms)
    let expected = DecodedRecording(LogicRecording(try EdgeList(waveforms)))
    #expect(expected.bytes.count == 2)
    #expect(expected.events.filter(\.event.checksumHolds).count == 24)

    for unit in [1, 2, 3, 8] {
      let stream = MemoryStream(files.raw(unit: unit), piece: 9_999)
      let raw = LogicRecording(try RawSamples(stream, rate: 24_000_000, unit: unit))
      expectSame(DecodedRecording(raw), expected, within: 0, "raw \(unit)")
    }
    let dump = ValueChangeDump(MemoryStream(Array(files.valueChangeDump().utf8), piece: 777))
    expectSame(DecodedRecording(LogicRecording(dump)), expected, within: 1, "VCD")
    let table = SaleaeCSV(MemoryStream(Array(files.saleaeCSV().utf8), piece: 777))
    expectSame(DecodedRecording(LogicRecording(table)), expected, within: 1, "CSV")
    try withFile(files.logicdata()) { path in
      expectSame(DecodedRecording(LogicRecording(try SaleaeLogic1(path: path))), expected, within: 0, "logicdata")
    }
    for (unit, piece) in [(1, 1 << 20), (2, 99_999), (1, 54_321)] {
      try withFile([]) { path in
        try files.sigrok(to: path, unit: unit, piece: piece)
        let decoded = DecodedRecording(LogicRecording(try SigrokSession(path: path)))
        expectSame(decoded, expected, within: 0, "sr \(unit) \(piece)")
      }
    }
  }

  @Test("are recognised by their first bytes and by nothing else")
  func recognition() throws {
    let files = LogicFiles(try Self.waveforms(frames: 1))
    let table: [([UInt8], LogicFormat?)] = [
      (files.logicdata(), .saleaeLogic1), (Array(files.valueChangeDump().utf8), .valueChangeDump),
      (Array("\n $timescale 1ns $end".utf8), .valueChangeDump), (Array(files.saleaeCSV().utf8), .saleaeCSV),
      ([0x50, 0x4B, 3, 4], .sigrok), (Array("t_us,byte,framing_ok\n1.0,55,1\n".utf8), .timedBytes),
      (Array("t_ms,byte\r\n".utf8), .timedBytes), ([], nil), ([0x7F], nil), (Array("$5.00".utf8), nil),
      (Array("time,value\n".utf8), nil), ([0x55, 0xAA, 0x02], nil), (Array(repeating: 0xFF, count: 100), nil),
    ]
    for (bytes, format) in table { #expect(LogicFormat(Array(bytes.prefix(LogicFormat.prefix))) == format) }
  }

  @Test("are opened by path and, where that can be, from a stream")
  func opening() throws {
    let files = LogicFiles(try Self.waveforms(frames: 3))
    let contents: [[UInt8]] = [
      files.logicdata(), Array(files.valueChangeDump().utf8), Array(files.saleaeCSV().utf8),
    ]
    for bytes in contents {
      let format = try #require(LogicFormat(bytes))
      let byPath = try withFile(bytes) { DecodedRecording(try format.open(path: $0)) }
      #expect(byPath.events.filter(\.event.checksumHolds).count == 6)
      if format.isStreamable {
        let streamed = DecodedRecording(try format.open(MemoryStream(bytes)))
        #expect(streamed.bytes == byPath.bytes)
      } else {
        #expect(throws: InputError.self) { try format.open(MemoryStream(bytes)) }
      }
    }
    #expect(throws: InputError.self) { try LogicFormat.valueChangeDump.open(path: "/nowhere/at/all.vcd") }
    #expect(throws: InputError.self) { try LogicFormat.saleaeLogic1.open(path: "/tmp") }
  }

  @Test("understands rates as people write them")
  func rates() {
    let table: [(String, Int64?)] = [
      ("24 MHz", 24_000_000), ("8MHz", 8_000_000), ("500k", 500_000), ("12.5 MHz", 12_500_000), ("1000000", 1_000_000),
      ("1 GHz", 1_000_000_000), ("2m", 2_000_000), ("", nil), ("MHz", nil), ("-1", nil), ("0", nil), ("fast", nil),
      ("99999999999999999999", nil),
    ]
    for (text, rate) in table { #expect(SampleRate(text)?.hertz == rate, "\(text)") }
  }

  @Test("keep the time of a wide range of VCD time scales")
  func timescales() throws {
    for (scale, ticks) in [("1 ps", 8_680_556), ("10ns", 868), ("100 ns", 87), ("1 us", 9), ("1fs", 8_680_555_556)] {
      var text = "$timescale \(scale) $end $var wire 1 ! rx $end $enddefinitions $end #0 1! "
      for index in 1...20 {
        // 0x55 twenty times: nine equal half waves and a pause.
        for bit in 0..<10 { text += "#\((index * 20 + bit) * ticks) \(bit % 2)! " }
      }
      text += "#\(500 * ticks)"
      let decoded = DecodedRecording(LogicRecording(ValueChangeDump(MemoryStream(Array(text.utf8)))))
      #expect(decoded.bytes == [Array(repeating: 0x55, count: 20)], "\(scale)")
    }
  }

  @Test("show what is wrong with a table of timed bytes, after what was right")
  func timedBytes() throws {
    let start = "t_us,byte,framing_ok\n0.5,55,1\n100,aa,0\n"
    for bad in ["x,55,1", "200,5g,1", "200,155,1", "200,55,2", "200,55", "99,55,1", "200,,1", "1e99,55,1"] {
      let decoded = DecodedRecording(TimedBytes(MemoryStream(Array((start + bad + "\n300,11,1\n").utf8))))
      #expect(decoded.bytes == [[0x55, 0xAA]], "\(bad)")
      #expect(
        decoded.times == [
          [.init(start: .init(500, error: 1_000)), .init(start: .init(100_000, error: 1_000), fault: .framing)]
        ])
      #expect(decoded.defect?.thing.hasSuffix("line 4") == true, "\(bad)")
    }
    #expect(DecodedRecording(TimedBytes(MemoryStream(Array(start.utf8)))).defect == nil)
  }
}
