import NinebotBus

/// What a logic analyser records of a saturated line: one channel, one byte a sample.
struct LogicSamples {
  static let rate: Int64 = 24_000_000
  let samples: [UInt8]
  let bytes: Int
  /// Seconds that were recorded.
  var seconds: Double { Double(samples.count) / Double(Self.rate) }

  /// Sends the bytes back to back at 115200 8N1.
  init(of bytes: some Collection<UInt8>) {
    let bit = Double(Self.rate) / Double(Baud.standard.rate)
    var samples: [UInt8] = []
    samples.reserveCapacity(Int(Double(bytes.count * 10 + 10) * bit) + 1)
    // Idle for a byte at first: a start bit is an edge.
    var sent = 10
    samples.append(contentsOf: repeatElement(1, count: Int(Double(sent) * bit)))
    for byte in bytes {
      // Start bit, eight data bits from the lowest on, stop bit.
      let bits = UInt16(byte) << 1 | 0x200
      for place in UInt16(0)..<10 {
        sent += 1
        let end = Int(Double(sent) * bit)
        samples.append(contentsOf: repeatElement(UInt8(bits >> place & 1), count: end - samples.count))
      }
    }
    self.samples = samples
    self.bytes = bytes.count
  }
}
