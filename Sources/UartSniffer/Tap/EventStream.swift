public import NinebotBus

/// Takes events one by one, in the order of time.
public protocol BusEventSink: ~Copyable {
  associatedtype Failure: Error
  /// - Parameters:
  ///   - event: what was found; its offset has no meaning here.
  ///   - tap: the tap's index.
  ///   - bytes: the event's bytes, valid during the call.
  mutating func take(_ event: BusEvent, tap: Int, bytes: Span<UInt8>) throws(Failure)
}

/// Decodes the bytes of several taps and gives their events in the order of time.
///
/// One tap's events pass straight through. With several, an event waits until every other tap is known to have
/// nothing earlier: until it has an event of its own, or its bytes or its silence reach past that time. The queue
/// is bounded: past `mostHeld` events the earliest goes out at once, since lateness is better than loss.
public struct EventStream: Sendable {
  private struct Lane: Sendable {
    var decoder: RecordedDecoder
    var held: [BusEvent] = []
    var heldHead = 0
    var bytes: [UInt8] = []
    var bytesHead = 0
    /// Nanoseconds: nothing earlier will come.
    var progress = Int64.min
    var ended = false

    /// What the decoder still holds becomes an event that starts with its first byte.
    var quietUntil: Int64 { min(progress, decoder.pendingStart?.middle ?? .max) }

    var next: BusEvent? { heldHead < held.count ? held[heldHead] : nil }
  }

  private var lanes: [Lane] = []
  private var heldCount = 0
  private let mostHeld: Int

  /// - Parameter mostHeld: the most events that wait for other taps.
  public init(mostHeld: Int = 1 << 16) {
    self.mostHeld = mostHeld
  }

  /// How long a program that writes a frame may be held up, in nanoseconds.
  private static let programsPause: Int64 = 200_000_000

  /// Makes room for taps that became known; those already there keep their state.
  public mutating func add(taps: [Tap], pause: Int64) {
    for tap in taps.dropFirst(lanes.count) {
      let pause = tap.isPacedByWire ? pause : max(pause, Self.programsPause)
      lanes.append(Lane(decoder: RecordedDecoder(settings: .init(baud: tap.baud ?? .standard, pause: pause))))
    }
  }

  /// Adds a chunk and hands out what is due.
  public mutating func push<Sink: BusEventSink & ~Copyable>(
    _ chunk: ByteChunk, into sink: inout Sink
  ) throws(Sink.Failure) {
    let tap = chunk.tap
    if !chunk.recorded.isEmpty {
      try push(recorded: chunk, into: &sink)
    } else if !chunk.bytes.isEmpty {
      try searchGarbage(tap, into: &sink)
      if chunk.times.isEmpty {
        lanes[tap].decoder.search.push(chunk.bytes.span)
      } else {
        lanes[tap].decoder.search.push(chunk.bytes.span, times: chunk.times.span)
        lanes[tap].progress = max(lanes[tap].progress, chunk.times[chunk.times.count - 1].start.earliest)
      }
      try collect(tap, into: &sink)
    }
    if let silent = chunk.silentUntil {
      try searchGarbage(tap, into: &sink)
      lanes[tap].decoder.search.advance(to: silent)
      lanes[tap].progress = max(lanes[tap].progress, silent)
      try collect(tap, into: &sink)
    }
    try release(into: &sink)
  }

  /// Ends all taps and hands out everything.
  public mutating func finish<Sink: BusEventSink & ~Copyable>(into sink: inout Sink) throws(Sink.Failure) {
    for tap in lanes.indices {
      try searchGarbage(tap, into: &sink)
      lanes[tap].decoder.search.finish()
      lanes[tap].ended = true
      try collect(tap, into: &sink)
    }
    try release(into: &sink)
  }

