/// One pass of the decoder over its buffer.
///
/// The sound frames of a stream are those that a left-to-right search finds when a failed header costs one byte.
/// The bytes between them are then told apart into frames with a bad checksum, line errors and garbage.
struct FrameSearch {
  var events: [BusEvent] = []
  /// Bytes before this index are in events.
  var released: Int
  /// No sound frame starts between `released` and here.
  var scan: Int
  let timing: EventTiming

  init(released: Int, scan: Int, timing: EventTiming) {
    self.released = released
    self.scan = scan
    self.timing = timing
  }

  /// Bytes of one event of garbage, at most.
  static let longestGarbage = 4096

  /// What stands at an index of the buffer.
  private enum Candidate {
    case none
    case sound(WireFormat, end: Int)
    /// More bytes are needed to tell.
    case open
  }

  mutating func run(bytes: Span<UInt8>, times: Span<ByteTime>, ending: Bool) {
    var index = scan
    let count = bytes.count
    search: while index < count {
      let first = bytes[index]
      guard first == 0x55 || first == 0x5A else {
        index += 1
        continue
      }
      switch candidate(at: index, bytes: bytes, times: times, ending: ending) {
      case .none:
        index += 1
      case .sound(let format, let end):
        if released < index { settle(upTo: index, bytes: bytes, times: times, final: true) }
        emit(.frame, released..<end, format: format, holds: true, bytes: bytes, times: times)
        index = end
      case .open:
        break search
      }
    }
    scan = index
    if released < index { settle(upTo: index, bytes: bytes, times: times, final: ending) }
  }

  /// Looks for a sound frame at `index`.
  @inline(__always)
  private func candidate(at index: Int, bytes: Span<UInt8>, times: Span<ByteTime>, ending: Bool) -> Candidate {
    guard index + 3 <= bytes.count else {
      return ending || pauses(in: index..<bytes.count, times) ? .none : .open
    }
    guard let (likely, other) = WireFormat.starting(bytes[index], bytes[index + 1]) else { return .none }
    let found = candidate(likely, at: index, bytes: bytes, times: times, ending: ending)
    guard let other else { return found }
    if case .sound = found { return found }
    // The shorter format is asked first when the longer one waits for bytes.
    let second = candidate(other, at: index, bytes: bytes, times: times, ending: ending)
    if case .none = second { return found }
    return second
  }

  @inline(__always)
  private func candidate(
    _ format: WireFormat, at index: Int, bytes: Span<UInt8>, times: Span<ByteTime>, ending: Bool
  ) -> Candidate {
    let length = bytes[index + 2]
    guard length >= format.smallestL else { return .none }
    let end = index + Int(length) + format.overhead
    guard end <= bytes.count else {
      return ending || pauses(in: index..<bytes.count, times) ? .none : .open
    }
    guard Checksum.holds(bytes, from: index, to: end), !pauses(in: index..<end, times) else { return .none }
    return .sound(format, end: end)
  }

  /// Whether the line was certainly idle for longer than the pause between two of these bytes.
  @inline(__always)
  private func pauses(in range: Range<Int>, _ times: Span<ByteTime>) -> Bool {
    times.isEmpty ? false : timing.pauses(in: range, times)
  }

  // MARK: - Between sound frames

  /// Puts the bytes from `released` to `end` into events. Unless `final`, a failed header whose claimed length
  /// reaches past `end` stays, since a sound frame may still start inside it.
  private mutating func settle(upTo end: Int, bytes: Span<UInt8>, times: Span<ByteTime>, final: Bool) {
    var index = released
    while index < end {
      if let (format, claimed) = claim(at: index, bytes: bytes, times: times) {
        if claimed <= end {
          flush(upTo: index, bytes: bytes, times: times, final: true)
          emit(.frame, index..<claimed, format: format, holds: false, bytes: bytes, times: times)
          index = claimed
          continue
        }
        if !final { break }
      }
      index += 1
    }
    flush(upTo: index, bytes: bytes, times: times, final: final)
  }

  /// The length that a header at `index` claims, if the bytes there can be a frame at all.
  private func claim(at index: Int, bytes: Span<UInt8>, times: Span<ByteTime>) -> (WireFormat, Int)? {
    guard index + 3 <= bytes.count, let (format, _) = WireFormat.starting(bytes[index], bytes[index + 1]),
      bytes[index + 2] >= format.smallestL
    else { return nil }
    let end = index + Int(bytes[index + 2]) + format.overhead
    guard !pauses(in: index..<min(end, bytes.count), times) else { return nil }
    return (format, end)
  }

  /// Emits the bytes before `end` that are in no frame, faulty ones apart from the others.
  private mutating func flush(upTo end: Int, bytes: Span<UInt8>, times: Span<ByteTime>, final: Bool) {
    while released < end {
      var stop = released + 1
      let fault = times.isEmpty ? LineFault.none : times[released].fault
      while stop < end, (times.isEmpty ? LineFault.none : times[stop].fault) == fault,
        !pauses(in: (stop - 1)..<(stop + 1), times)
      {
        stop += 1
      }
      // Garbage gathers until something else comes, so that its events do not depend on how the bytes were pushed.
      let isCut = stop - released > Self.longestGarbage
      if isCut { stop = released + Self.longestGarbage }
      if !final, !isCut, stop == end { return }
      emit(
        fault == .none ? .garbage : .lineError, released..<stop, format: .xiaomi, holds: false, bytes: bytes,
        times: times)
    }
  }

  @inline(__always)
  private mutating func emit(
    _ kind: BusEvent.Kind, _ range: Range<Int>, format: WireFormat, holds: Bool, bytes: Span<UInt8>,
    times: Span<ByteTime>
  ) {
    events.append(timing.event(kind, range, format: format, holds: holds, times: times))
    released = range.upperBound
  }
}
