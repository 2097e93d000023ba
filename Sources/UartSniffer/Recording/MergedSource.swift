public import CaptureFiles
internal import NinebotBus

/// Several recordings as one, merged in time.
///
/// Taps are numbered anew and get names of their own. Recordings that know their Unix time are put on one clock,
/// whose time 0 is the earliest of their origins; one that does not starts at that time 0. Where a recording's clock is
/// known to stand otherwise, its taps tell by how much (`Tap.clockLead`). It holds one chunk of each recording.
public struct MergedSource: RecordedSource {
  public private(set) var taps: [Tap] = []
  public private(set) var origin: Int64?
  private var inputs: [Input]
  private let corrections: [Int64]
  private var primed = false
  /// Defects, thrown after all that was readable.
  private var failures: [InputError] = []

  private struct Input {
    var source: any RecordedSource
    var head: ByteChunk?
    /// Bytes of the head that were handed over.
    var taken = 0
    /// Nanoseconds from this recording's time 0 to the merged one's.
    var shift: Int64 = 0
    /// Indexes here of the recording's taps.
    var tapIndexes: [Int] = []
    /// Bytes so far of each tap that has no times.
    var counted: [Int] = []
  }

  /// - Parameters:
  ///   - sources: the recordings, in the order of their taps.
  ///   - corrections: nanoseconds to add to each recording's own clock, where it is known to stand otherwise
  ///     than it says; missing ones are 0.
  public init(_ sources: [any RecordedSource], corrections: [Int64] = []) {
    self.corrections = corrections
    inputs = sources.map { Input(source: $0) }
  }

  public var warnings: [InputError] { inputs.flatMap(\.source.warnings) }

  public mutating func next() throws(InputError) -> ByteChunk? {
    if !primed { prime() }
    guard let (first, limit) = earliest() else {
      if failures.isEmpty { return nil }
      throw failures.removeFirst()
    }
    return take(from: first, until: limit)
  }

  /// Reads the first chunk of each recording: after that their taps and origins are known.
  private mutating func prime() {
    primed = true
    for index in inputs.indices { refill(index) }
    origin = inputs.indices.compactMap { corrected($0) }.min()
    for index in inputs.indices {
      if let own = corrected(index), let origin {
        inputs[index].shift = RecordingTime.since(origin, own)
      }
      if let head = inputs[index].head { inputs[index].head = shifted(head, by: inputs[index].shift) }
    }
  }

  /// Unix time of a recording's time 0.
  private func corrected(_ index: Int) -> Int64? {
    inputs[index].source.origin.map { $0 &+ correction(index) }
  }

  /// Nanoseconds to add to a recording's clock; 0 where its times say nothing of Unix time.
  private func correction(_ index: Int) -> Int64 {
    guard corrections.indices.contains(index), let own = inputs[index].source.origin,
      !own.addingReportingOverflow(corrections[index]).overflow
    else { return 0 }
    return corrections[index]
  }

  private mutating func refill(_ index: Int) {
    inputs[index].taken = 0
    do {
      let chunk = try inputs[index].source.next()
      inputs[index].head = chunk.map { shifted(spelledOut($0, of: inputs[index].source), by: inputs[index].shift) }
    } catch {
      failures.append(error)
      inputs[index].head = nil
    }
    while inputs[index].tapIndexes.count < inputs[index].source.taps.count {
      var tap = inputs[index].source.taps[inputs[index].tapIndexes.count]
      tap.name = freeName(tap.name)
      tap.clockLead = RecordingTime.since(correction(index), tap.clockLead)
      inputs[index].tapIndexes.append(taps.count)
      inputs[index].counted.append(0)
      taps.append(tap)
    }
  }

  /// Taps are merged byte by byte.
  private func spelledOut(_ chunk: ByteChunk, of source: any RecordedSource) -> ByteChunk {
    chunk.withByteTimes(at: source.taps[chunk.tap].baud ?? .standard)
  }

  private func shifted(_ chunk: ByteChunk, by shift: Int64) -> ByteChunk {
    guard shift != 0 else { return chunk }
    var chunk = chunk
    for index in chunk.times.indices { chunk.times[index].start = chunk.times[index].start.shifted(by: shift) }
    chunk.silentUntil = chunk.silentUntil.map { $0 + shift }
    return chunk
  }

  /// `bus0`, or the next free one of the kind; other names get a number behind them.
  private func freeName(_ name: String) -> String {
    let used = Set(taps.map(\.name))
    guard used.contains(name) else { return name }
    let isBus = name.hasPrefix("bus") && Int(name.dropFirst(3)) != nil
    let stem = isBus ? "bus" : "\(name)-"
    return (1...(used.count + 2)).lazy.map { "\(stem)\($0)" }.first { !used.contains($0) } ?? name
  }

  /// The recording whose next byte comes first, and the time of the one after it.
  private func earliest() -> (Int, Int64)? {
    var first: (index: Int, time: Int64)?
    var limit = Int64.max
    for index in inputs.indices {
      guard let time = headTime(index) else { continue }
      if let best = first, best.time <= time {
        limit = min(limit, time)
      } else {
        if let best = first { limit = min(limit, best.time) }
        first = (index, time)
      }
    }
    return first.map { ($0.index, limit) }
  }

  private func headTime(_ index: Int) -> Int64? {
    guard let head = inputs[index].head else { return nil }
    return head.bytes.isEmpty ? head.silentUntil ?? .min : time(index, head, byte: inputs[index].taken)
  }

  /// The time of a byte of a head; of a tap without times it is the byte's place in the stream.
  private func time(_ index: Int, _ head: ByteChunk, byte: Int) -> Int64 {
    if !head.times.isEmpty { return head.times[byte].start.middle }
    let input = inputs[index]
    guard input.counted.indices.contains(head.tap) else { return 0 }
    let baud = input.source.taps[head.tap].baud ?? .standard
    return baud.duration(bytes: input.counted[head.tap] + byte - input.taken)
  }

  /// Hands over the part of a head that is not after `limit`, at least a byte.
  private mutating func take(from index: Int, until limit: Int64) -> ByteChunk? {
    guard var head = inputs[index].head else { return nil }
    let start = inputs[index].taken
    var end = min(start + 1, head.bytes.count)
    while end < head.bytes.count, time(index, head, byte: end) <= limit { end += 1 }
    let tap = head.tap
    if inputs[index].counted.indices.contains(tap) { inputs[index].counted[tap] += end - start }
    inputs[index].taken = end
    let whole = start == 0 && end == head.bytes.count
    if end == head.bytes.count { refill(index) }
    if !whole {
      // Only the last part knows of the silence after it.
      head = ByteChunk(
        bytes: Array(head.bytes[start..<end]), times: head.times.isEmpty ? [] : Array(head.times[start..<end]),
        silentUntil: end == head.bytes.count ? head.silentUntil : nil)
    }
    head.tap = inputs[index].tapIndexes.indices.contains(tap) ? inputs[index].tapIndexes[tap] : tap
    return head
  }
}