  /// Adds what a file kept.
  private mutating func push<Sink: BusEventSink & ~Copyable>(
    recorded chunk: ByteChunk, into sink: inout Sink
  ) throws(Sink.Failure) {
    let tap = chunk.tap
    let content = chunk.bytes
    var end = 0
    for recorded in chunk.recorded {
      let bytes = content.span.extracting(end..<(end + recorded.count))
      end += recorded.count
      lanes[tap].progress = max(lanes[tap].progress, lanes[tap].decoder.lastStart(recorded).earliest)
      if let event = lanes[tap].decoder.whole(recorded, bytes) {
        try collect(event, tap, bytes, into: &sink)
        continue
      }
      if let event = lanes[tap].decoder.garbage(before: recorded, bytes) {
        let garbage = lanes[tap].decoder.garbageBytes
        try collect(event, tap, garbage.span, into: &sink)
        if let event = lanes[tap].decoder.whole(recorded, bytes) {
          try collect(event, tap, bytes, into: &sink)
          continue
        }
      }
      lanes[tap].decoder.push(recorded, bytes)
      try collect(tap, into: &sink)
    }
  }

  /// What a file kept cannot be told from what comes now, so it is searched with it.
  private mutating func searchGarbage<Sink: BusEventSink & ~Copyable>(
    _ tap: Int, into sink: inout Sink
  ) throws(Sink.Failure) {
    if lanes[tap].decoder.searchGarbage() { try collect(tap, into: &sink) }
  }

  /// Hands on an event of a tap, or keeps it until it is due.
  @inline(__always)
  private mutating func collect<Sink: BusEventSink & ~Copyable>(
    _ event: BusEvent, _ tap: Int, _ bytes: Span<UInt8>, into sink: inout Sink
  ) throws(Sink.Failure) {
    if lanes.count == 1 { return try sink.take(event, tap: 0, bytes: bytes) }
    bytes.withUnsafeBufferPointer { lanes[tap].bytes.append(contentsOf: $0) }
    lanes[tap].held.append(event)
    heldCount += 1
  }

  private mutating func collect<Sink: BusEventSink & ~Copyable>(
    _ tap: Int, into sink: inout Sink
  ) throws(Sink.Failure) {
    guard !lanes[tap].decoder.events.isEmpty else { return }
    let buffer = lanes[tap].decoder.search.buffer
    for event in lanes[tap].decoder.events {
      try collect(event, tap, buffer.span.extracting(event.range), into: &sink)
    }
  }

  private mutating func release<Sink: BusEventSink & ~Copyable>(into sink: inout Sink) throws(Sink.Failure) {
    while let tap = due() {
      guard let event = lanes[tap].next else { return }
      let start = lanes[tap].bytesHead
      let end = start + Int(event.count)
      let bytes = lanes[tap].bytes
      try sink.take(event, tap: tap, bytes: bytes.span.extracting(start..<end))
      lanes[tap].bytesHead = end
      lanes[tap].heldHead += 1
      heldCount -= 1
      compact(tap)
    }
  }

  /// The tap whose first event can go out now.
  private func due() -> Int? {
    var earliest: (tap: Int, time: Int64)?
    var quietest = Int64.max
    for (tap, lane) in lanes.enumerated() {
      if let event = lane.next {
        if earliest.map({ event.start.middle < $0.time }) ?? true { earliest = (tap, event.start.middle) }
      } else if !lane.ended {
        quietest = min(quietest, lane.quietUntil)
      }
    }
    guard let earliest, earliest.time <= quietest || heldCount > mostHeld else { return nil }
    return earliest.tap
  }

  private mutating func compact(_ tap: Int) {
    if lanes[tap].heldHead == lanes[tap].held.count {
      lanes[tap].held.removeAll(keepingCapacity: true)
      lanes[tap].heldHead = 0
      lanes[tap].bytes.removeAll(keepingCapacity: true)
      lanes[tap].bytesHead = 0
    } else if lanes[tap].heldHead > 4096 {
      lanes[tap].held.removeFirst(lanes[tap].heldHead)
      lanes[tap].heldHead = 0
      lanes[tap].bytes.removeFirst(lanes[tap].bytesHead)
      lanes[tap].bytesHead = 0
    }
  }
}
