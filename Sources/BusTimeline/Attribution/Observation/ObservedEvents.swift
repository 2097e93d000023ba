import NinebotBus

/// Events with what each shows of its sender, many at once: one thread sees them, another says who sent them.
public struct ObservedEvents: Sendable {
  var rows: [Observation] = []
  /// Of all of them, one behind the other.
  var bytes: PackedBytes
  /// What became clear of earlier requests, each with the place of the row that made it so. Ascending.
  var clear: [(row: Int, rhythm: ClearRhythm)] = []
  /// What taps turned out to listen to, likewise.
  var links: [(row: Int, link: Link)] = []

  /// - Parameter room: events that are expected.
  init(room: Int) {
    bytes = PackedBytes(room: 16 * room)
    rows.reserveCapacity(room)
  }

  /// How many they are.
  public var count: Int { rows.count }

  mutating func append(_ event: BusEvent, tap: Int, bytes added: Span<UInt8>, _ sight: BusObserver.Sight) {
    if let link = sight.link { links.append((rows.count, link)) }
    rows.append(
      Observation(tap: tap, event: event, reading: sight.reading, claim: sight.claim, measurement: sight.measurement))
    bytes.append(added)
  }
}
