import CaptureFiles
import Foundation
import NinebotBus
import Testing

@testable import UartSniffer

/// What Saleae's programs export as CSV, in the forms of their versions and settings.
@Suite struct SaleaeTableTests {
  /// A table as another version of Saleae's program writes it.
  struct Table: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Makes it of what Logic 2 writes: a header and rows, each a time and levels.
    var rewrite: @Sendable (_ header: [String], _ row: [String]) -> String
    var header: @Sendable (_ names: [String]) -> String = { $0.joined(separator: ",") }
    var mark = ""
    var end = "\n"
    /// Unix nanoseconds of time 0.
    var origin: Int64?
  }

  /// Seconds after 2024-02-05T16:31:08.25Z as ISO 8601, in a zone an hour ahead.
  private static func dated(_ seconds: String) -> String {
    let parts = seconds.split(separator: ".")
    let nanoseconds = (Int64(parts[1].prefix(9).padding(toLength: 9, withPad: "0", startingAt: 0)) ?? 0) + 250_000_000
    let second = (Int64(parts[0]) ?? 0) + 8 + nanoseconds / 1_000_000_000
    let digits = String(String(1_000_000_000 + nanoseconds % 1_000_000_000).dropFirst())
    return "2024-02-05T17:31:" + (second < 10 ? "0" : "") + "\(second).\(digits)+01:00"
  }

  static let tables: [Table] = [
    Table(testDescription: "Logic 2") { _, row in row.joined(separator: ",") },
    Table(testDescription: "with a byte order mark", rewrite: { $1.joined(separator: ",") }, mark: "\u{FEFF}"),
    Table(testDescription: "with CR LF", rewrite: { $1.joined(separator: ",") }, end: "\r\n"),
    Table(
      testDescription: "both", rewrite: { $1.joined(separator: ",") }, mark: "\u{FEFF}", end: "\r\n"),
    Table(
      testDescription: "Logic 1", rewrite: { $1.joined(separator: ", ") },
      header: { (["Time[s]"] + $0.dropFirst()).joined(separator: ", ") }),
    Table(
      testDescription: "a comma behind the last", rewrite: { $1.joined(separator: ", ") + ", " },
      header: { (["Time[s]"] + $0.dropFirst()).joined(separator: ", ") + ", " }),
    Table(
      testDescription: "quoted names", rewrite: { $1.joined(separator: ",") },
      header: { names in
        ([names[0]] + names.dropFirst().map { #""ESC, yellow \#($0), ""data""""# }).joined(separator: ",")
      }),
    Table(
      testDescription: "ISO 8601", rewrite: { ([dated($1[0])] + $1.dropFirst()).joined(separator: ",") },
      origin: 1_707_150_668_250_000_000),
  ]

  @Test("Saleae's tables are read in all their forms", arguments: tables)
  func isRead(_ table: Table) throws {
    let files = LogicFiles(try LogicFormatTests.waveforms())
    let expected = DecodedRecording(LogicRecording(SaleaeCSV(MemoryStream(Array(files.saleaeCSV().utf8)))))
    let lines = files.saleaeCSV().split(whereSeparator: \.isNewline).map { $0.split(separator: ",").map(String.init) }
    let text = ([table.header(lines[0])] + lines.dropFirst().map { table.rewrite(lines[0], $0) })
      .map { $0 + table.end }.joined()
    let opened = try RecordingFormat.open(MemoryStream(Array((table.mark + text).utf8), piece: 500))
    #expect(opened.format == .saleaeCSV)
    var source = opened.source
    _ = try source.next()
    #expect(source.origin == table.origin)
    try withFile(Array((table.mark + text).utf8)) { path in
      let decoded = DecodedRecording(try RecordingFormat.open(path: path).source)
      if table.testDescription == "quoted names" {
        #expect(decoded.taps.first?.detail.hasSuffix(#"channel ESC, yellow Channel 0, "data""#) == true)
      }
      #expect(decoded.defect == nil && decoded.bytes == expected.bytes && decoded.bytes.count == 2)
      for (times, wanted) in zip(decoded.times.joined(), expected.times.joined()) {
        #expect(abs(times.start.middle - wanted.start.middle) <= 1)
      }
    }
  }

  @Test("a channel without data keeps its level")
  func gaps() throws {
    let text = "Time [s],Channel 0,Channel 1\n0.0,1,X\n0.1,0,X\n0.2,X,1\n0.3,1,0\n0.4,X,X\n"
    var table = SaleaeCSV(MemoryStream(Array(text.utf8)))
    var edges: [Edge] = []
    #expect(try table.next(into: &edges) == false)
    #expect(edges.filter { $0.channel == 0 }.map(\.level) == [true, false, true])
    #expect(edges.filter { $0.channel == 1 }.map(\.level) == [true, false])
  }

  @Test(
    "times with a date are read to the picosecond",
    arguments: [
      ("2024-02-05T16:31:08.123456789012Z", 1_707_150_668, 123_456_789_012),
      ("2024-02-29 23:59:59-00:30", 1_709_252_999, 0), ("1970-01-01T00:00:00", 0, 0),
      ("2000-03-01T00:00:00.5+0100", 951_865_200, 500_000_000_000),
    ] as [(String, Int64, Int64)])
  func dates(_ text: String, seconds: Int64, picoseconds: Int64) throws {
    let time = try #require(CalendarTime(Array(text.utf8)[...]))
    #expect(time.seconds == seconds && time.picoseconds == picoseconds)
  }

  @Test(
    "what is no date is none",
    arguments: [
      "", "2024", "2024-13-05T16:31:08", "2024-02-05T16:31:08.", "2024-02-05T16:31:08+1", "2024-02-05T1:31:08Z",
    ])
  func noDates(_ text: String) { #expect(CalendarTime(Array(text.utf8)[...]) == nil) }
}
