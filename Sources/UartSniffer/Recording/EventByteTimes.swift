internal import NinebotBus

/// Makes byte times from what a file kept of an event, such that decoding them gives the event again.
///
/// A file keeps the first start bit, the end, the least pitch and the sums over the edges. The bytes between lie
/// evenly and their times are bounds too wide to be taken for measurements, but for one pair that has the least
/// pitch: the decoder measures a pitch only where both errors together are at most one byte.
struct EventByteTimes {
  let note: EventNote
  /// The first start bit, nanoseconds.
  let start: Int64
  /// Nanoseconds of one byte.
  let byte: Int64

  /// Appends the times of `count` bytes.
  func append(count: Int, to times: inout [ByteTime]) {
    guard count > 0 else { return }
    // Room at once, then in place: a file has millions of events with a dozen bytes each.
    let base = times.count
    times.append(contentsOf: repeatElement(ByteTime(start: first), count: count))
    let added = base..<times.count
    var span = times.mutableSpan
    if count > 1 {
      span[added.upperBound - 1].start = last(count: count)
      setInner(added, &span)
    }
    shareEdges(added, &span)
    mark(added, &span)
  }

  /// The first start bit.
  @inline(__always)
  private var first: TimeBounds { bounds(start, note.startWidth) }

  /// The last start bit of `count` bytes.
  @inline(__always)
  func last(count: Int) -> TimeBounds { count > 1 ? bounds(start + note.duration - byte, note.endWidth) : first }

  /// What the decoder makes of the times of `count` bytes, without making them; nil where they might hold a pause, or
  /// say something else than the note.
  @inline(__always)
  func together(count: Int, longestStep: Int64) -> FrameTimes? {
    guard let pitch = count > 3 ? leastPitch(of: count, longestStep) : shortPitch(of: count, longestStep) else {
      return nil
    }
    var shape = note.shape
    shape.leastPitch = pitch
    shape.edgeBits = Int32(min(Int64(shape.edgeBits), 255 * Int64(count)))
    return FrameTimes(start: first, lastStart: last(count: count), shape: shape, fault: note.fault)
  }

  /// The least of the distances is known and the others share the rest evenly, so none of them can be a pause when
  /// neither the least nor the mean of the others is one. It is the one distance that counts as measured.
  @inline(__always)
  private func leastPitch(of count: Int, _ longestStep: Int64) -> Int32? {
    let steps = Int64(count - 1)
    let whole = note.duration - byte
    let pitch = Int64(note.shape.leastPitch)
    guard pitch >= 0, pitch <= longestStep, whole >= pitch, whole - pitch <= (steps - 1) * longestStep else {
      return nil
    }
    return note.shape.leastPitch
  }

  /// Of two bytes the one distance is a pitch where both times are measurements. Of three, both might be.
  private func shortPitch(of count: Int, _ longestStep: Int64) -> Int32? {
    guard count != 1 else { return 0 }
    let (first, last) = (first, last(count: count))
    guard count == 2, last.earliest - first.latest <= longestStep else { return nil }
    return first.error + last.error <= byte ? Int32(clamping: last.middle - first.middle) : 0
  }

  @inline(__always)
  private func bounds(_ middle: Int64, _ width: Int64) -> TimeBounds {
    let earliest = middle - width / 2
    return TimeBounds(earliest: earliest, latest: earliest + width)
  }

  /// The bytes between the first and the last.
  private func setInner(_ added: Range<Int>, _ times: inout MutableSpan<ByteTime>) {
    let count = added.count
    let steps = Int64(count - 1)
    let whole = note.duration - byte
    guard count > 2 else { return }
    let first = times[added.lowerBound].start, last = times[added.upperBound - 1].start
    let precise = preciseStep(count: count, first: first.error, last: last.error)
    let pitch = Int64(note.shape.leastPitch)
    // With one step at the least pitch, the others share the rest.
    let shared = precise == nil ? whole : whole - pitch
    let sharers = precise == nil ? steps : steps - 1
    let slack = (whole - steps * pitch).magnitude
    let wide = max(byte, Int64(clamping: slack), Int64((shared / sharers).magnitude)) + 1
    var share = EvenShare(shared, among: sharers)
    var position = start
    for index in 1..<(count - 1) {
      position += index == precise ? pitch : share.next()
      var error = wide
      if let precise, index == precise || index == precise - 1 {
        error = precise == 1 ? byte - first.error : precise == count - 1 ? byte - last.error : byte / 2
      }
      times[added.lowerBound + index].start = TimeBounds(position, error: error)
    }
  }

  /// The byte whose distance to the one before shall be the least pitch: one at the end that is known better,
  /// so that no other distance counts as measured. Nil where no pitch was measured.
  private func preciseStep(count: Int, first: Int64, last: Int64) -> Int? {
    guard note.shape.leastPitch != 0 else { return nil }
    if min(first, last) <= byte { return first <= last ? 1 : count - 1 }
    return count > 3 ? 2 : nil
  }

  /// Spreads the edge sums over the bytes.
  private func shareEdges(_ added: Range<Int>, _ times: inout MutableSpan<ByteTime>) {
    guard note.shape.edgeBits != 0 || note.shape.edgeSpan != 0 else { return }
    let count = Int64(added.count)
    var span = EvenShare(Int64(note.shape.edgeSpan), among: count)
    var bits = EvenShare(min(Int64(note.shape.edgeBits), 255 * count), among: count)
    for index in added {
      times[index].edgeSpan = Int32(truncatingIfNeeded: span.next())
      times[index].edgeBits = UInt8(clamping: bits.next())
    }
  }

  /// Outside frames all bytes of an event have its fault. Of a frame the decoder tells the first fault only, so
  /// there it does not matter which bytes have it.
  private func mark(_ added: Range<Int>, _ times: inout MutableSpan<ByteTime>) {
    guard note.fault != .none else { return }
    for index in added { times[index].fault = note.fault }
  }

  /// The time of one of the bytes of which a file tells the start only: back to back, each later one less certain, and
  /// none good enough to measure a pitch with.
  @inline(__always)
  static func plain(_ index: Int, start: Int64, error: Int64, byte: Int64) -> TimeBounds {
    let distance = Int64(index) * byte
    return TimeBounds(start + distance, error: index == 0 ? error : error + distance + 1)
  }
}

/// A whole number handed out in nearly equal parts that add up to it exactly.
private struct EvenShare {
  private let part: Int64
  private let sign: Int64
  /// How many of the parts are one larger.
  private var larger: Int64

  init(_ total: Int64, among count: Int64) {
    part = total / count
    larger = abs(total % count)
    sign = total.signum()
  }

  @inline(__always)
  mutating func next() -> Int64 {
    guard larger > 0 else { return part }
    larger -= 1
    return part + sign
  }
}
