/// Tells from the first frames which link a tap listens to, where nobody said it.
///
/// The BLE module sends each 20 ms, so a tap with several battery addresses in a row and nothing else is on the
/// ESC-BMS link (protocol.md 2.1, 2.2, 5.2). A stray address of the other wire corrects it.
public struct LinkDetector: Hashable, Sendable {
  /// Frames to or from the battery in a row that settle it.
  static let batteryFrames = 3

  private var row = 0

  /// The link, once it is known.
  public private(set) var link: Link?

  public init() {}

  /// Takes the next sound frame of the tap.
  @inlinable
  public mutating func push(_ reading: FrameReading) {
    guard reading.format == .xiaomi else { return }
    note(reading.address)
  }

  @usableFromInline
  mutating func note(_ address: UInt8) {
    switch address {
    case 0x20, 0x21, 0x23, 0x24: link = .escBle
    case 0x22,
      0x25 where link == nil:
      row += 1
      if row == Self.batteryFrames { link = .escBms }
    default: break
    }
  }
}
