/// Which part of a long recording stands for all of it: every block of time at first, then every second one, and so on,
/// so that what is kept stays below a limit. What is looked at later in detail is thinned by the same rule.
public struct BlockSample: Hashable, Sendable {
  /// Length of the blocks that are kept or left out together; nanoseconds.
  public static let block: Int64 = 64_000_000_000

  /// One block in so many is kept; a power of two.
  public private(set) var stride: Int64 = 1

  private static let mostStride: Int64 = 1 << 20

  public init() {}

  /// Whether there is no thinner sample.
  public var isThinnest: Bool { stride >= Self.mostStride }

  /// Leaves out every second one of the blocks that are still kept.
  public mutating func thin() { if !isThinnest { stride *= 2 } }

  /// Whether what was at this time is kept; absolute nanoseconds.
  @inline(__always)
  public func keeps(_ time: Int64) -> Bool { stride == 1 || (time / Self.block) & (stride - 1) == 0 }

  /// When the next kept block begins, for a time that is not kept; absolute nanoseconds.
  func nextKept(after time: Int64) -> Int64 {
    let step = Self.block * stride
    return (time / step + 1) * step
  }

  /// What is kept of a range, in order; absolute nanoseconds.
  public func kept(of range: ClosedRange<Int64>) -> [ClosedRange<Int64>] {
    guard stride > 1 else { return [range] }
    let step = Self.block * stride
    return Swift.stride(from: range.lowerBound / step * step, through: range.upperBound, by: Int(step)).compactMap {
      let low = max($0, range.lowerBound), high = min($0 + Self.block, range.upperBound)
      return low < high ? low...high : nil
    }
  }
}
