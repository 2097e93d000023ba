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
      out.append(string: "  polled in a ring: \(summary.ring.map(Self.words).joined(separator: ", "))\n")
    }
    for note in notes { out.append(string: "  note: \(note)\n") }
  }

  public func json(to out: inout TextBuffer) {
    out.append(string: "{\"kind\":\"summary\",\"written\":\(summary.count(.toScooter)),")
    out.append(string: "\"received\":\(summary.count(.toPhone)),\"solicited\":\(summary.solicited),")
    out.append(string: "\"unsolicited\":\(summary.unsolicited),\"undecided\":\(summary.undecided),")
    out.append(string: "\"unreadable\":\(unreadable),\"missing\":\(summary.missing),\"ring\":[")
    append(summary.ring.map(Self.words), to: &out)
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

  /// A ring's member by what is known of it: its register, or what has so many bytes.
  private static func words(_ member: PollRing.Member) -> String {
    let fits = LengthTable.blocks(dataBytes: member.dataBytes)
    if let register = member.register {
      return fits.first { $0.register == register }?.description
        ?? "register \(String(register, radix: 16)) (\(member.dataBytes) bytes)"
    }
    return "\(member.dataBytes) bytes" + (fits.isEmpty ? "" : " (\(fits.map(\.description).joined(separator: " or ")))")
  }
}
