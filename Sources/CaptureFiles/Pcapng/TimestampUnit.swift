/// The clock of one interface: what its 64-bit time stamps count (pcapng specification, `if_tsresol`, `if_tsoffset`).
struct TimestampUnit: Hashable, Sendable {
  private enum Scale: Hashable, Sendable {
    case multiply(UInt64)
    case divide(UInt64)
    /// Units of 2^-n seconds.
    case binary(Int)
  }

  private let scale: Scale
  private let offset: Int64

  /// Times outside 1970 to 2116 are held at the border, so that sums and differences of them stay in range.
  static let range: ClosedRange<Int64> = 0...(1 << 62)

  /// `code` is `if_tsresol`: a power of ten, or of two with the top bit set. `offset` is in seconds.
  init(code: UInt8 = 6, offset: Int64 = 0) {
    let power = Int(code & 0x7F)
    if code & 0x80 != 0 {
      scale = .binary(power)
    } else if power <= 9 {
      scale = .multiply(TimestampUnit.ten(9 - power))
    } else {
      scale = .divide(TimestampUnit.ten(power - 9))
    }
    let (product, overflow) = offset.multipliedReportingOverflow(by: 1_000_000_000)
    self.offset = overflow ? (offset < 0 ? -TimestampUnit.range.upperBound : TimestampUnit.range.upperBound) : product
  }

  /// Nanoseconds of one unit, at least 1.
  var resolution: Int64 {
    switch scale {
    case .multiply(let factor): Int64(clamping: factor)
    case .divide: 1
    case .binary(let power): power >= 30 ? 1 : 1_000_000_000 >> Int64(power)
    }
  }

  /// Unix time in nanoseconds, held inside `range`.
  @inline(__always)
  func nanoseconds(_ stamp: UInt64) -> Int64 {
    var time: Int64
    switch scale {
    case .multiply(let factor):
      let (product, overflow) = stamp.multipliedReportingOverflow(by: factor)
      time = overflow ? .max : Int64(clamping: product)
    case .divide(let divisor):
      time = Int64(clamping: stamp / divisor)
    case .binary(let power):
      time = Int64(clamping: (UInt128(stamp) * 1_000_000_000) >> UInt128(power))
    }
    if offset != 0 {
      let (sum, overflow) = time.addingReportingOverflow(offset)
      time = overflow ? .max : sum
    }
    return min(max(time, TimestampUnit.range.lowerBound), TimestampUnit.range.upperBound)
  }

  private static func ten(_ power: Int) -> UInt64 {
    // 10^19 is the last that fits; finer clocks than that count nothing in 64 bits.
    (0..<min(power, 19)).reduce(1) { value, _ in value * 10 }
  }
}
