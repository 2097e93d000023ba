public import CaptureFiles
public import NinebotBus

/// Writes the bytes of one tap and nothing else.
public struct RawRecorder<Sink: ByteSink>: Recorder {
  /// Where the bytes go.
  public private(set) var sink: Sink
  private var pending: [UInt8] = []
  private var hasTap = false

  public init(_ sink: Sink) { self.sink = sink }

  public mutating func add(_ tap: Tap) throws(OutputError) -> Int {
    guard !hasTap else {
      throw .failed(InputError(sink.name, "raw bytes hold one tap only", remedy: "write .pcapng for several"))
    }
    hasTap = true
    return 0
  }

  public mutating func record(
    _ event: BusEvent, _ bytes: Span<UInt8>, tap: Int, direction: LineDirection
  ) throws(OutputError) {
    bytes.withUnsafeBufferPointer { pending.append(contentsOf: $0) }
    if pending.count >= RecorderLimit.pending { try flush() }
  }

  public mutating func flush() throws(OutputError) { try sink.drain(&pending) }
}
