import NinebotBus
import TestSupport

/// What a profile says of a frame, in one line: act, name, register, then fields as `name=value unit`.
func line(_ hex: String, _ profile: Profile, on link: Link = .escBle) -> String {
  let bytes = hexBytes(hex)
  guard let reading = profile.read(bytes.span, on: link) else { return "no frame" }
  var words = ["\(reading.from.name)>\(reading.to.name)", "\(reading.act.name)", profile.string(reading.name)]
  if !reading.register.isEmpty { words.append(profile.string(reading.register)) }
  if reading.asked > 0 { words.append("asks \(reading.asked)") }
  profile.forEachField(of: reading, in: bytes.span) { words.append(text($0, bytes, profile)) }
  return words.joined(separator: " ")
}

private func text(_ found: FieldReading, _ bytes: [UInt8], _ profile: Profile) -> String {
  let field = found.field
  var value: String
  switch field.presentation {
  case .hex: value = "0x" + String(found.raw, radix: 16)
  case .version: value = FirmwareVersion(raw: found.raw).description
  case .date: value = PackedDate(raw: found.raw).description
  case .bits:
    let names = (0..<32).filter { found.raw >> $0 & 1 == 1 }.map { bit in
      profile.name(of: Int64(bit), in: field).map(profile.string) ?? "bit\(bit)"
    }
    value = "{\(names.joined(separator: ","))}"
  case .raw where field.storage == .ascii:
    value = String(decoding: bytes[found.range].prefix { $0 != 0 }, as: UTF8.self)
  case .raw: value = bytes[found.range].map { String($0, radix: 16) }.joined(separator: " ")
  case .number:
    value = profile.name(of: found.raw, in: field).map(profile.string) ?? fixed(found.scaled, field.decimals)
  }
  if !field.unit.isEmpty { value += profile.string(field.unit) }
  if field.isDisputed { value += "?" }
  return "\(profile.string(field.name))=\(value)"
}

/// 3588 with two decimals is 35.88.
private func fixed(_ number: Int64, _ decimals: UInt8) -> String {
  guard decimals > 0 else { return "\(number)" }
  let digits = "\(number.magnitude)"
  let padded = String(repeating: "0", count: max(0, Int(decimals) + 1 - digits.count)) + digits
  return (number < 0 ? "-" : "") + padded.dropLast(Int(decimals)) + "." + padded.suffix(Int(decimals))
}
