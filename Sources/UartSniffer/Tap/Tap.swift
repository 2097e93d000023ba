public import NinebotBus

/// One place on one wire that is listened to.
public struct Tap: Hashable, Sendable {
  /// `bus0`, `bus1`… or the name that the user gave.
  public var name: String
  /// What is behind it, for people: device or file and channel.
  public var detail: String
  /// The line's speed; nil until it is found.
  public var baud: Baud?
  /// How well the times of its bytes are known.
  public var quality: TimeQuality

  /// False where a program hands the bytes over, as on a pseudo terminal: it may be held up in the middle of a frame,
  /// so a pause says nothing of the wire.
  public var isPacedByWire = true

  /// Nanoseconds by which the clock that its times were recorded with is ahead of the capture's; 0 for one on the
  /// capture's clock. Chunks have the capture's times; what a file kept is those plus this.
  public var clockLead: Int64 = 0

  /// Name and detail may come from a file of a stranger: what would control a terminal is replaced.
  public init(name: String, detail: String, baud: Baud?, quality: TimeQuality) {
    self.name = Self.printable(name)
    self.detail = Self.printable(detail)
    self.baud = baud
    self.quality = quality
  }

  private static func printable(_ text: String) -> String {
    let isControl = { (scalar: Unicode.Scalar) in scalar.properties.generalCategory == .control }
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "\u{FFFD}" : $0 }))
  }
}

/// How well a capture knows when its bytes were sent, best last.
public enum TimeQuality: Hashable, Sendable {
  /// Bytes only: times are counted from the baud rate as if the bytes lay back to back.
  case none
  /// One time a frame, read back from a capture file.
  case frames
  /// Bytes came in packets; the adapter waits up to `latency` nanoseconds before it sends one.
  case packets(latency: Int64)
  /// Each byte has a time, good to `error` nanoseconds.
  case bytes(error: Int64)
  /// Each edge has a time, good to `sample` nanoseconds.
  case edges(sample: Int64)
}
