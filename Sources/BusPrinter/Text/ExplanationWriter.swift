public import BusTimeline
import NinebotBus
public import UartSniffer

/// Writes why a frame was given to its sender: each kind of evidence with its weight and what was measured.
public struct ExplanationWriter: Sendable {
  private let taps: [Tap]
  private let style: Style

  public init(taps: [Tap], style: Style) {
    self.taps = taps
    self.style = style
  }

  /// Lines under a frame; nothing for bytes outside frames.
  ///
  /// - Parameters:
  ///   - row: the frame with its finding.
  ///   - senders: what is known of the transmitters by then.
  ///   - out: takes the lines.
  public func append(_ row: AttributedEvent, senders: SenderTable, to out: inout TextBuffer) {
    guard let finding = row.finding, row.event.checksumHolds, row.tap < taps.count else { return }
    let timing = MeasuredTiming(row.event, tap: taps[row.tap])
    style.begin(.faint, &out)
    head(finding, &out)
    let kinds = EvidenceKind.allCases.filter { abs(finding.votes[$0]) >= 0.05 }
    for kind in kinds.sorted(by: { abs(finding.votes[$0]) > abs(finding.votes[$1]) }) {
      let vote = finding.votes[kind]
      out.startLine()
      out.append("        ")
      out.append(kind.name)
      out.pad(to: 20)
      out.append(vote < 0 ? "-" : "+")
      out.append(fixed: Int64((abs(vote) * 10).rounded()), decimals: 1)
      let words = words(for: kind, finding, timing, senders, tap: row.tap)
      if !words.isEmpty {
        out.pad(to: 28)
        out.append(string: words)
      }
      out.append(UInt8(ascii: "\n"))
    }
    style.end(.faint, &out)
  }

  private func head(_ finding: Finding, _ out: inout TextBuffer) {
    out.append("      ")
    if finding.sender == .unknown {
      out.append("not decided: the likeliest has ")
    } else {
      out.append("sent by ")
      out.append(finding.sender)
      out.append(", confidence ")
    }
    out.append(fixed: Int64(finding.confidence * 1000), decimals: 3)
    out.append(finding.votes.rival == .unknown ? ", next a device not met before" : ", next ")
    if finding.votes.rival != .unknown { out.append(finding.votes.rival) }
    if finding.contradictsClaim { out.append("; its address says otherwise") }
    out.append(UInt8(ascii: "\n"))
  }

  private func words(
    for kind: EvidenceKind, _ finding: Finding, _ timing: MeasuredTiming, _ senders: SenderTable, tap: Int
  ) -> String {
    switch kind.words {
    case .said(let inFavour, let against): return "\(finding.votes[kind] > 0 ? inFavour : against)"
    case .measured(.pitchBounds):
      return timing.pitchBounds.map { "a byte took \(decimal($0.lowerBound)) to \(decimal($0.upperBound)) us" } ?? ""
    case .measured(.pitch):
      guard let pitch = timing.pitch else { return "" }
      return "a byte each \(decimal(pitch)) us"
        + usual(finding, senders, tap) { $0.pitch.first.map { "\(decimal($0.mean)) us" } }
    case .measured(.bitClock):
      guard let clock = timing.bitClock else { return "" }
      return "bits off by \(Int(clock.rounded())) ppm"
        + usual(finding, senders, tap) { row in
          row.bitClock.isEmpty
            ? nil : row.bitClock.map { "\(Int($0.mean.rounded()))" }.joined(separator: " or ") + " ppm"
        }
    }
  }

  /// ` (dash1 86.9 us, ble 94.3 us)`.
  private func usual(
    _ finding: Finding, _ senders: SenderTable, _ tap: Int, _ value: (SenderStatistics) -> String?
  ) -> String {
    let rivals = [finding.sender, finding.votes.rival].filter { $0 != .unknown }
    let texts = rivals.compactMap { transmitter -> String? in
      guard let row = senders.senders.first(where: { $0.transmitter == transmitter && $0.tap == tap }) else {
        return nil
      }
      return value(row).map { "\(transmitter.name) \($0)" }
    }
    return texts.isEmpty ? "" : " (\(texts.joined(separator: ", ")))"
  }

  private func decimal(_ value: Double) -> String {
    let tenths = Int((abs(value) * 10).rounded())
    return "\(value < 0 ? "-" : "")\(tenths / 10).\(tenths % 10)"
  }
}
