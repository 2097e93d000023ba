public import BleSide

/// Writes what a phone's log holds in all, for people or as one JSON object.
public struct BleSummaryWriter: Sendable {
  private let summary: BleSummary
  private let notes: [String]

  public init(_ summary: BleSummary, notes: [String]) {
    self.summary = summary
    self.notes = notes
  }

  private var unreadable: Int {
    let conditions: [BleMessage.Condition] = [.sealed, .tampered, .damaged, .foreign]
    return BleDirection.allCases.reduce(0) { sum, direction in
      sum + conditions.reduce(0) { $0 + summary.count(direction, $1) }
    }
  }

  public func text(to out: inout TextBuffer) {
    out.append(
      string: "the phone wrote \(summary.count(.toScooter)) messages and received \(summary.count(.toPhone)): ")
    out.append(string: "\(summary.solicited) asked for, \(summary.unsolicited) not, \(summary.undecided) undecided; ")
    out.append(string: "\(unreadable) cannot be read\n")
    if !summary.ring.isEmpty {
      out.append(string: "  polled in a ring: \(summary.ring.map(\.words).joined(separator: ", "))\n")
    }
    for note in notes { out.append(string: "  note: \(note)\n") }
  }

  public func json(to out: inout TextBuffer) {
    out.append(string: "{\"kind\":\"summary\",\"written\":\(summary.count(.toScooter)),")
    out.append(string: "\"received\":\(summary.count(.toPhone)),\"solicited\":\(summary.solicited),")
    out.append(string: "\"unsolicited\":\(summary.unsolicited),\"undecided\":\(summary.undecided),")
    out.append(string: "\"unreadable\":\(unreadable),\"missing\":\(summary.missing),\"ring\":[")
    append(summary.ring.map(\.words), to: &out)
    out.append("],\"notes\":[")
    append(notes, to: &out)
    out.append("]}\n")
  }

  private func append(_ texts: [String], to out: inout TextBuffer) {
    for (index, text) in texts.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      out.append(quoted: text)
    }
  }
}
