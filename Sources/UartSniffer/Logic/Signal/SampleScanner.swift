import CaptureFiles

/// Finds the edges in raw samples, skipping unchanged ones a cache line at a time.
struct SampleScanner: Sendable {
  /// Number of the next sample to look at.
  private(set) var position: Int64 = 0

  private let unit: Int
  /// The bits that are channels.
  private let mask: UInt64
  private var buffer: [UInt8] = []
  /// Bytes of `buffer` already looked at.
  private var offset = 0
  /// The sample before `position`; nil at the start.
  private var last: UInt64?

  /// What a pipe holds: enough to keep system calls rare; a live stream returns what it has.
  private static let piece = 65_536

  /// A scanner for samples of `unit` bytes with `channels` bits in use; nil if that cannot be.
  init?(unit: Int, channels: Int) {
    guard (1...8).contains(unit), (1...min(EdgeBatch.channels, unit * 8)).contains(channels) else { return nil }
    self.unit = unit
    mask = channels == 64 ? .max : (1 << UInt64(channels)) - 1
  }

  /// Whether a whole sample is waiting.
  var hasMore: Bool { buffer.count - offset >= unit }

  /// Bytes at the end of what was read that are less than a sample.
  var hasPart: Bool { buffer.count > offset }

  /// Reads on; false at the end of the stream.
  mutating func fill(from stream: inout some ByteStream) throws(InputError) -> Bool {
    buffer.removeFirst(offset)
    offset = 0
    return try stream.read(upTo: Self.piece, into: &buffer) > 0
  }

  /// Appends the edges of the samples at hand, until there are enough for one batch.
  mutating func scan(into edges: inout [Edge]) {
    let most = edges.count + EdgeBatch.most
    let end = offset + (buffer.count - offset) / unit * unit
    let (unit, mask) = (unit, mask)
    var (offset, position, last) = (offset, position, last)
    buffer.withUnsafeBytes { bytes in
      while offset < end, edges.count < most {
        if let last {
          let same = Self.unchanged(bytes, from: offset, to: end, last: last, unit: unit, mask: mask)
          position += Int64((same - offset) / unit)
          offset = same
          if offset == end { break }
        }
        let now = Self.sample(bytes, at: offset, unit: unit) & mask
        var changed = last.map { $0 ^ now } ?? mask
        while changed != 0 {
          let channel = changed.trailingZeroBitCount
          edges.append(Edge(tick: position, channel: channel, level: now >> UInt64(channel) & 1 != 0))
          changed &= changed - 1
        }
        last = now
        position += 1
        offset += unit
      }
    }
    (self.offset, self.position, self.last) = (offset, position, last)
  }

  @inline(__always)
  private static func sample(_ bytes: UnsafeRawBufferPointer, at offset: Int, unit: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in (0..<unit).reversed() { value = value << 8 | UInt64(bytes[offset + index]) }
    return value
  }

  /// The offset of the first sample that differs from `last`, or `end`.
  private static func unchanged(
    _ bytes: UnsafeRawBufferPointer, from start: Int, to end: Int, last: UInt64, unit: Int, mask: UInt64
  ) -> Int {
    var offset = start
    // A sample of 1, 2, 4 or 8 bytes repeats within a word, so words can be compared.
    if unit.nonzeroBitCount == 1 {
      var pattern = last
      var care = mask
      var width = unit * 8
      while width < 64 {
        pattern |= pattern << UInt64(width)
        care |= care << UInt64(width)
        width *= 2
      }
      let patterns = SIMD8<UInt64>(repeating: pattern.littleEndian)
      let cares = SIMD8<UInt64>(repeating: care.littleEndian)
      while offset + 64 <= end {
        let difference = (bytes.loadUnaligned(fromByteOffset: offset, as: SIMD8<UInt64>.self) ^ patterns) & cares
        if difference != .zero { break }
        offset += 64
      }
      while offset + 8 <= end {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        let difference = (word ^ pattern) & care
        if difference != 0 { return offset + difference.trailingZeroBitCount / (unit * 8) * unit }
        offset += 8
      }
    }
    while offset < end, sample(bytes, at: offset, unit: unit) & mask == last { offset += unit }
    return offset
  }
}
