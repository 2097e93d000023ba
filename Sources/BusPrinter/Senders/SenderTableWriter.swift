public import BusTimeline
public import NinebotBus

/// Writes the table of transmitters: for people, or one JSON object for each.
public struct SenderTableWriter: Sendable {
  private let profile: Profile
  private let style: Style
  private let signatures: [ModuleSignature]
  /// Kinds of requests that the table shows for each sender; JSON has all.
  private static let mostKinds = 12

  public init(profile: Profile, signatures: [ModuleSignature], style: Style) {
    self.profile = profile
    self.signatures = signatures
    self.style = style
  }

  // MARK: - Text

  /// - Parameters:
  ///   - table: what is known of the transmitters.
  ///   - taps: names, in the order of tap indexes.
  ///   - out: takes the lines.
  public func text(_ table: SenderTable, taps: [String], to out: inout TextBuffer) {
    style.begin(.faint, &out)
    out.append("sender   tap      frames   bus%   byte pitch           bit clock                 rhythm\n")
    style.end(.faint, &out)
    for sender in Self.ordered(table.senders) {
      line(sender, table, taps, &out)
      for detail in details(sender, table) {
        out.append("         ")
        out.append(string: detail)
        out.append(UInt8(ascii: "\n"))
      }
    }
    if table.senders.isEmpty { out.append("no frames\n") }
  }

  /// Stock parts first, then dashes by number, what is not decided last; each on its taps.
  private static func ordered(_ senders: [SenderStatistics]) -> [SenderStatistics] {
    senders.sorted { a, b in
      let unknown = (a.transmitter == .unknown, b.transmitter == .unknown)
      if unknown.0 != unknown.1 { return unknown.1 }
      return a.transmitter == b.transmitter ? a.tap < b.tap : a.transmitter < b.transmitter
    }
  }

  private func line(_ sender: SenderStatistics, _ table: SenderTable, _ taps: [String], _ out: inout TextBuffer) {
    out.startLine()
    let part = Style.Part(sender.transmitter)
    // Sequences for colour take no room on the terminal, so the name's column is filled by hand.
    style.begin(part, &out)
    out.append(sender.transmitter)
    style.end(part, &out)
    for _ in min(sender.transmitter.width, 8)..<9 { out.append(UInt8(ascii: " ")) }
    out.startLine()
    out.append(string: sender.tap < taps.count ? taps[sender.tap] : "?")
    out.pad(to: 9)
    out.append(decimal: sender.frames)
    out.pad(to: 18)
    if let share = table.share(of: sender) {
      out.append(number: share * 100, decimals: 2)
    } else {
      out.append(UInt8(ascii: "-"))
    }
    out.pad(to: 25)
    out.append(string: Self.modes(sender.pitch, decimals: 1, unit: "us"))
    out.pad(to: 46)
    out.append(string: Self.modes(sender.bitClock, decimals: 0, unit: "ppm"))
    out.pad(to: 72)
    out.append(string: sender.rhythm?.words ?? "-")
    out.append(UInt8(ascii: "\n"))
  }

  private func details(_ sender: SenderStatistics, _ table: SenderTable) -> [String] {
    var lines: [String] = []
    if sender.transmitter.isForeign || sender.transmitter == .unknown {
      lines.append(
        "from \(Self.seconds(sender.first)) to \(Self.seconds(sender.last)) s, mean confidence "
          + Self.decimal(sender.meanConfidence, 4))
    }
    for (role, count) in sender.claims.counted.sorted(by: { $0.count > $1.count }) {
      lines.append("\(Wording.some(count, "frame says it comes", "frames say they come")) from \(role.name)")
    }
    let kinds = sender.kinds.sorted { $0.count > $1.count }
    for kind in kinds.prefix(Self.mostKinds) { lines.append(Self.words(kind, profile)) }
    if kinds.count > Self.mostKinds { lines.append("… and \(kinds.count - Self.mostKinds) more kinds; --json has all") }
    if let match = table.looksLike(sender, among: signatures) { lines.append("looks like \(match.description)") }
    return lines
  }

