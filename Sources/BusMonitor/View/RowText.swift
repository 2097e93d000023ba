import BusPrinter
import BusTimeline
import NinebotBus

/// The words of a row: who, to whom, what, values.
struct RowText {
  let profile: Profile
  private let fields: FieldText

  init(profile: Profile) {
    self.profile = profile
    fields = FieldText(profile: profile)
  }

  /// `dash1`; with `!` behind it where a frame claims to come from another device, `?` where nobody can tell.
  func sender(_ row: MessageRow) -> Run {
    guard row.key.matter == .frame, let finding = row.finding else { return Run("") }
    if finding.sender == .unknown { return Run("?", .faint) }
    return Run(finding.sender.name + (finding.contradictsClaim ? "!" : ""), Ink(finding.sender))
  }

  /// `ble>esc`, as the address claims.
  func claim(_ row: MessageRow) -> [Run] {
    guard row.key.matter == .frame, let reading = row.reading, reading.act != .sealed else { return [] }
    return [
      Run("\(reading.from.name)", Ink(reading.from)), Run(">"), Run("\(reading.to.name)", Ink(reading.to)),
    ]
  }

  /// `01 read b0 error+32`; `01 b0 error+32` where room is short and the register says more than the command.
  func message(_ row: MessageRow, isShort: Bool = false) -> Run {
    switch row.key.matter {
    case .garbage: return Run("bytes outside frames", .alarm)
    case .lineError: return Run("line error: \(row.fault.name)", .alarm)
    case .badChecksum: return Run("wrong checksum", .alarm)
    case .frame: break
    }
    guard let reading = row.reading else { return Run("") }
    if reading.act == .sealed { return Run(profile.string(reading.name)) }
    var text = Figures.hex(reading.command)
    if !reading.name.isEmpty, !(isShort && reading.namesRegister) { text += " \(profile.string(reading.name))" }
    if reading.namesRegister {
      text += " \(Figures.hex(reading.argument))"
      if !reading.register.isEmpty { text += " \(profile.string(reading.register))" }
      if reading.act == .readRequest, reading.asked > 0 { text += "+\(reading.asked)" }
    }
    return Run(text)
  }

  /// What a filter looks at.
  func all(_ row: MessageRow, tap: String) -> String {
    "\(tap) \(sender(row).text) \(claim(row).map(\.text).joined()) \(message(row).text)"
  }

  // MARK: - Values

  /// ` name=value unit` for each field, in the ink of a change where one of its bytes is marked.
  func values(_ row: MessageRow, marks: [UInt8]) -> [Run] {
    guard row.key.matter == .frame, let reading = row.reading else { return [] }
    var runs: [Run] = []
    profile.forEachField(of: reading, in: row.bytes.span) { field in
      let isChanged = field.range.clamped(to: marks.indices).contains { marks[$0] != 0 }
      runs.append(Run(fields.text(field, in: row.bytes.span), isChanged ? .changed : .plain))
    }
    return runs
  }

  /// The data in hexadecimal, or bit by bit, changed ones marked.
  func data(_ row: MessageRow, marks: [UInt8], binary: Bool) -> [Run] {
    bytes(row, row.data, marks: marks, binary: binary)
  }

  func bytes(_ row: MessageRow, _ range: Range<Int>, marks: [UInt8], binary: Bool) -> [Run] {
    let ink: Ink = row.key.matter == .frame ? .plain : .alarm
    var runs: [Run] = []
    for index in range.clamped(to: row.bytes.indices) {
      if index > range.lowerBound { runs.append(Run(" ")) }
      let (byte, mark) = (row.bytes[index], index < marks.count ? marks[index] : 0)
      guard binary else {
        runs.append(Run(Figures.hex(byte), mark != 0 ? .changed : ink))
        continue
      }
      for bit in (0..<8).reversed() {
        runs.append(Run(byte >> bit & 1 == 1 ? "1" : "0", mark >> bit & 1 == 1 ? .changed : ink))
      }
    }
    return runs
  }
}

extension Ink {
  /// The ink of a part of a line of text: devices look alike on the screen and on paper.
  init(_ part: Style.Part) {
    self =
      switch part {
      case .faint: .faint
      case .alarm: .alarm
      case .esc: .esc
      case .ble: .ble
      case .bms: .bms
      case .dash: .dash
      case .plain: .plain
      }
  }

  init(_ role: Role) { self.init(Style.Part(role)) }

  init(_ transmitter: Transmitter) { self.init(Style.Part(transmitter)) }
}
