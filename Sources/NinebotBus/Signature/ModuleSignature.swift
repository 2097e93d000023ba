/// What a known third-party module does on the bus, so that a transmitter can be said to look like it.
///
/// A hint, never a finding: two modules may do the same, and one may be changed. What its author did not publish is
/// left out, and says nothing.
public struct ModuleSignature: Hashable, Sendable {
  /// What it is on the bus.
  public enum Part: String, Hashable, Sendable, CaseIterable {
    /// An additional device beside the stock parts.
    case dash
    /// A replacement of a stock part.
    case esc, ble, bms
  }

  /// What makes it send.
  public enum Trigger: String, Hashable, Sendable, CaseIterable {
    /// It waits for a heartbeat of the BLE module and sends right behind it (protocol.md 5.5).
    case heartbeat
    /// Its own timer.
    case timer
  }

  /// Registers that are asked for or written in one frame.
  public struct Block: Hashable, Sendable {
    public var subject: Role
    public var register: UInt8
    /// Bytes asked for; for writes 0.
    public var bytes: UInt8

    public init(subject: Role, register: UInt8, bytes: UInt8) {
      self.subject = subject
      self.register = register
      self.bytes = bytes
    }
  }

  /// a-z, 0-9 and `-`; the file's name.
  public var name: String
  /// For people.
  public var title: String
  /// Where its behaviour is published.
  public var sources: [String]
  public var part = Part.dash
  /// What it reads over and over.
  public var polls: [Block] = []
  /// What it writes now and then.
  public var writes: [Block] = []
  /// Whether it forges the ESC's display frame.
  public var forgesDisplay = false
  /// Whether it answers reads; nil where not known. For replacements.
  public var answersReads: Bool?
  public var trigger: Trigger?
  /// Requests a second.
  public var rate: ClosedRange<Double>?
  /// Start bit to start bit, microseconds.
  public var pitch: ClosedRange<Double>?
  /// Bit length against nominal, parts per million.
  public var bitClock: ClosedRange<Double>?

  public init(name: String, title: String, sources: [String]) {
    self.name = name
    self.title = title
    self.sources = sources
  }
}
