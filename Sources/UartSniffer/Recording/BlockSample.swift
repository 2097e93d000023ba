/// Which part of a long recording stands for all of it: every block of time at first, then every second one, and so on,
/// so that what is kept stays below a limit. What is looked at later in detail is thinned by the same rule.
public struct BlockSample: Hashable, Sendable {
  /// Length of the blocks that are kept or left out together; nanoseconds.
  public static let block: Int64 = 64_000_000_000

  /// One block in so many is kept; a power of two.
  public private(set) var stride: Int64 = 1
  /// Which of them: samples with other numbers below the stride hold other blocks, and all of them together everything.
  public let phase: Int64

  private static let mostStride: Int64 = 1 << 20

  public init(phase: Int64 = 0) { self.phase = phase }

  /// Whether there is no thinner sample.
  public var isThinnest: Bool { stride >= Self.mostStride }

  /// Leaves out every second one of the blocks that are still kept.
  public mutating func thin() { if !isThinnest { stride *= 2 } }

  /// Whether what was at this time is kept; absolute nanoseconds.
  @inline(__always)
  public func keeps(_ time: Int64) -> Bool { stride == 1 || (time / Self.block ^ phase) & (stride - 1) == 0 }

  /// The samples that hold what this one leaves out, at most so many, those farthest from it first.
  public func others(atMost count: Int64) -> [BlockSample] {
    // The bits of the number in reverse: halves, then quarters, of the way to the next kept block.
    let bits = stride.trailingZeroBitCount
    return (1..<max(1, min(stride, count + 1))).map { number in
      BlockSample(phase: phase ^ Int64(bitPattern: UInt64(number).bitReversed >> UInt64(64 - bits)))
    }
  }

  /// When the next kept block begins, for a time that is not kept; absolute nanoseconds.
  func nextKept(after time: Int64) -> Int64 {
    let block = time / Self.block
    return (block + ((phase & (stride - 1)) - block - 1) & (stride - 1) + 1) * Self.block
  }

  /// What is kept of a range, in order; absolute nanoseconds.
  public func kept(of range: ClosedRange<Int64>) -> [ClosedRange<Int64>] {
    guard stride > 1 else { return [range] }
    let step = Self.block * stride
    let first = nextKept(after: range.lowerBound) - step
    return Swift.stride(from: first, through: range.upperBound, by: Int(step)).compactMap {
      let low = max($0, range.lowerBound), high = min($0 + Self.block, range.upperBound)
      return low < high ? low...high : nil
    }
  }
}

extension UInt64 {
  /// The same bits, the last one first.
  fileprivate var bitReversed: UInt64 {
    (0..<64).reduce(0) { $0 | (self >> UInt64($1) & 1) << UInt64(63 - $1) }
  }
}

/// Leave to read only a sample of a long recording.
public struct Sampling: Sendable {
  /// Bytes that are handed over from the blocks that are kept, about.
  public var most: Int
  /// Which blocks are kept.
  public var sample: BlockSample

  public init(most: Int, sample: BlockSample = BlockSample()) {
    self.most = most
    self.sample = sample
  }
}
