internal import Glibc

/// A bounded view into a stream: parsers ask for as many bytes as they need next and give them back when done.
///
/// The buffer is used again and again, so that reading costs no allocation per item.
public struct InputWindow: Sendable {
  private var stream: any ByteStream
  private let step: Int
  private var streamEnded = false
  /// The bytes in view; those before `position` are done with. Indexes are valid until the next `fill` or `skip`.
  public private(set) var bytes: [UInt8] = []
  /// Index of the next byte that was not taken.
  public private(set) var position = 0
  /// How many bytes of the stream were taken.
  public private(set) var offset: UInt64 = 0

  /// A window that reads `step` bytes at a time.
  public init(_ stream: any ByteStream, step: Int = 1 << 18) {
    self.stream = stream
    self.step = step
  }

  /// What errors call the stream.
  public var name: String { stream.name }
  /// Bytes that can be taken without reading.
  @inline(__always) public var available: Int { bytes.count - position }

  /// Makes at least `count` bytes available; false when the stream ends before.
  @inline(__always)
  public mutating func fill(_ count: Int) throws(InputError) -> Bool {
    if available >= count { return true }
    return try refill(count)
  }

  private mutating func refill(_ count: Int) throws(InputError) -> Bool {
    if position > 0 {
      bytes.removeFirst(position)
      position = 0
    }
    while bytes.count < count {
      if streamEnded { return false }
      if try stream.read(upTo: max(step, count - bytes.count), into: &bytes) == 0 { streamEnded = true }
    }
    return true
  }

  /// Index in `bytes` of the first available `byte`, searched from `start` bytes after `position`.
  public func index(of byte: UInt8, from start: Int = 0) -> Int? {
    bytes.withUnsafeBytes { buffer in
      let first = position + start
      guard first < buffer.count, let base = buffer.baseAddress,
        let found = memchr(base + first, Int32(byte), buffer.count - first)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }

  /// Takes `count` available bytes.
  @inline(__always)
  public mutating func take(_ count: Int) {
    let count = min(count, available)
    position += count
    offset += UInt64(count)
  }

  /// How many bytes the stream has now; nil where none can be read but the next.
  public var length: UInt64? { stream.length }

  /// Goes on at so many bytes from the stream's start; only where `length` is known.
  public mutating func seek(to offset: UInt64) throws(InputError) {
    try stream.seek(to: offset)
    bytes.removeAll(keepingCapacity: true)
    (position, streamEnded) = (0, false)
    self.offset = offset
  }

  /// Takes `count` bytes however many that are; false when the stream ends before.
  public mutating func skip(_ count: UInt64) throws(InputError) -> Bool {
    var left = count
    while left > 0 {
      if available == 0, try !fill(1) { return false }
      let piece = Int(min(left, UInt64(available)))
      take(piece)
      left -= UInt64(piece)
    }
    return true
  }
}
