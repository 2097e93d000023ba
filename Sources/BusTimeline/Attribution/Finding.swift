/// A device that transmits on a wire, as far as the evidence tells them apart.
public enum Transmitter: Hashable, Sendable, Comparable {
  /// The evidence does not carry.
  case unknown
  case esc
  case ble
  case bms
  case externalBms
  /// A device that the scooter was not built with, numbered in the order of its discovery from 1.
  case dash(UInt8)

  /// Whether it is a device that injects: neither stock nor unknown.
  public var isForeign: Bool {
    if case .dash = self { true } else { false }
  }

  /// `esc`, `ble`, `bms`, `ext-bms`, `dash1`…, `unknown`.
  public var name: String {
    switch self {
    case .dash(let number): "dash\(number)"
    default: "\(staticName)"
    }
  }

  /// The name without a dash's number.
  public var staticName: StaticString {
    switch self {
    case .unknown: "unknown"
    case .esc: "esc"
    case .ble: "ble"
    case .bms: "bms"
    case .externalBms: "ext-bms"
    case .dash: "dash"
    }
  }
}

/// Why a frame was sent.
public enum Cause: Hashable, Sendable {
  case unknown
  /// The sender's own schedule.
  case own
  /// A request of the phone, forwarded.
  case phone
  /// Answers a request that the phone made.
  case replyToPhone
  /// Answers a request of this transmitter.
  case reply(to: Transmitter)
}

/// What each kind of evidence said for the sender against the next best, as natural logarithms of likelihood ratios.
public struct Votes: Sendable {
  /// Who would have been next.
  public var rival: Transmitter
  fileprivate var values = PerEvidence<Float>(repeating: 0)

  init(rival: Transmitter = .unknown) { self.rival = rival }

  /// Positive speaks for the sender.
  public subscript(_ kind: EvidenceKind) -> Float { values[kind.row] }

  /// Whether a kind of evidence carried weight.
  public func counts(_ kind: EvidenceKind) -> Bool { values[kind.row] > 0.5 }

  /// - Parameter row: an `EvidenceKind`'s.
  mutating func set(_ value: Float, at row: Int) { values[row] = value }
}

/// The same against a candidate that need not be the next best, small enough to stay with each frame: in eighths, at most
/// 15 either way.
public struct CoarseVotes: Sendable {
  private var eighths = PerEvidence<Int8>(repeating: 0)

  public init() {}

  init(_ votes: Votes) {
    for row in eighths.indices { eighths[row] = Int8(max(-15, min(15, votes.values[row])) * 8) }
  }

  /// Positive speaks for the sender; `row` is an `EvidenceKind`'s.
  subscript(row: Int) -> Float { Float(eighths[row]) / 8 }
}

/// Who sent a frame, as the evidence says; what the address says is the frame's claim and stands apart.
public struct Finding: Sendable {
  public var sender: Transmitter
  /// Probability that `sender` is right, 0 to 1. For an unknown sender, that of the likeliest one.
  public var confidence: Float
  public var cause: Cause
  public var votes: Votes
  /// Of a foreign sender: what was said against the stock part that sends such frames. The next best is mostly a device
  /// that was not met before, and that tells nothing of why it is not the stock part.
  public var againstStock = CoarseVotes()
  /// Whether the frame claims to come from another device than `sender`.
  public var contradictsClaim: Bool
  /// Probability that it is injected: that a foreign device sent it or asked for it, 0 to 1. Of a frame whose sender is
  /// unknown too, so that sums over many frames are right.
  public var injected: Float = 0
  /// Whether its timing is that of no device that is known: `sender` is unknown then, and it is somebody else's, surely
  /// or most probably.
  public var isStrange = false

  public init(
    sender: Transmitter = .unknown, confidence: Float = 0, cause: Cause = .unknown, votes: Votes? = nil,
    contradictsClaim: Bool = false
  ) {
    self.sender = sender
    self.confidence = confidence
    self.cause = cause
    self.votes = votes ?? Votes()
    self.contradictsClaim = contradictsClaim
  }
}
