/// A protobuf message on its way out (protobuf.dev, "Encoding"): fields in the order of writing.
///
/// Only what a trace needs: varints, 64-bit numbers, and lengths with bytes.
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  mutating func number(_ field: Int, _ value: UInt64) {
    bytes.append(varint: UInt64(field) << 3)
    bytes.append(varint: value)
  }

  mutating func fixed64(_ field: Int, _ value: UInt64) {
    bytes.append(varint: UInt64(field) << 3 | 1)
    for shift: UInt64 in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
  }

  mutating func double(_ field: Int, _ value: Double) { fixed64(field, value.bitPattern) }

  mutating func data(_ field: Int, _ data: [UInt8]) {
    bytes.append(varint: UInt64(field) << 3 | 2)
    bytes.append(varint: UInt64(data.count))
    bytes.append(contentsOf: data)
  }

  mutating func string(_ field: Int, _ text: String) { data(field, Array(text.utf8)) }

  mutating func message(_ field: Int, _ build: (inout ProtobufWriter) -> Void) {
    var inner = ProtobufWriter()
    build(&inner)
    data(field, inner.bytes)
  }

  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
}
