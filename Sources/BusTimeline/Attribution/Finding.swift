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

/// Kinds of evidence that carried weight for one frame.
public struct EvidenceKinds: OptionSet, Hashable, Sendable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// The role that address and command claim.
  public static let role = EvidenceKinds(rawValue: 1 << 0)
  /// The place in the rhythm of slots and replies.
  public static let rhythm = EvidenceKinds(rawValue: 1 << 1)
  /// How long the whole frame took.
  public static let airTime = EvidenceKinds(rawValue: 1 << 2)
  /// Start bit to start bit.
  public static let pitch = EvidenceKinds(rawValue: 1 << 3)
  /// The length of a bit.
  public static let bitClock = EvidenceKinds(rawValue: 1 << 4)
  /// What the phone wrote.
  public static let phone = EvidenceKinds(rawValue: 1 << 5)
  /// The side of a cut wire that it came from.
  public static let bridgeSide = EvidenceKinds(rawValue: 1 << 6)

  /// All kinds with their names in JSON and text.
  public static let named: [(kind: EvidenceKinds, name: StaticString)] = [
    (.role, "role"), (.rhythm, "rhythm"), (.airTime, "air-time"), (.pitch, "pitch"), (.bitClock, "bit-clock"),
    (.phone, "phone"), (.bridgeSide, "bridge-side"),
  ]
}

/// Who sent a frame, as the evidence says; what the address says is the frame's claim and stands apart.
public struct Finding: Hashable, Sendable {
  public var sender: Transmitter
  /// Probability that `sender` is right, 0 to 1.
  public var confidence: Float
  public var cause: Cause
  public var evidence: EvidenceKinds
  /// Whether the frame claims to come from another device than `sender`.
  public var contradictsClaim: Bool

  public init(
    sender: Transmitter = .unknown, confidence: Float = 0, cause: Cause = .unknown, evidence: EvidenceKinds = [],
    contradictsClaim: Bool = false
  ) {
    self.sender = sender
    self.confidence = confidence
    self.cause = cause
    self.evidence = evidence
    self.contradictsClaim = contradictsClaim
  }
}
