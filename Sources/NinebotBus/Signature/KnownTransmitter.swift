/// How a device shaped its frames in an earlier capture, so that it can be called by the same name again.
public struct KnownTransmitter: Hashable, Sendable {
  /// A value that a device keeps to: mean and spread (one sigma). One device can have several, such as two clocks.
  public struct Mode: Hashable, Sendable {
    public var mean: Double
    public var spread: Double
    /// Share of the frames, 0 to 1.
    public var share: Double

    public init(mean: Double, spread: Double, share: Double = 1) {
      self.mean = mean
      self.spread = spread
      self.share = share
    }
  }

  /// `esc`, `ble`, `bms`, `ext-bms`, `dash1`…
  public var name: String
  /// The link that it was seen on: the same device may have another pitch on another one (protocol.md 5.3).
  public var link: Link
  /// Microseconds from start bit to start bit, most frequent first; empty where it was not measured.
  public var pitch: [Mode]
  /// Bit length against nominal in parts per million, most frequent first; empty where it was not measured.
  public var bitClock: [Mode]
  /// What it asked for.
  public var polls: [ModuleSignature.Block]
  /// How many frames this comes from.
  public var frames: Int

  public init(
    name: String, link: Link, pitch: [Mode] = [], bitClock: [Mode] = [], polls: [ModuleSignature.Block] = [],
    frames: Int = 0
  ) {
    self.name = name
    self.link = link
    self.pitch = pitch
    self.bitClock = bitClock
    self.polls = polls
    self.frames = frames
  }
}
