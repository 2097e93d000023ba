internal import NinebotBus

/// A run of bytes of one characteristic: a frame, or what is left of one.
public struct CommPiece: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// A whole frame; its checksum is right where it has one.
    case frame(CommFormat)
    /// Starts as a frame and lacks something: bytes are missing or wrong.
    case damaged
    /// No frame starts here: a piece whose beginning was lost, or other traffic.
    case foreign
  }
  public var kind: Kind
  public var bytes: [UInt8]
  /// When its first value came, in nanoseconds.
  public var start: Int64
  /// When its last value came.
  public var end: Int64
}

/// Puts the frames of one characteristic together (protocol.md 1.7): the header and L rule, no marker tells where a
/// frame starts, and empty values mean nothing.
public struct CommReassembler: Sendable {
  /// A frame whose values are further apart than this, in nanoseconds, is given up.
  public static let pause: Int64 = 2_000_000_000

  /// Empty values so far; they occur even between two fragments (protocol.md 6.8).
  public private(set) var empties = 0
  /// Set once a frame was opened with its key: what has its header cannot be of the weaker format.
  var isCCM = false
  var isNinebotCrypto = false

  private var pending: [UInt8] = []
  /// Where values start in `pending`, with their times.
  private var values: [(start: Int, time: Int64)] = []

  public init() {}

  /// Whether a frame has begun and is not complete.
  public var isOpen: Bool { !pending.isEmpty }

  private enum Finding {
    case sound(CommFormat, count: Int)
    case open
    case failed(isHeader: Bool)
  }

  /// The format of a value that is one whole frame, where no frame is under way: so are most values of a modern phone.
  /// Such a value need not be pushed.
  @inline(__always)
  func wholeFrame(_ value: Span<UInt8>) -> CommFormat? {
    guard pending.isEmpty, value.count > 3, case .sound(let format, let count) = examine(value, from: 0),
      count == value.count
    else { return nil }
    return format
  }

  /// Takes one value and appends what it completes to `pieces`.
  public mutating func push(_ value: Span<UInt8>, at time: Int64, into pieces: inout [CommPiece]) {
    guard !value.isEmpty else {
      empties += 1
      return
    }
    if pending.isEmpty {
      if let format = wholeFrame(value) {
        pieces.append(CommPiece(kind: .frame(format), bytes: value.array, start: time, end: time))
        return
      }
    } else if let last = values.last, time &- last.time > Self.pause {
      giveUp(into: &pieces)
    }
    values.append((pending.count, time))
    value.withUnsafeBufferPointer { pending.append(contentsOf: $0) }
    drain(into: &pieces)
  }

  /// Ends the stream: a frame that was begun is damaged.
  public mutating func finish(into pieces: inout [CommPiece]) { giveUp(into: &pieces) }

  private mutating func giveUp(into pieces: inout [CommPiece]) {
    guard !pending.isEmpty else { return }
    let starts = pending.count >= 2 && CommFormat.starting(pending[0], pending[1]) != nil
    release(pending.count, starts ? .damaged : .foreign, into: &pieces)
  }

  private mutating func drain(into pieces: inout [CommPiece]) {
    while !pending.isEmpty {
      switch examine(pending.span, from: 0) {
      case .sound(let format, let count):
        release(count, .frame(format), into: &pieces)
      case .open:
        // The value that came last is a frame by itself, so what it interrupts has lost its end.
        guard values.count > 1, let last = values.last?.start,
          case .sound(_, let count) = examine(pending.span, from: last), last + count == pending.count
        else { return }
        release(last, .damaged, into: &pieces)
      case .failed(let isHeader):
        let restart = values.dropFirst().first { startsFrame(at: $0.start) }?.start
        release(restart ?? pending.count, isHeader ? .damaged : .foreign, into: &pieces)
      }
    }
  }

  /// Whether the value at `index` can be the beginning of a frame.
  private func startsFrame(at index: Int) -> Bool {
    guard index + 1 < pending.count else { return pending[index] == 0x55 || pending[index] == 0x5A }
    return CommFormat.starting(pending[index], pending[index + 1]) != nil
  }

  /// What the bytes from `start` on are.
  private func examine(_ bytes: Span<UInt8>, from start: Int) -> Finding {
    let count = bytes.count - start
    guard count >= 3 else {
      guard bytes[start] == 0x55 || bytes[start] == 0x5A else { return .failed(isHeader: false) }
      return count < 2 || CommFormat.starting(bytes[start], bytes[start + 1]) != nil
        ? .open : .failed(isHeader: false)
    }
    guard let (short, long) = CommFormat.starting(bytes[start], bytes[start + 1]) else {
      return .failed(isHeader: false)
    }
    let length = Int(bytes[start + 2])
    guard length >= Int(short.wire.smallestL) else { return .failed(isHeader: true) }
    let skipsShort = short == .xor ? isCCM : short == .plain5AA5 && isNinebotCrypto
    if !skipsShort {
      let end = length + short.overhead
      if count >= end, Checksum.holds(bytes, from: start, to: start + end) { return .sound(short, count: end) }
      if long == nil { return count >= end ? .failed(isHeader: true) : .open }
    }
    guard let long else { return .open }
    let end = length + long.overhead
    guard count >= end else { return .open }
    let holds = long == .ccm ? Checksum.holds(bytes, from: start, to: start + end) : endsPlausibly(start + end)
    return holds ? .sound(long, count: end) : .failed(isHeader: true)
  }

  /// NinebotCrypto has no checksum. A frame that ends inside a value, with another header before its end, has lost a
  /// piece.
  private func endsPlausibly(_ end: Int) -> Bool {
    if pending.isEmpty || end == pending.count || values.contains(where: { $0.start == end }) { return true }
    return !values.dropFirst().contains { $0.start < end && startsFrame(at: $0.start) }
  }

  /// Moves the first `count` pending bytes to a piece.
  private mutating func release(_ count: Int, _ kind: CommPiece.Kind, into pieces: inout [CommPiece]) {
    let last = values.last { $0.start < count } ?? values[0]
    pieces.append(
      CommPiece(kind: kind, bytes: Array(pending[..<count]), start: values[0].time, end: last.time))
    pending.removeFirst(count)
    values = values.compactMap { value in
      if value.start >= count { return (value.start - count, value.time) }
      // The value goes on behind the frame.
      return value.start == last.start && !pending.isEmpty ? (0, value.time) : nil
    }
    if values.count > 1, values[0].start == values[1].start { values.removeFirst() }
  }
}

extension Span<UInt8> {
  /// A copy that may be kept.
  var array: [UInt8] { withUnsafeBufferPointer { Array($0) } }
}
