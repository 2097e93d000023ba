public import NinebotBus

/// What a file kept of one event besides its bytes: what one packet or line tells.
public struct RecordedEvent: Sendable {
  /// Number of its bytes.
  public internal(set) var count: Int
  /// As the file has it, on the recording's clock; nanoseconds.
  var time: Int64
  /// How far off `time` can be where there is no note.
  var error: Int64
  var note: EventNote?
  var fault = LineFault.none

  /// Start bit of its last byte, nanoseconds on the recording's clock.
  ///
  /// - Parameter byte: nanoseconds of one byte.
  @inline(__always)
  func lastStart(byte: Int64) -> TimeBounds {
    if let note { return byteTimes(note, byte).last(count: count) }
    return EventByteTimes.plain(max(0, count - 1), start: time, error: error, byte: byte)
  }

  /// Appends the times of the event's bytes.
  ///
  /// - Parameter byte: nanoseconds of one byte.
  func append(byte: Int64, to times: inout [ByteTime]) {
    if let note {
      byteTimes(note, byte).append(count: count, to: &times)
    } else {
      for index in 0..<count {
        times.append(
          ByteTime(start: EventByteTimes.plain(index, start: time, error: error, byte: byte), fault: fault))
      }
    }
  }

  /// What the decoder would find out from the times of its bytes if they are one event; nil where it has to look at
  /// each.
  ///
  /// - Parameters:
  ///   - byte: nanoseconds of one byte.
  ///   - longestStep: nanoseconds from one start bit to the next that a frame may have.
  @inline(__always)
  func together(byte: Int64, longestStep: Int64) -> FrameTimes? {
    if let note { return byteTimes(note, byte).together(count: count, longestStep: longestStep) }
    // Back to back: no pause, and nothing to measure.
    return FrameTimes(
      start: TimeBounds(time, error: error), lastStart: lastStart(byte: byte), shape: FrameShape(), fault: fault)
  }

  @inline(__always)
  private func byteTimes(_ note: EventNote, _ byte: Int64) -> EventByteTimes {
    EventByteTimes(note: note, start: time + note.at, byte: byte)
  }
}

extension ByteChunk {
  /// Makes room for `count` bytes of about so many events, and for the event that goes over the mark.
  mutating func reserve(_ count: Int, events: Int) {
    guard count > 0 else { return }
    bytes.reserveCapacity(count + 64)
    recorded.reserveCapacity(events + events / 4 + 16)
  }

  /// The chunk with a time for each byte, where a file kept whole events.
  public func withByteTimes(at baud: Baud) -> ByteChunk {
    guard !recorded.isEmpty else { return self }
    var chunk = self
    chunk.recorded = []
    let byte = baud.duration(bytes: 1)
    for event in recorded { event.append(byte: byte, to: &chunk.times) }
    return chunk
  }
}
