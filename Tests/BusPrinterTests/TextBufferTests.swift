import Foundation
import Testing

@testable import BusPrinter

/// The buffer that all output is written into.
@Suite struct TextBufferTests {
  private func text(_ body: (inout TextBuffer) -> Void) -> String {
    var buffer = TextBuffer(capacity: 1)
    body(&buffer)
    return String(decoding: buffer.bytes, as: UTF8.self)
  }

  static let fixedPoint: [(Int64, Int, String)] = [
    (0, 0, "0"), (7, 0, "7"), (-7, 0, "-7"), (0, 2, "0.00"), (5, 2, "0.05"), (-5, 2, "-0.05"), (100, 2, "1.00"),
    (3588, 2, "35.88"), (.max, 0, "9223372036854775807"), (.min, 0, "-9223372036854775808"),
    (.max, 9, "9223372036.854775807"), (.min, 18, "-9.223372036854775808"),
  ]

  @Test("numbers with decimals", arguments: fixedPoint)
  func fixed(_ value: Int64, _ decimals: Int, _ expected: String) {
    #expect(text { $0.append(fixed: value, decimals: decimals) } == expected)
  }

  @Test("integers of any width are written whole")
  func decimals() {
    #expect(text { $0.append(decimal: UInt8.max) } == "255")
    #expect(text { $0.append(decimal: Int.min) } == "\(Int.min)")
    // Past Int64 there is nothing to count.
    #expect(text { $0.append(decimal: UInt64.max) } == "\(Int64.max)")
  }

  static let times: [(Int64, Int, String)] = [
    (0, 6, "0.000000"), (1_999, 6, "0.000001"), (-1_000, 6, "-0.000001"), (1_500_000_000, 3, "1.500"),
    (1_500_000_000, 0, "1"), (12_345_678_901, 9, "12.345678901"),
  ]

  @Test("nanoseconds as seconds", arguments: times)
  func seconds(_ nanoseconds: Int64, _ decimals: Int, _ expected: String) {
    #expect(text { $0.append(seconds: nanoseconds, decimals: decimals) } == expected)
    #expect(text { $0.append(seconds: nanoseconds, decimals: decimals, width: 1) } == expected, "never cut")
    let padded = text { $0.append(seconds: nanoseconds, decimals: decimals, width: 20) }
    #expect(padded == String(repeating: " ", count: 20 - expected.count) + expected)
  }

  @Test("bytes in hexadecimal", arguments: [0, 0x20] as [UInt8])
  func hex(_ separator: UInt8) {
    let all = [UInt8](0...255)
    let expected = all.map { String(format: "%02x", $0) }.joined(separator: separator == 0 ? "" : " ")
    #expect(text { $0.append(hex: all.span, separator: separator) } == expected)
    let none: [UInt8] = []
    #expect(text { $0.append(hex: none.span, separator: separator) }.isEmpty)
  }

  @Test("columns are reached, and fields never run together")
  func columns() {
    let lines = text {
      $0.append("before\n")
      $0.startLine()
      $0.append("ab")
      $0.pad(to: 5)
      $0.append("cdefg")
      $0.pad(to: 6)
      $0.append("h")
    }
    #expect(lines == "before\nab   cdefg h")
  }

  @Test("a buffer grows and can be used again")
  func growth() {
    var buffer = TextBuffer(capacity: 1)
    for number in 0..<10_000 { buffer.append(decimal: number) }
    #expect(String(decoding: buffer.bytes, as: UTF8.self) == (0..<10_000).map(String.init).joined())
    buffer.removeAll()
    buffer.append("again")
    #expect(String(decoding: buffer.bytes, as: UTF8.self) == "again")
  }

  static let strings = [
    "", "plain", "a \"quote\"", "back\\slash", "tab\tnew\nline\r", "\u{0}\u{1F}\u{7F}", "Ω°\u{1F6F4}", "/",
  ]

  @Test("strings in JSON can be read back", arguments: strings)
  func quoted(_ string: String) throws {
    let json = text { $0.append(quoted: string) }
    let read = try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed)
    #expect(read as? String == string)
  }
}
