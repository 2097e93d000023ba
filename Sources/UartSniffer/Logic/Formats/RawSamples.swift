public import CaptureFiles

/// Raw samples of a logic analyser: `unit` bytes a sample, channel n in bit n, low byte first.
///
/// This is what `sigrok-cli -O binary` writes. The format says nothing of itself, so the rate must be given and
/// nothing recognises it.
public struct RawSamples: EdgeSource {
  public let name: String
  public let channels: [String]
  public let clock: SampleClock
  public var sample: Int64? { clock.resolution }
  public var reached: Int64 { scanner.position }
  public var origin: Int64? { nil }

  private var stream: any ByteStream
  private var scanner: SampleScanner

  /// Samples from a stream at `rate` a second; `unit` is 1 to 8 bytes a sample.
  public init(_ stream: any ByteStream, rate: Int64, unit: Int = 1, channels: Int = 8) throws(InputError) {
    guard let clock = SampleClock(rate: rate) else {
      throw InputError(stream.name, "a sample rate of \(rate) Hz is not possible", remedy: "give it as in --logic 8MHz")
    }
    guard let scanner = SampleScanner(unit: unit, channels: channels) else {
      throw InputError(stream.name, "\(unit) bytes a sample for \(channels) channels are not possible")
    }
    self.stream = stream
    self.clock = clock
    self.scanner = scanner
    name = lastPathComponent(stream.name)
    self.channels = (0..<channels).map { "channel \($0)" }
  }

  /// Samples from the file at `path`.
  public init(path: String, rate: Int64, unit: Int = 1, channels: Int = 8) throws(InputError) {
    try self.init(try FileStream(path: path), rate: rate, unit: unit, channels: channels)
  }

  public mutating func next(into edges: inout [Edge]) throws(InputError) -> Bool {
    while !scanner.hasMore {
      guard try scanner.fill(from: &stream) else {
        guard !scanner.hasPart else { throw InputError(stream.name, "ends inside a sample") }
        return false
      }
    }
    scanner.scan(into: &edges)
    return true
  }
}
