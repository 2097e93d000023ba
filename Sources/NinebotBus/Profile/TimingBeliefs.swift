/// What a profile expects of a scooter's rhythm and transmitters before a capture has been looked at.
///
/// Each figure is only a starting belief: findings are learnt from the capture (protocol.md 5.2, 5.3).
public struct TimingBeliefs: Hashable, Sendable {
  /// A figure with the range that was seen.
  public struct Prior: Hashable, Sendable {
    public var least: Int64
    public var typical: Int64
    public var most: Int64

    public init(least: Int64, typical: Int64, most: Int64) {
      self.least = least
      self.typical = typical
      self.most = most
    }
  }

  /// How one device transmits on one link.
  public struct Transmitter: Hashable, Sendable {
    public var role: Role
    public var link: Link
    /// Start bit to start bit inside a frame, in nanoseconds.
    public var pitch: Prior?
    /// Bit length against 115200 baud, in parts per million; one entry for each clock mode.
    public var bitClock: [Prior]

    public init(role: Role, link: Link, pitch: Prior? = nil, bitClock: [Prior] = []) {
      self.role = role
      self.link = link
      self.pitch = pitch
      self.bitClock = bitClock
    }
  }

  /// From one transmission of the BLE module to the next, start to start, in nanoseconds.
  public var slot: Prior?
  /// From one display poll (64) to the next, in nanoseconds.
  public var displayPeriod: Prior?
  /// From a request's last stop bit to the answer's first start bit, in nanoseconds, by answering role.
  public var replyDelay: [Role: Prior] = [:]
  /// What stock transmitters look like.
  public var transmitters: [Transmitter] = []

  public init() {}
}
