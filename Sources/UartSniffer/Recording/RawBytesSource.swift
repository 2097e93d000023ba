public import CaptureFiles
public import NinebotBus

/// Raw bytes: one tap, no times.
public struct RawBytesSource: RecordedSource {
  public let taps: [Tap]
  public var origin: Int64? { nil }
  private var stream: any ByteStream
  /// Bytes of one chunk, at most.
  private let piece = 1 << 16

  public init(_ stream: any ByteStream, baud: Baud? = nil) {
    self.stream = stream
    taps = [Tap(name: "bus0", detail: stream.name, baud: baud, quality: .none)]
  }

  public mutating func next() throws(InputError) -> ByteChunk? {
    var chunk = ByteChunk()
    let got = try stream.read(upTo: piece, into: &chunk.bytes)
    return got == 0 ? nil : chunk
  }
}
