import BusTimeline
public import NinebotBus

/// What makes two things on the bus one row: the same message of the same sender, whatever its data.
public struct MessageKey: Hashable, Sendable {
  /// What a row gathers.
  public enum Matter: UInt8, Hashable, Sendable, Comparable {
    case frame
    /// Frames whose checksum is wrong: one row a tap, since their bytes say nothing sure.
    case badChecksum
    /// Bytes outside frames.
    case garbage
    /// Bytes that the receiver marked as faulty.
    case lineError

    public static func < (a: Matter, b: Matter) -> Bool { a.rawValue < b.rawValue }
  }

  public var matter: Matter
  /// Index of the tap.
  public var tap: Int
  public var format: WireFormat
  /// 55AA: the address byte; 5AA5: the source.
  public var address: UInt8
  /// 5AA5: the destination; 0 for 55AA.
  public var destination: UInt8
  public var command: UInt8
  public var argument: UInt8
  /// Payload bytes; for encrypted frames the whole length.
  public var length: UInt8
  /// Number of the dash that sent it; 0 for stock devices and unknown ones, which share a row.
  public var dash: UInt8
  /// Whether a stock device sent it in the name of another.
  public var contradictsClaim: Bool

  /// Whether a row of this kind is what the person looks for.
  public var isInjected: Bool { dash > 0 || contradictsClaim }

  init(_ event: AttributedEvent, count: Int) {
    tap = event.tap
    format = event.event.format
    (address, destination, command, argument, length, dash) = (0, 0, 0, 0, 0, 0)
    contradictsClaim = false
    switch event.event.kind {
    case .garbage: matter = .garbage
    case .lineError: matter = .lineError
    case .frame: matter = .badChecksum
    }
    guard event.event.kind != .frame || event.event.checksumHolds, let reading = event.reading else {
      // Damage of any format is one row.
      format = .xiaomi
      return
    }
    matter = .frame
    address = reading.address
    destination = reading.destination
    command = reading.command
    argument = reading.argument
    length = reading.act == .sealed ? UInt8(clamping: count) : reading.payloadCount
    if let finding = event.finding {
      if case .dash(let number) = finding.sender { dash = number }
      contradictsClaim = dash == 0 && finding.sender != .unknown && finding.contradictsClaim
    }
  }

  /// Tap, addresses, command, register, length: an order in which rows never move.
  func precedes(_ other: MessageKey) -> Bool { place < other.place }

  private var place: UInt64 {
    UInt64(matter.rawValue) << 60 | UInt64(truncatingIfNeeded: tap & 0xFF) << 52 | UInt64(format.rawValue & 0xF) << 48
      | UInt64(address) << 40 | UInt64(destination) << 32 | UInt64(command) << 24 | UInt64(argument) << 16
      | UInt64(length) << 8 | UInt64(dash)
  }
}
