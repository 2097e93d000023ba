import BusTimeline
public import NinebotBus

/// Writes a summary as a table for people or as one JSON object.
public struct SummaryWriter: Sendable {
  private let profile: Profile
  private let style: Style
  /// Rows of a tap that the table shows; JSON has all.
  private let mostRows = 24

  public init(profile: Profile, style: Style) {
    self.profile = profile
    self.style = style
  }

  // MARK: - Text

  public func text(_ summary: Summary, to out: inout TextBuffer) {
    out.append(decimal: summary.frames)
    out.append(" frames in ")
    out.append(seconds: summary.duration, decimals: 3)
    out.append(" s; requests: ")
    out.append(decimal: summary.requests.answered)
    out.append(" answered, ")
    out.append(decimal: summary.requests.unanswered)
    out.append(" unanswered; answers nobody asked for: ")
    out.append(decimal: summary.requests.unasked)
    out.append(UInt8(ascii: "\n"))
    for (index, tap) in summary.taps.enumerated() {
      let totals = index < summary.traffic.taps.count ? summary.traffic.taps[index] : TrafficTable.TapTotals()
      head(tap, totals, &out)
      rows(summary.rows(of: index), &out)
      if let advice = advice(totals) {
        style.begin(.alarm, &out)
        out.append(advice)
        style.end(.alarm, &out)
      }
    }
    for note in summary.notes {
      out.append("  note: ")
      out.append(string: note)
      out.append(UInt8(ascii: "\n"))
    }
  }

  /// What to do about a tap on which nothing was understood; a few stray bytes say nothing.
  private func advice(_ totals: TrafficTable.TapTotals) -> StaticString? {
    guard totals.frames == totals.badChecksums, totals.garbageBytes + totals.lineErrors >= 16 else { return nil }
    return totals.lineErrors > 0
      ? "  no sound frame but framing errors: is the baud rate right? try --baud\n"
      : "  no sound frame: is the baud rate right, and is this a scooter's bus?\n"
  }

  private func head(_ tap: Summary.TapText, _ totals: TrafficTable.TapTotals, _ out: inout TextBuffer) {
    out.append(string: tap.name)
    out.append("  ")
    out.append(string: tap.detail)
    if let baud = tap.baud {
      out.append(", ")
      out.append(decimal: baud)
      out.append(" baud")
    }
    out.append(", times: ")
    out.append(string: tap.quality)
    out.append("\n  frames ")
    out.append(decimal: totals.frames)
    if let load = totals.use.load {
      out.append(", load ")
      out.append(fixed: Int64(load * 1000), decimals: 1)
      out.append("%")
    }
    out.append(", bad checksums ")
    out.append(decimal: totals.badChecksums)
    out.append(", bytes outside frames ")
    out.append(decimal: totals.garbageBytes)
    out.append(", line errors ")
    out.append(decimal: totals.lineErrors)
    if !tap.counters.isEmpty {
      out.append(", driver counted: ")
      out.append(string: tap.counters)
    }
    out.append(UInt8(ascii: "\n"))
  }

  private func rows(_ rows: [TrafficTable.Row], _ out: inout TextBuffer) {
    guard !rows.isEmpty else { return }
    style.begin(.faint, &out)
    out.append("      count      rate   period(ms)  from>to    what\n")
    style.end(.faint, &out)
    for row in rows.prefix(mostRows) {
      out.startLine()
      let digits = decimalDigits(row.count)
      out.pad(to: 11 - digits)
      out.append(decimal: row.count)
      if let period = row.period, period > 0 {
        let rate = 10_000_000_000 / period
        out.pad(to: 18 - decimalDigits(Int(rate / 10)))
        out.append(fixed: rate, decimals: 1)
        out.append("/s")
        out.pad(to: 29 - decimalDigits(Int(period / 1_000_000)))
        out.append(seconds: period / 10_000 * 10_000_000, decimals: 2)
      }
      out.pad(to: 34)
      out.append(row.reading.from.name)
      out.append(UInt8(ascii: ">"))
      out.append(row.reading.to.name)
      out.pad(to: 45)
      what(row, &out)
    }
    if rows.count > mostRows {
      out.append("      … and ")
      out.append(decimal: rows.count - mostRows)
      out.append(" more kinds; --json has all\n")
    }
  }

