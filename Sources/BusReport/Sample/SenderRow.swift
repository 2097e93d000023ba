public import BusTimeline
public import NinebotBus

/// One device that transmitted, as the table of senders shows it.
public struct SenderRow: Sendable {
  /// One kind of message that it sent.
  public struct Message: Sendable {
    /// Whose register or command it is.
    public var subject: Role
    /// The register or command; nil where a frame names none.
    public var number: UInt8?
    /// What it is called; empty where the profile has no name.
    public var name: String
    public var count: Int
    /// Messages a second.
    public var rate: Double

    public init(subject: Role, number: UInt8?, name: String, count: Int, rate: Double) {
      self.subject = subject
      self.number = number
      self.name = name
      self.count = count
      self.rate = rate
    }
  }

  public var sender: Transmitter
  public var frames: Int
  /// Share of the observed time in which it held the wire, 0 to 1; nil where there are no times.
  public var share: Double?
  /// How much longer than nominal its bits are, parts per million; nil where edges were not seen.
  public var bitClock: Double?
  /// Start bit to start bit, nanoseconds; nil where byte times were not seen.
  public var pitch: Double?
  /// Most frequent first.
  public var messages: [Message]

  public init(
    sender: Transmitter, frames: Int, share: Double?, bitClock: Double? = nil, pitch: Double? = nil,
    messages: [Message] = []
  ) {
    self.sender = sender
    self.frames = frames
    self.share = share
    self.bitClock = bitClock
    self.pitch = pitch
    self.messages = messages
  }
}
