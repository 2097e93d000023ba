import BusTimeline
import NinebotBus

/// All that is known of the selected row.
struct DetailPane {
  let profile: Profile

  func draw(
    _ row: MessageRow, tap: String, marks: [UInt8], isBinary: Bool, lines: Range<Int>, on grid: inout Grid
  ) {
    let text = RowText(profile: profile)
    grid.put(
      [Run(" \(tap)  ")] + text.claim(row) + [
        Run("  "), text.message(row), Run("  last at \(Figures.clock(row.last))"),
      ],
      line: lines.lowerBound, columns: 0..<grid.width)
    grid.tint(line: lines.lowerBound, .bar)
    var line = lines.lowerBound + 1
    flow(finding(row), from: &line, to: lines.upperBound - 2, on: &grid)
    let bytes = text.bytes(row, row.bytes.indices, marks: marks, binary: isBinary)
    grid.put(bytes, line: line, columns: 1..<grid.width)
    line += 1
    flow(text.values(row, marks: marks), from: &line, to: lines.upperBound, on: &grid)
  }

  /// Writes pieces with blanks between them, broken into lines before those that do not fit.
  private func flow(_ pieces: [Run], from line: inout Int, to end: Int, on grid: inout Grid) {
    var runs: [Run] = []
    var used = 0
    for piece in pieces {
      let size = piece.text.unicodeScalars.count + 1
      if used > 0, used + size > grid.width, line + 1 < end {
        grid.put(runs, line: line, columns: 1..<grid.width)
        line += 1
        (runs, used) = ([], 0)
      }
      if used > 0 { runs.append(Run(" ")) }
      runs.append(piece)
      used += size
    }
    guard !runs.isEmpty, line < end else { return }
    grid.put(runs, line: line, columns: 1..<grid.width)
    line += 1
  }

  /// `sent by dash1 (99.9%) but claims to be ble; cause: its own schedule; evidence: rhythm, bit-clock`.
  private func finding(_ row: MessageRow) -> [Run] {
    guard row.key.matter == .frame, let finding = row.finding else { return [] }
    guard finding.sender != .unknown else { return [Run("sender: the evidence does not carry", .faint)] }
    let sure = "(\(Wording.percent(Double(finding.confidence)))%)"
    var pieces = [Run("sent by"), Run(finding.sender.name, Ink(finding.sender)), Run(sure)]
    if finding.contradictsClaim, let reading = row.reading {
      pieces.append(Run("but claims to be \(reading.from.name);"))
    }
    if let cause = Self.words(finding.cause) { pieces.append(Run("cause: \(cause);")) }
    let evidence = EvidenceKind.allCases.filter { finding.votes.counts($0) }.map { "\($0.name)" }
    if !evidence.isEmpty { pieces.append(Run("evidence: \(evidence.joined(separator: ", "))")) }
    if let last = pieces.last?.text, last.hasSuffix(";") { pieces[pieces.count - 1].text = String(last.dropLast()) }
    return pieces
  }

  private static func words(_ cause: Cause) -> String? {
    switch cause {
    case .unknown: nil
    case .own: "its own schedule"
    case .phone: "the phone"
    case .replyToPhone: "answers the phone"
    case .reply(let asker): "answers \(asker.name)"
    }
  }
}
