import NinebotBus

/// The last value that each foreign device wrote to each register. Bounded: one for each register of a device.
struct WrittenValues: Sendable {
  private struct Key: Hashable, Sendable {
    var sender: Transmitter
    var subject: Role
    var register: UInt8
  }

  private var values: [Key: Diagnosis.WrittenValue] = [:]
  /// More than any device sets; rubble could name all of them.
  private static let most = 256

  /// - Parameters:
  ///   - reading: of a write.
  ///   - bytes: its frame.
  mutating func note(_ reading: FrameReading, _ bytes: Span<UInt8>, by sender: Transmitter, _ profile: Profile) {
    let key = Key(sender: sender, subject: reading.subject, register: reading.argument)
    guard values.count < Self.most || values[key] != nil else { return }
    var value: Diagnosis.WrittenValue?
    profile.forEachField(of: reading, in: bytes) { field in
      if value == nil, field.field.isNumeric { value = Self.value(field, profile) }
    }
    values[key] = value ?? Self.number(reading, bytes)
  }

  func last(of sender: Transmitter, _ subject: Role, _ register: UInt8) -> Diagnosis.WrittenValue? {
    values[Key(sender: sender, subject: subject, register: register)]
  }

  private static func value(_ reading: FieldReading, _ profile: Profile) -> Diagnosis.WrittenValue {
    let field = reading.field
    guard field.presentation == .number else {
      return .init(raw: reading.raw, words: "0x" + String(reading.raw, radix: 16))
    }
    if field.valueCount > 0, let name = profile.name(of: reading.raw, in: field) {
      return .init(raw: reading.raw, words: profile.string(name))
    }
    var scale = 1.0
    for _ in 0..<field.decimals { scale *= 10 }
    let number = Wording.decimal(Double(reading.scaled) / scale, Int(field.decimals))
    return .init(raw: reading.raw, words: number + profile.string(field.unit))
  }

  /// What has no field is a number of at most four bytes, the lowest first, as registers are.
  private static func number(_ reading: FrameReading, _ bytes: Span<UInt8>) -> Diagnosis.WrittenValue? {
    guard (1...4).contains(reading.payload.count), reading.payload.upperBound <= bytes.count else { return nil }
    var raw: Int64 = 0
    for index in reading.payload.reversed() { raw = raw << 8 | Int64(bytes[index]) }
    return .init(raw: raw, words: "0x" + String(raw, radix: 16))
  }
}
