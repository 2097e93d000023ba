/// A reader of protobuf messages that knows nothing of the writer: field numbers with what they hold.
struct TraceReader {
  enum Value {
    case number(UInt64)
    case fixed(UInt64)
    case bytes(ArraySlice<UInt8>)
  }

  /// The fields of a message in their order; nil where the bytes are none.
  static func fields(_ bytes: ArraySlice<UInt8>) -> [(field: Int, value: Value)]? {
    var fields: [(Int, Value)] = []
    var at = bytes.startIndex
    func varint() -> UInt64? {
      var value: UInt64 = 0
      for shift: UInt64 in stride(from: 0, to: 64, by: 7) {
        guard at < bytes.endIndex else { return nil }
        let byte = bytes[at]
        at += 1
        value |= UInt64(byte & 127) << shift
        if byte < 128 { return value }
      }
      return nil
    }
    while at < bytes.endIndex {
      guard let key = varint() else { return nil }
      switch key & 7 {
      case 0:
        guard let value = varint() else { return nil }
        fields.append((Int(key >> 3), .number(value)))
      case 1:
        guard bytes.endIndex - at >= 8 else { return nil }
        let value = bytes[at..<at + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        fields.append((Int(key >> 3), .fixed(value)))
        at += 8
      case 2:
        guard let count = varint(), count <= UInt64(bytes.endIndex - at) else { return nil }
        fields.append((Int(key >> 3), .bytes(bytes[at..<at + Int(count)])))
        at += Int(count)
      default: return nil
      }
    }
    return fields
  }
}

extension [(field: Int, value: TraceReader.Value)] {
  func numbers(_ field: Int) -> [UInt64] {
    compactMap { entry in
      guard entry.field == field else { return nil }
      switch entry.value {
      case .number(let value), .fixed(let value): return value
      case .bytes: return nil
      }
    }
  }

  func messages(_ field: Int) -> [ArraySlice<UInt8>] {
    compactMap { if $0.field == field, case .bytes(let bytes) = $0.value { bytes } else { nil } }
  }

  func texts(_ field: Int) -> [String] { messages(field).map { String(decoding: $0, as: UTF8.self) } }
}
