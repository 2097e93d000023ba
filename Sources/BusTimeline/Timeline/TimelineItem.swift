/// One bar or mark on the time line of a scooter: a frame on a wire, or a message over the air.
public struct TimelineItem: Sendable {
  /// Whose lane it is drawn in.
  public enum Lane: Hashable, Sendable {
    /// The device that sent it on the wire.
    case wire(Transmitter)
    /// What the phone wrote, and what it received.
    case phone
  }

  public enum Kind: UInt8, Hashable, Sendable {
    case frame
    /// Bytes outside frames, bad checksums, line errors.
    case damage
    case phoneWrite
    case notification
  }

  public var lane: Lane
  public var kind: Kind
  /// Nanoseconds on the bus's clock; for BLE messages by the alignment.
  public var start: Int64
  /// Nanoseconds on the line; 0 for messages over the air.
  public var duration: Int64
  /// One line for people: command, register and values.
  public var label: String
  /// The bytes.
  public var bytes: [UInt8]
  public var cause: Cause
  /// Confidence in the sender, 0 to 1; 1 for BLE messages.
  public var confidence: Float
  /// What carried the finding, in words.
  public var evidence: String
  /// Index of the item that made this one happen; nil where there is none or it is not known.
  public var causedBy: Int?
  /// For notifications: whether the phone had asked.
  public var solicited: Bool?
  /// For what the phone wrote: how far it came; nil where that is not known.
  public var outcome: CausalChain.Outcome?

  public init(
    lane: Lane, kind: Kind, start: Int64, duration: Int64, label: String, bytes: [UInt8], cause: Cause = .unknown,
    confidence: Float = 1, evidence: String = "", causedBy: Int? = nil, solicited: Bool? = nil,
    outcome: CausalChain.Outcome? = nil
  ) {
    self.lane = lane
    self.kind = kind
    self.start = start
    self.duration = duration
    self.label = label
    self.bytes = bytes
    self.cause = cause
    self.confidence = confidence
    self.evidence = evidence
    self.causedBy = causedBy
    self.solicited = solicited
    self.outcome = outcome
  }
}
