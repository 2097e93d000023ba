import CaptureFiles
import NinebotBus
import TestSupport
import Testing

@testable import UartSniffer

@Suite struct TextLogTests {
  private func read(_ text: String, piece: Int = .max) -> ReadRecording {
    ReadRecording(TextLogSource(MemoryStream(Array(text.utf8), name: "log", piece: piece)))
  }

  @Test(arguments: [1, 13, 1000])
  func theGrammarOfTheLog(piece: Int) {
    let read = read(
      """
      # a header
      (1700000000.123456) bus0 55AA07206500042646000003FF R ; ble>esc 65 thr=38 brk=70 ck=ok src=ble:0.97
      (1700000000.124912) bus0 !A7F3 R ; garbage 2

      (1700000000.200000) bus1 5aa5\tT
      (1700000000.300000000) bus0 01
      (1700000001) bus0 02 R\r
      (1700000002.5) bus0 03 ; said by somebody
      """, piece: piece)
    #expect(read.error == nil)
    #expect(read.warnings.isEmpty)
    #expect(read.taps.map(\.name) == ["bus0", "bus1"])
    #expect(read.origin == 1_700_000_000_123_456_000)
    #expect(read.bytes(tap: 0) == hexBytes("55AA07206500042646000003FF A7F3 01 02 03"))
    #expect(read.bytes(tap: 1) == hexBytes("5AA5"))
    let times = read.chunks.filter { $0.tap == 0 }.flatMap(\.times)
    #expect(times[0].start == TimeBounds(0, error: 1000))
    #expect(times[13].start == TimeBounds(1_456_000, error: 1000))
    #expect(times[16].start == TimeBounds(876_544_000, error: 1_000_000_000))
  }

  /// What the file did not keep is not claimed: no pitch, and an end that is less certain than the start.
  @Test func withoutANoteNothingIsMeasured() throws {
    let events = read("(1700000000.123456) bus0 55AA07206500042646000003FF R\n(1700000000.2) bus0 !01").events()
    let frame = try #require(events.first?.event)
    #expect(frame.kind == .frame && frame.checksumHolds)
    #expect(frame.shape == FrameShape())
    #expect(frame.duration == 12 * 86_805 + 86_805)
    #expect(frame.end.error > frame.start.error + 86_805)
  }

  @Test func badLinesAreReportedWithTheirNumberAndSkipped() {
    let bad = [
      "(1700000000.1 bus0 01", "(x) bus0 01", "() bus0 01", "(1.1)", "(1.1) bus0", "(1.1) bus0 0", "(1.1) bus0 0G",
      "(1.1) bus0 01 X", "(1.1) bus0 01 RR", "(99999999999.1) bus0 01", "(1.1) bus0 !", "(-1.1) bus0 01", "(", "(1",
    ]
    for line in bad {
      let read = read("(1.0) bus0 AA R\n\(line)\n(2.0) bus0 BB R\n")
      #expect(read.bytes() == [0xAA, 0xBB], "\(line)")
      #expect(read.warnings.map(\.thing) == ["log, line 2"], "\(line)")
    }
    let many = read(String(repeating: "(bad\n", count: 5000))
    #expect(many.warnings.count == 21)
    #expect(many.warnings.last?.cause.contains("4980") == true)
  }

  @Test func veryLongLinesAndManyTapsAreBounded() {
    let long = "(1.0) bus0 " + String(repeating: "00", count: 700_000)
    let one = read("\(long)\n(2.0) bus0 BB R\n", piece: 4096)
    #expect(one.bytes() == [0xBB])
    #expect(one.warnings.count == 1)
    let many = read((0..<1000).map { "(1.0) tap\($0) 01 R\n" }.joined())
    #expect(many.taps.count == 256)
    #expect(many.warnings.last?.cause.contains("more lines") == true)
  }

  /// Small times are counted from the start of the capture; they keep their place.
  @Test func relativeTimesHaveNoOrigin() {
    let read = read("(5.000000) bus0 01 R\n(6.5) bus0 02 R\n")
    #expect(read.origin == nil)
    #expect(read.chunks.flatMap(\.times).map(\.start.middle) == [5_000_000_000, 6_500_000_000])
  }

  @Test func linesAreWrittenAsTheyAreRead() throws {
    var recorder = TextLogRecorder(MemorySink(), origin: 1_700_000_000_000_000_000)
    let tap = try recorder.add(Tap(name: "my bus;", detail: "x", baud: .standard, quality: .bytes(error: 0)))
    let times = (0..<2).map { ByteTime(start: TimeBounds(123_456_789 + $0 * 90_000, error: 250)) }
    let events = FrameDecoder.decode([ByteChunk(bytes: [0xA7, 0xF3], times: times)])
    for event in events { try recorder.record(event.event, event.bytes.span, tap: tap, direction: .sent) }
    try recorder.flush()
    #expect(
      String(decoding: recorder.sink.bytes, as: UTF8.self) == """
        # mi-bus: tap=my_bus_ baud=115200 origin=1700000000000000000
        (1700000000.123456) my_bus_ !A7F3 T ; mi-bus: err=250 dur=176805 pitch=90000 at=789

        """)
  }
}
