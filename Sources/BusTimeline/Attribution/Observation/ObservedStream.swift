import NinebotBus
public import UartSniffer

/// From bytes to observed events: decoded, in the order of time, each with what it shows of its sender. An `Attributor`
/// takes them up from there, on another thread if need be.
public struct ObservedStream: Sendable {
  private var stream = EventStream()
  private var stage: Stage
  private let pause: Int64
  /// The taps so far.
  public private(set) var taps: [Tap] = []

  private struct Stage: Sendable, BusEventSink {
    var observer: BusObserver
    var events: ObservedEvents

    mutating func take(_ event: BusEvent, tap: Int, bytes: Span<UInt8>) {
      let sight = observer.observe(event, tap: tap, bytes: bytes)
      if sight.isClear {
        for rhythm in observer.clear(on: tap) { events.clear.append((events.count, rhythm)) }
      }
      if let link = sight.link { events.links.append((events.count, link)) }
      events.append(event, tap: tap, bytes: bytes, sight.reading, sight.claim, sight.measurement)
    }
  }

  /// Events that are handed over together: few enough to stay in the cores' own caches.
  private static let most = 1024
  /// A chunk may bring some hundred more than that; with less room all would be copied once.
  private static let room = 2 * most

  /// - Parameters:
  ///   - observer: of the attributor that will say who sent them, before its first event.
  ///   - pause: idle nanoseconds inside a frame that end it.
  public init(_ observer: BusObserver, pause: Int64) {
    stage = Stage(observer: observer, events: ObservedEvents(room: Self.room))
    self.pause = pause
  }

  /// Says which taps there are, before the first of their chunks; the list only grows.
  public mutating func name(taps: [Tap]) {
    guard taps != self.taps else { return }
    self.taps = taps
    stream.add(taps: taps, pause: pause)
    stage.observer.add(taps: taps)
  }

  /// Adds the next bytes of a tap that was named.
  public mutating func push(_ chunk: ByteChunk) { stream.push(chunk, into: &stage) }

  /// Whether so many events are there that they should be handed on.
  public var isFull: Bool { stage.events.count >= Self.most }

  /// Takes out the events that are there.
  public mutating func take() -> ObservedEvents {
    var events = ObservedEvents(room: Self.room)
    swap(&events, &stage.events)
    events.taps = taps
    return events
  }

  /// Ends the input: what waits comes out with the next `take`.
  public mutating func finish() { stream.finish(into: &stage) }
}
