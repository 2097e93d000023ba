import CaptureFiles
import NinebotBus
import Testing
import UartSniffer

/// Tables of bytes whose times count from 1970, as a logger with a clock writes them.
@Suite struct TimedBytesDateTests {
  struct Table: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var rows: [String]
    /// Unix nanoseconds of time 0.
    var origin: Int64?
    /// Nanoseconds since it.
    var times: [Int64]
  }

  static let tables: [Table] = [
    Table(
      testDescription: "t_us", rows: ["1700000000123456", "1700000000123543.5", "1700000001123456"],
      origin: 1_700_000_000_123_456_000, times: [0, 87_500, 1_000_000_000]),
    Table(
      testDescription: "t_s", rows: ["1700000000.25", "1700000000.250087"], origin: 1_700_000_000_000_000_000,
      times: [250_000_000, 250_087_000]),
    Table(
      testDescription: "t_ms", rows: ["1700000000123.5", "1700000000124"], origin: 1_700_000_000_123_000_000,
      times: [500_000, 1_000_000]),
    Table(testDescription: "t_us", rows: ["12.5", "100"], times: [12_500, 100_000]),
  ]

  @Test("times since 1970 give the capture its date", arguments: tables)
  func dated(_ table: Table) throws {
    let text = "\(table.testDescription),byte\n" + table.rows.map { "\($0),55\n" }.joined()
    var source = try RecordingFormat.open(MemoryStream(Array(text.utf8))).source
    let chunk = try #require(try source.next())
    #expect(source.origin == table.origin)
    #expect(chunk.times.map(\.start.middle) == table.times)
    #expect(try source.next() == nil)
  }

  @Test(
    "times that no clock has are told",
    arguments: [
      "99999999999999999999", "1700000000000000\n5", "1700000000000000\n1699999999999999", "5\n1700000000000000",
      "1700000000000000\n1e39", "1700000000000000\n9000000000000000000",
    ])
  func absurd(_ rows: String) throws {
    let text = "t_us,byte\n" + rows.split(separator: "\n").map { "\($0),55\n" }.joined()
    var source = try RecordingFormat.open(MemoryStream(Array(text.utf8))).source
    #expect(throws: InputError.self) { while try source.next() != nil {} }
  }
}
