/// Which bits of a message changed and when, as cansniffer marks them.
public struct ChangeMarks: Hashable, Sendable {
  /// Bits that differed the last time that the byte differed.
  private var bits: [UInt8] = []
  /// When that was, in nanoseconds.
  private var times: [Int64] = []
  /// When any byte last changed; nil while none did.
  public private(set) var latest: Int64?

  /// Nanoseconds that a mark stays: long enough to see, short enough to tell steady bytes from busy ones.
  public static let hold: Int64 = 1_500_000_000

  public init() {}

  /// Compares a message with the one before it. Another length starts anew, without marks.
  public mutating func compare(_ before: [UInt8], _ now: Span<UInt8>, at time: Int64) {
    guard before.count == now.count else {
      bits = []
      times = []
      return
    }
    for index in 0..<now.count {
      let difference = before[index] ^ now[index]
      guard difference != 0 else { continue }
      if bits.isEmpty {
        bits = [UInt8](repeating: 0, count: now.count)
        times = [Int64](repeating: 0, count: now.count)
      }
      // Bits that change in turn stay marked together.
      bits[index] = time - times[index] < Self.hold ? bits[index] | difference : difference
      times[index] = time
      latest = time
    }
  }

  /// The bits of byte `index` that changed not longer ago than `hold` before `now`.
  public func marked(_ index: Int, at now: Int64) -> UInt8 {
    guard index < bits.count, bits[index] != 0, now - times[index] <= Self.hold else { return 0 }
    return bits[index]
  }
}
