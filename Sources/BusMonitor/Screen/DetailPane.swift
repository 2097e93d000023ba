import BusTimeline
import NinebotBus

/// All that is known of the selected row.
struct DetailPane {
  let profile: Profile

  func draw(
    _ row: MessageRow, tap: String, marks: [UInt8], _ binary: Bool, _ lines: Range<Int>, on grid: inout Grid
  ) {
    let text = RowText(profile: profile)
    grid.put(" \(tap)  last at \(Figures.clock(row.last))", .bar, line: lines.lowerBound, columns: 0..<grid.width)
    grid.tint(line: lines.lowerBound, .bar)
    let parts: [[Run]] = [
      text.claim(row) + [Run("  "), text.message(row)], finding(row, text),
      text.bytes(row, row.bytes.indices, marks: marks, binary: binary),
    ]
    var line = lines.lowerBound + 1
    for runs in parts where !runs.isEmpty && line < lines.upperBound {
      grid.put(runs, line: line, columns: 1..<grid.width)
      line += 1
    }
    // Values take the rest, broken between fields.
    var runs: [Run] = []
    var used = 0
    for value in text.values(row, marks: marks) {
      let size = value.text.unicodeScalars.count + 1
      if used > 0, used + size > grid.width - 1, line + 1 < lines.upperBound {
        grid.put(runs, line: line, columns: 1..<grid.width)
        line += 1
        (runs, used) = ([], 0)
      }
      runs += [value, Run(" ")]
      used += size
    }
    if line < lines.upperBound { grid.put(runs, line: line, columns: 1..<grid.width) }
  }

  /// `sent by dash1 (99.9%), claims to be ble; cause: own; evidence: rhythm, bit-clock`.
  private func finding(_ row: MessageRow, _ text: RowText) -> [Run] {
    guard row.key.matter == .frame, let finding = row.finding else { return [] }
    guard finding.sender != .unknown else { return [Run("sender: the evidence does not carry", .faint)] }
    var tail = " (\(Figures.fixed(Double(finding.confidence) * 100, decimals: 1))%)"
    if finding.contradictsClaim, let reading = row.reading { tail += ", claims to be \(reading.from.name)" }
    if let cause = Self.words(finding.cause) { tail += "; cause: \(cause)" }
    let evidence = EvidenceKind.allCases.filter { finding.votes.counts($0) }.map { "\($0.name)" }
    if !evidence.isEmpty { tail += "; evidence: \(evidence.joined(separator: ", "))" }
    return [Run("sent by "), Run(finding.sender.name, Ink(finding.sender)), Run(tail)]
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
