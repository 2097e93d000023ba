import NinebotBus
public import UartSniffer

/// Events with what each shows of its sender, many at once: one thread sees them, another says who sent them.
public struct ObservedEvents: Sendable {
  var rows: [Observation] = []
  /// Of all of them, one behind the other.
  var bytes: PackedBytes
  /// What became clear of earlier requests, each with the place of the row that made it so. Ascending.
  var clear: [(row: Int, rhythm: ClearRhythm)] = []
  /// What taps turned out to listen to, likewise.
  var links: [(row: Int, link: Link)] = []
  /// The taps that were known when the last of them came.
  public internal(set) var taps: [Tap] = []

  /// - Parameter room: events that are expected.
  init(room: Int) {
    bytes = PackedBytes(room: 16 * room)
    rows.reserveCapacity(room)
  }

  /// How many they are.
  public var count: Int { rows.count }

  @inline(__always)
  mutating func append(
    _ event: BusEvent, tap: Int, bytes added: Span<UInt8>, _ reading: FrameReading?, _ claim: Claim,
    _ measurement: Measurement
  ) {
    rows.append(Observation(tap: tap, event: event, reading: reading, claim: claim, measurement: measurement))
    bytes.append(added)
  }

  /// Forgets all of them, and keeps the room.
  mutating func removeAll() {
    rows.removeAll(keepingCapacity: true)
    bytes.removeAll()
    clear.removeAll(keepingCapacity: true)
    links.removeAll(keepingCapacity: true)
  }
}
