import NinebotBus
import Testing

/// Values of fields in text and JSON.
@Suite struct FieldValueTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var about: String
    var field: Field
    var unit = ""
    var dispute = ""
    var values: [Int64: String] = [:]
    var payload: [UInt8]
    var text: String
    var json: String
    var testDescription: String { about }
  }

  /// A number of so many bytes.
  static func number(
    _ storage: Field.Storage, _ size: UInt8, decimals: UInt8 = 0, plus addend: Int32 = 0
  ) -> Field {
    Field(
      name: .none, storage: storage, presentation: .number, size: size, decimals: decimals, addend: addend)
  }

  static func shown(_ presentation: Field.Presentation, _ storage: Field.Storage, _ size: UInt8) -> Field {
    Field(name: .none, storage: storage, presentation: presentation, size: size)
  }

  static let numbers: [Case] = [
    Case(about: "whole number", field: number(.u8, 1), payload: [38], text: "value=38", json: #"{"value":38}"#),
    Case(
      about: "unit", field: number(.u16, 2), unit: "m", payload: [0x10, 0x27], text: "value=10000m",
      json: #"{"value":10000}"#),
    Case(
      about: "decimals", field: number(.u16, 2, decimals: 2), unit: "V", payload: [0x04, 0x0E], text: "value=35.88V",
      json: #"{"value":35.88}"#),
    Case(
      about: "a value below one keeps its zero", field: number(.u16, 2, decimals: 2), payload: [5, 0],
      text: "value=0.05", json: #"{"value":0.05}"#),
    Case(
      about: "zero with decimals", field: number(.u16, 2, decimals: 3), payload: [0, 0], text: "value=0.000",
      json: #"{"value":0.000}"#),
    Case(
      about: "negative", field: number(.i16, 2, decimals: 2), unit: "A", payload: [0x9C, 0xFF], text: "value=-1.00A",
      json: #"{"value":-1.00}"#),
    Case(
      about: "negative and below one", field: number(.i16, 2, decimals: 2), payload: [0xFB, 0xFF],
      text: "value=-0.05", json: #"{"value":-0.05}"#),
    Case(
      about: "the least of 32 bits", field: number(.i32, 4, decimals: 3), payload: [0, 0, 0, 0x80],
      text: "value=-2147483.648", json: #"{"value":-2147483.648}"#),
    Case(
      about: "the most of 32 bits", field: number(.u32, 4), payload: [255, 255, 255, 255], text: "value=4294967295",
      json: #"{"value":4294967295}"#),
    Case(
      about: "shifted", field: number(.u8, 1, plus: -20), unit: "°C", payload: [7], text: "value=-13°C",
      json: #"{"value":-13}"#),
    Case(
      about: "a name stands for its number in text, the number stays in JSON", field: number(.u8, 1),
      values: [1: "on"], payload: [1], text: "value=on", json: #"{"value":1}"#),
    Case(
      about: "a number without a name", field: number(.u8, 1), values: [1: "on"], payload: [9], text: "value=9",
      json: #"{"value":9}"#),
    Case(
      about: "disputed: the raw number stands beside the reading", field: number(.u16, 2, decimals: 1), unit: "km/h",
      dispute: "unit", payload: [0xE8, 0x03], text: "value=100.0km/h?raw:1000",
      json: #"{"value":100.0,"value_raw":1000}"#),
  ]

  static let others: [Case] = [
    Case(
      about: "hexadecimal", field: shown(.hex, .u16, 2), payload: [0x34, 0x01], text: "value=0x0134",
      json: #"{"value":308}"#),
    Case(
      about: "disputed hexadecimal is raw already", field: shown(.hex, .u8, 1), dispute: "meaning", payload: [6],
      text: "value=0x06?", json: #"{"value":6,"value_raw":6}"#),
    Case(
      about: "bits by name", field: shown(.bits, .u16, 2), values: [0: "locked", 9: "charging"], payload: [1, 2],
      text: "value=0x0201(locked,charging)", json: #"{"value":513}"#),
    Case(
      about: "bits without names", field: shown(.bits, .u8, 1), values: [0: "locked"], payload: [4],
      text: "value=0x04", json: #"{"value":4}"#),
    Case(
      about: "version", field: shown(.version, .u16, 2), payload: [0x34, 0x01], text: "value=1.3.4",
      json: #"{"value":"1.3.4"}"#),
    Case(
      about: "date", field: shown(.date, .u16, 2), payload: [0x6B, 0x23], text: "value=2017-11-11",
      json: #"{"value":"2017-11-11"}"#),
    Case(
      about: "a date that cannot be", field: shown(.date, .u16, 2), payload: [0xFF, 0xFF], text: "value=2127-15-31",
      json: #"{"value":"2127-15-31"}"#),
    Case(
      about: "text without its padding", field: shown(.raw, .ascii, 6), payload: [0x41, 0x42, 0x20, 0, 0x20, 0],
      text: "value=AB", json: #"{"value":"AB"}"#),
    Case(
      about: "text that is none", field: shown(.raw, .ascii, 4), payload: [0x41, 0x01, 0xFF, 0x42], text: "value=A..B",
      json: #"{"value":"A\u0001\u00ffB"}"#),
    Case(
      about: "quotes and backslashes", field: shown(.raw, .ascii, 3), payload: [0x22, 0x5C, 0x41], text: #"value="\A"#,
      json: #"{"value":"\"\\A"}"#),
    Case(
      about: "empty text", field: shown(.raw, .ascii, 2), payload: [0, 0], text: "value=", json: #"{"value":""}"#),
    Case(
      about: "bytes", field: shown(.raw, .bytes, 3), payload: [0xDE, 0xAD, 0x01], text: "value=dead01",
      json: #"{"value":"dead01"}"#),
  ]

  @Test("a value reads the same everywhere", arguments: numbers + others)
  func value(_ row: Case) throws {
    let bench = Bench(row.field, unit: row.unit, dispute: row.dispute, values: row.values)
    #expect(try bench.text(row.payload) == row.text)
    #expect(try bench.json(row.payload) == row.json)
  }

  @Test("several fields stand apart, in the order of their bytes")
  func several() throws {
    var second = Self.number(.u8, 1)
    second.offset = 1
    let bench = Bench([.init(Self.number(.u8, 1), name: "first"), .init(second, name: "second")], size: 2)
    #expect(try bench.text([1, 2]) == "first=1 second=2")
    #expect(try bench.json([1, 2]) == #"{"first":1,"second":2}"#)
  }

  @Test("a payload that no layout fits has no fields")
  func none() throws {
    #expect(try Bench([], size: 0).json([1, 2, 3]) == "{}")
  }
}
