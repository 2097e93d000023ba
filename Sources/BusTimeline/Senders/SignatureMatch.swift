public import NinebotBus

/// A known module that a transmitter looks like. A hint, never a finding.
public struct SignatureMatch: Hashable, Sendable {
  /// The module, and others that fit as well.
  public var signatures: [ModuleSignature]
  /// Blocks of the signature that are polled.
  public var polled = 0
  /// Requests a second.
  public var rate: Double?
  /// How well it fits, about 0.7 to 1.
  public var score: Double

  /// Whether a name may stand in a headline: at least three quarters of what the module polls is polled.
  public var isFirm: Bool { signatures.first.map { polled * 4 >= $0.polls.count * 3 } ?? false }

  /// `DisplayDash (4 of 4 polled blocks, 8.1/s)`.
  public var description: String {
    let names = signatures.map(\.title).joined(separator: " or ")
    guard let first = signatures.first else { return names }
    var reasons: [String] = []
    if !first.polls.isEmpty { reasons.append("\(polled) of \(first.polls.count) polled blocks") }
    if let rate { reasons.append("\(Wording.decimal(rate, 1))/s") }
    if first.polls.isEmpty {
      if first.bitClock != nil { reasons.append("bit clock") }
      if first.pitch != nil { reasons.append("byte pitch") }
      if first.answersReads == false { reasons.append("reads stay unanswered") }
    }
    return reasons.isEmpty ? names : "\(names) (\(reasons.joined(separator: ", ")))"
  }
}

extension SenderTable {
  /// Fits below this are not worth mentioning.
  private static let leastScore = 0.7
  /// Fits that are closer than this are the same.
  private static let tie = 0.01
  /// Fewer reads say nothing of a device that does not answer.
  private static let leastReads = 10

  /// The known module whose habits a sender has; nil where none fits.
  public func looksLike(_ sender: SenderStatistics, among signatures: [ModuleSignature]) -> SignatureMatch? {
    let fits = signatures.compactMap { fit($0, sender) }.filter { $0.score >= Self.leastScore }
    guard var best = fits.max(by: { $0.score < $1.score }) else { return nil }
    let equals = fits.filter { $0.score > best.score - Self.tie && $0.polled == best.polled }
    best.signatures = equals.flatMap(\.signatures)
    return best
  }

  private func fit(_ signature: ModuleSignature, _ sender: SenderStatistics) -> SignatureMatch? {
    guard Self.part(of: sender.transmitter) == signature.part else { return nil }
    // What was measured and does not fit speaks against it; what was not measured says nothing.
    var agreeing = 0
    for (range, value) in [
      (signature.rate, sender.requestRate), (signature.pitch, sender.pitch.first?.mean),
      (signature.bitClock, sender.bitClock.first?.mean),
    ] {
      guard let range, let value else { continue }
      guard range.contains(value) else { return nil }
      agreeing += 1
    }
    if let trigger = signature.trigger, let measured = sender.trigger {
      guard measured == trigger else { return nil }
      agreeing += 1
    }
    if signature.answersReads == false {
      let reads = reads(of: Self.role(of: sender.transmitter), tap: sender.tap)
      guard reads.asked >= Self.leastReads, reads.answered == 0 else { return nil }
      agreeing += 1
    }
    var match = SignatureMatch(signatures: [signature], score: 0.02 * Double(agreeing))
    if signature.polls.isEmpty {
      guard agreeing > 0, signature.bitClock == nil || !sender.bitClock.isEmpty else { return nil }
      match.score += 0.9
    } else {
      guard let (polled, score) = polls(signature, sender) else { return nil }
      match.polled = polled
      match.rate = sender.requestRate
      match.score += score
    }
    if sender.believableForgeries > 2, sender.transmitter.isForeign {
      match.score *= signature.forgesDisplay ? 1.05 : 0.8
    }
    return match
  }

  /// How many of the signature's blocks are polled, and the fit: what else is polled counts against it, blocks that are
  /// not polled count half.
  private func polls(_ signature: ModuleSignature, _ sender: SenderStatistics) -> (polled: Int, score: Double)? {
    let reads = sender.kinds.filter(\.reads)
    let total = reads.reduce(0) { $0 + $1.count }
    guard total >= 4 else { return nil }
    // A rare one may be a frame of somebody else.
    let steady = reads.filter { $0.count * 50 >= total }
    let polled = signature.polls.count { block in steady.contains { $0.block == block } }
    let own = steady.filter { signature.polls.contains($0.block) }.reduce(0) { $0 + $1.count }
    let isWhole = polled == signature.polls.count
    // The BLE module passes on what any phone asks for: only a whole set is a sign.
    guard polled >= 2 || isWhole, signature.part == .dash || isWhole else { return nil }
    let purity = Double(own) / Double(total)
    return (polled, purity * (0.5 + 0.5 * Double(polled) / Double(signature.polls.count)))
  }

  private static func part(of transmitter: Transmitter) -> ModuleSignature.Part? {
    switch transmitter {
    case .unknown: nil
    case .esc: .esc
    case .ble: .ble
    case .bms, .externalBms: .bms
    case .dash: .dash
    }
  }

  private static func role(of transmitter: Transmitter) -> Role {
    switch transmitter {
    case .esc: .esc
    case .ble: .ble
    case .bms: .bms
    case .externalBms: .externalBms
    case .dash, .unknown: .unknown
    }
  }
}