  private func what(_ row: TrafficTable.Row, _ out: inout TextBuffer) {
    let reading = row.reading
    out.append(hex: reading.command)
    out.append(UInt8(ascii: " "))
    out.append(label: reading.name, of: profile)
    if reading.namesRegister {
      out.append(UInt8(ascii: " "))
      out.append(hex: reading.argument)
      out.append(UInt8(ascii: " "))
      out.append(label: reading.register, of: profile)
      let bytes = reading.act == .readRequest ? reading.asked : reading.payloadCount
      if bytes > 0 {
        out.append(UInt8(ascii: "+"))
        out.append(decimal: bytes)
      }
    }
    out.append(UInt8(ascii: "\n"))
  }

  private func decimalDigits(_ value: Int) -> Int {
    var (rest, digits) = (value / 10, 1)
    while rest > 0 { (rest, digits) = (rest / 10, digits + 1) }
    return digits
  }

  // MARK: - JSON

  public func json(_ summary: Summary, to out: inout TextBuffer) {
    out.append("{\"kind\":\"summary\",\"duration\":")
    out.append(seconds: summary.duration, decimals: 9)
    out.append(",\"frames\":")
    out.append(decimal: summary.frames)
    out.append(",\"requests\":{\"answered\":")
    out.append(decimal: summary.requests.answered)
    out.append(",\"unanswered\":")
    out.append(decimal: summary.requests.unanswered)
    out.append(",\"unasked\":")
    out.append(decimal: summary.requests.unasked)
    out.append("},\"taps\":[")
    for (index, tap) in summary.taps.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      let totals = index < summary.traffic.taps.count ? summary.traffic.taps[index] : TrafficTable.TapTotals()
      json(tap, totals, &out)
    }
    out.append("],\"messages\":[")
    var first = true
    for index in summary.taps.indices {
      for row in summary.rows(of: index) {
        if !first { out.append(UInt8(ascii: ",")) }
        first = false
        json(row, tap: summary.taps[index].name, &out)
      }
    }
    out.append("],\"notes\":[")
    for (index, note) in summary.notes.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      out.append(quoted: note)
    }
    out.append("]}\n")
  }

  private func json(_ tap: Summary.TapText, _ totals: TrafficTable.TapTotals, _ out: inout TextBuffer) {
    out.append("{\"name\":")
    out.append(quoted: tap.name)
    out.append(",\"source\":")
    out.append(quoted: tap.detail)
    if let baud = tap.baud {
      out.append(",\"baud\":")
      out.append(decimal: baud)
    }
    out.append(",\"times\":")
    out.append(quoted: tap.quality)
    out.append(",\"frames\":")
    out.append(decimal: totals.frames)
    out.append(",\"bad_checksums\":")
    out.append(decimal: totals.badChecksums)
    out.append(",\"garbage_bytes\":")
    out.append(decimal: totals.garbageBytes)
    out.append(",\"line_errors\":")
    out.append(decimal: totals.lineErrors)
    if let load = totals.use.load {
      out.append(",\"load\":")
      out.append(fixed: Int64(load * 10_000), decimals: 4)
    }
    out.append(UInt8(ascii: "}"))
  }

  private func json(_ row: TrafficTable.Row, tap: String, _ out: inout TextBuffer) {
    let reading = row.reading
    out.append("{\"tap\":")
    out.append(quoted: tap)
    out.append(",\"proto\":\"")
    out.append(reading.format.name)
    out.append(UInt8(ascii: "\""))
    JsonFrameWriter(profile: profile).claim(reading, to: &out)
    out.append(",\"len\":")
    out.append(decimal: row.message.payload)
    out.append(",\"frames\":")
    out.append(decimal: row.count)
    if let period = row.period, period > 0 {
      out.append(",\"rate\":")
      out.append(fixed: 1_000_000_000_000 / period, decimals: 3)
      out.append(",\"period\":")
      out.append(seconds: period, decimals: 6)
      out.append(",\"period_min\":")
      out.append(seconds: row.leastPeriod, decimals: 6)
      out.append(",\"period_max\":")
      out.append(seconds: row.mostPeriod, decimals: 6)
    }
    out.append(UInt8(ascii: "}"))
  }
}