  private static func words(_ kind: SenderStatistics.Request, _ profile: Profile) -> String {
    let block = kind.block
    let name = profile.string(kind.reading.register)
    var text = "\(kind.reads ? "reads" : "writes") \(block.subject.name) \(hex(block.register))"
    if kind.reads { text += " +\(block.bytes)" }
    if !name.isEmpty { text += " \(name)" }
    if kind.reads, kind.command != 0x01 { text += " with command \(hex(kind.command))" }
    text += ": \(kind.count)"
    if let rate = kind.rate { text += ", \(decimal(rate, 2))/s" }
    return text
  }

  private static func modes(_ modes: [KnownTransmitter.Mode], decimals: Int, unit: String) -> String {
    guard !modes.isEmpty else { return "-" }
    return modes.prefix(2).map { decimal($0.mean, decimals) }.joined(separator: ", ") + " ±"
      + decimal(modes[0].spread, decimals) + " " + unit
  }

  private static func seconds(_ nanoseconds: Int64) -> String { decimal(Double(nanoseconds) / 1e9, 3) }
  private static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

  private static func decimal(_ value: Double, _ decimals: Int) -> String {
    var buffer = TextBuffer(capacity: 64)
    buffer.append(number: value, decimals: decimals)
    return String(decoding: buffer.bytes, as: UTF8.self)
  }

  // MARK: - JSON

  /// One object a line, kind `sender`.
  public func json(_ table: SenderTable, taps: [String], to out: inout TextBuffer) {
    for sender in Self.ordered(table.senders) {
      out.append("{\"kind\":\"sender\",\"sender\":\"")
      out.append(sender.transmitter)
      out.append("\",\"tap\":")
      out.append(quoted: sender.tap < taps.count ? taps[sender.tap] : "")
      out.append(",\"frames\":")
      out.append(decimal: sender.frames)
      out.append(",\"requests\":")
      out.append(decimal: sender.requests)
      if let share = table.share(of: sender) {
        out.append(",\"share\":")
        out.append(number: share, decimals: 5)
      }
      out.append(",\"confidence\":")
      out.append(number: sender.meanConfidence, decimals: 4)
      out.append(",\"first\":")
      out.append(seconds: sender.first, decimals: 6)
      out.append(",\"last\":")
      out.append(seconds: sender.last, decimals: 6)
      out.append(modes: sender.pitch, key: "pitch_us", decimals: 2)
      out.append(modes: sender.bitClock, key: "bit_clock_ppm", decimals: 0)
      if let rhythm = sender.rhythm { out.append(rhythm: rhythm) }
      claims(sender, &out)
      requests(sender, &out)
      if let match = table.looksLike(sender, among: signatures) {
        out.append(",\"looks_like\":")
        out.append(quoted: match.description)
      }
      out.append("}\n")
    }
  }

  private func claims(_ sender: SenderStatistics, _ out: inout TextBuffer) {
    let claims = sender.claims.counted
    guard !claims.isEmpty else { return }
    out.append(",\"claims\":{")
    for (index, claim) in claims.enumerated() {
      out.append(index == 0 ? "\"" : ",\"")
      out.append(claim.role.name)
      out.append("\":")
      out.append(decimal: claim.count)
    }
    out.append("},\"forged\":")
    out.append(decimal: sender.forged)
  }

  private func requests(_ sender: SenderStatistics, _ out: inout TextBuffer) {
    guard !sender.kinds.isEmpty else { return }
    out.append(",\"registers\":[")
    for (index, kind) in sender.kinds.enumerated() {
      out.append(index == 0 ? "{\"to\":\"" : ",{\"to\":\"")
      out.append(kind.block.subject.name)
      out.append("\",\"reg\":\"")
      out.append(hex: kind.block.register)
      out.append("\",\"act\":\"")
      out.append(kind.reading.act.name)
      out.append(UInt8(ascii: "\""))
      if kind.reads {
        out.append(",\"asked\":")
        out.append(decimal: kind.block.bytes)
      }
      if !kind.reading.register.isEmpty {
        out.append(",\"register\":\"")
        out.append(label: kind.reading.register, of: profile)
        out.append(UInt8(ascii: "\""))
      }
      out.append(",\"frames\":")
      out.append(decimal: kind.count)
      if let rate = kind.rate {
        out.append(",\"rate\":")
        out.append(number: rate, decimals: 3)
      }
      out.append(UInt8(ascii: "}"))
    }
    out.append(UInt8(ascii: "]"))
  }
}
