import NinebotBus

/// Writes the values of fields, in the one way for text and the one way for JSON.
struct FieldWriter {
  let profile: Profile

  /// ` name=value unit`; `?` and the raw value behind it where sources disagree about the reading.
  func text(_ reading: FieldReading, in bytes: Span<UInt8>, to out: inout TextBuffer) {
    let field = reading.field
    out.append(UInt8(ascii: " "))
    out.append(label: field.name, of: profile)
    out.append(UInt8(ascii: "="))
    value(reading, in: bytes, to: &out, quoted: false)
    out.append(label: field.unit, of: profile)
    guard field.isDisputed, field.isNumeric else { return }
    out.append(UInt8(ascii: "?"))
    // Hexadecimal readings are the raw value already.
    guard field.presentation == .number else { return }
    out.append("raw:")
    out.append(decimal: reading.raw)
  }

  /// `"name":value`, and `"name_raw":n` where sources disagree about the reading.
  ///
  /// Numbers with a name of their own and bit fields stay numbers, so that a key has one type.
  func json(_ reading: FieldReading, in bytes: Span<UInt8>, to out: inout TextBuffer) {
    let field = reading.field
    out.append(UInt8(ascii: "\""))
    out.append(label: field.name, of: profile)
    out.append("\":")
    switch field.presentation {
    case .number: out.append(fixed: reading.scaled, decimals: Int(field.decimals))
    case .hex where field.isNumeric, .bits: out.append(decimal: reading.raw)
    default:
      out.append(UInt8(ascii: "\""))
      value(reading, in: bytes, to: &out, quoted: true)
      out.append(UInt8(ascii: "\""))
    }
    if field.isDisputed, field.isNumeric {
      out.append(",\"")
      out.append(label: field.name, of: profile)
      out.append("_raw\":")
      out.append(decimal: reading.raw)
    }
  }

  private func value(_ reading: FieldReading, in bytes: Span<UInt8>, to out: inout TextBuffer, quoted: Bool) {
    let field = reading.field
    switch field.presentation {
    case .number:
      if field.valueCount > 0, let name = profile.name(of: reading.raw, in: field) {
        out.append(label: name, of: profile)
      } else {
        out.append(fixed: reading.scaled, decimals: Int(field.decimals))
      }
    case .hex where field.isNumeric:
      hex(reading.raw, size: Int(field.size), to: &out)
    case .bits:
      bits(reading, to: &out)
    case .version:
      let version = FirmwareVersion(raw: reading.raw)
      out.append(decimal: version.major)
      out.append(UInt8(ascii: "."))
      out.append(decimal: version.minor)
      out.append(UInt8(ascii: "."))
      out.append(decimal: version.patch)
    case .date:
      let date = PackedDate(raw: reading.raw)
      out.append(decimal: date.year)
      out.append(date.month < 10 ? "-0" : "-")
      out.append(decimal: date.month)
      out.append(date.day < 10 ? "-0" : "-")
      out.append(decimal: date.day)
    case .raw, .hex:
      if field.storage == .ascii {
        ascii(reading.range, in: bytes, to: &out, quoted: quoted)
      } else {
        out.append(hex: bytes.extracting(reading.range))
      }
    }
  }

  private func hex(_ value: Int64, size: Int, to out: inout TextBuffer) {
    out.append("0x")
    for byte in (0..<size).reversed() { out.append(hex: UInt8(truncatingIfNeeded: value >> Int64(8 * byte))) }
  }

  /// The raw word and the names of the bits that are set.
  private func bits(_ reading: FieldReading, to out: inout TextBuffer) {
    let field = reading.field
    hex(reading.raw, size: Int(field.size), to: &out)
    var separator = UInt8(ascii: "(")
    for bit in 0..<(8 * Int64(field.size)) where reading.raw >> bit & 1 == 1 {
      guard let name = profile.name(of: bit, in: field) else { continue }
      out.append(separator)
      out.append(label: name, of: profile)
      separator = UInt8(ascii: ",")
    }
    if separator == UInt8(ascii: ",") { out.append(UInt8(ascii: ")")) }
  }

  /// Text up to its padding; bytes that are not printable ASCII become dots, in JSON `\u00xx`.
  private func ascii(_ range: Range<Int>, in bytes: Span<UInt8>, to out: inout TextBuffer, quoted: Bool) {
    var end = range.upperBound
    while end > range.lowerBound, bytes[end - 1] == 0 || bytes[end - 1] == 0x20 { end -= 1 }
    for index in range.lowerBound..<end {
      let byte = bytes[index]
      switch byte {
      case 0x22 where quoted, 0x5C where quoted:
        out.append(UInt8(ascii: "\\"))
        out.append(byte)
      case 0x20...0x7E: out.append(byte)
      default:
        if quoted {
          out.append("\\u00")
          out.append(hex: byte)
        } else {
          out.append(UInt8(ascii: "."))
        }
      }
    }
  }
}

extension TextBuffer {
  /// The text of a profile's label.
  mutating func append(label: Label, of profile: Profile) {
    append(profile.labels, label.range)
  }
}
