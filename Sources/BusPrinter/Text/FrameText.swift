import NinebotBus

/// What a frame says, in words: who to whom, command, register, values. One way for bus and BLE.
struct FrameText: Sendable {
  private let profile: Profile
  private let style: Style
  private let fields: FieldWriter

  init(profile: Profile, style: Style) {
    self.profile = profile
    self.style = style
    fields = FieldWriter(profile: profile)
  }

  /// `ble>esc`, padded to a column.
  func ends(_ reading: FrameReading, to out: inout TextBuffer) {
    let (from, to) = (Style.Part(reading.from), Style.Part(reading.to))
    style.begin(from, &out)
    out.append(reading.from.name)
    style.end(from, &out)
    out.append(UInt8(ascii: ">"))
    style.begin(to, &out)
    out.append(reading.to.name)
    style.end(to, &out)
    let written = reading.from.name.utf8CodeUnitCount + reading.to.name.utf8CodeUnitCount + 1
    for _ in min(written, 8)..<9 { out.append(UInt8(ascii: " ")) }
  }

  /// `61 read-levers b0 error+32`: command, its name, the register and how many bytes are asked for.
  func what(_ reading: FrameReading, to out: inout TextBuffer) {
    out.append(hex: reading.command)
    out.append(UInt8(ascii: " "))
    out.append(label: reading.name, of: profile)
    if reading.namesRegister {
      out.append(UInt8(ascii: " "))
      out.append(hex: reading.argument)
      if !reading.register.isEmpty, reading.act == .readRequest || reading.payloadCount == 0 {
        out.append(UInt8(ascii: " "))
        out.append(label: reading.register, of: profile)
      }
      if reading.act == .readRequest, reading.asked > 0 {
        out.append(UInt8(ascii: "+"))
        out.append(decimal: reading.asked)
      }
    }
  }

  /// ` name=value` for each field.
  func values(_ reading: FrameReading, in bytes: Span<UInt8>, to out: inout TextBuffer) {
    profile.forEachField(of: reading, in: bytes) { fields.text($0, in: bytes, to: &out) }
  }
}
