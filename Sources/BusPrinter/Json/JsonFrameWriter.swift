import NinebotBus

/// The keys that say what a frame claims: from, to, address, command, register and values. One way for bus and BLE.
struct JsonFrameWriter: Sendable {
  private let profile: Profile
  private let fields: FieldWriter

  init(profile: Profile) {
    self.profile = profile
    fields = FieldWriter(profile: profile)
  }

  func append(_ reading: FrameReading, _ bytes: Span<UInt8>, to out: inout TextBuffer) {
    guard reading.act != .sealed else { return }
    claim(reading, to: &out)
    if reading.asked > 0 {
      out.append(",\"asked\":")
      out.append(decimal: reading.asked)
    }
    out.append(",\"fields\":{")
    var first = true
    profile.forEachField(of: reading, in: bytes) { field in
      if !first { out.append(UInt8(ascii: ",")) }
      first = false
      fields.json(field, in: bytes, to: &out)
    }
    out.append(UInt8(ascii: "}"))
  }

  /// From `from` to `register`: what frames of one kind have in common.
  func claim(_ reading: FrameReading, to out: inout TextBuffer) {
    out.append(",\"from\":\"")
    out.append(reading.from.name)
    out.append("\",\"to\":\"")
    out.append(reading.to.name)
    if reading.format == .ninebot {
      out.append("\",\"src\":\"")
      out.append(hex: reading.address)
      out.append("\",\"dst\":\"")
      out.append(hex: reading.destination)
    } else {
      out.append("\",\"addr\":\"")
      out.append(hex: reading.address)
    }
    out.append("\",\"cmd\":\"")
    out.append(hex: reading.command)
    out.append("\",\"arg\":\"")
    out.append(hex: reading.argument)
    if !reading.name.isEmpty {
      out.append("\",\"name\":\"")
      out.append(label: reading.name, of: profile)
    }
    if !reading.register.isEmpty {
      out.append("\",\"register\":\"")
      out.append(label: reading.register, of: profile)
    }
    out.append(UInt8(ascii: "\""))
  }
}
