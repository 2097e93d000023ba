import NinebotBus
import UartSniffer

/// Frames put on a wire one by one, at times and with pauses that a test wants.
struct ScriptedBus {
  private var bytes: [UInt8] = []
  private var times: [ByteTime] = []
  /// Nanoseconds by which a byte's time may be off.
  private static let error: Int64 = 500

  /// Sends a frame; times and `pitch`, from start bit to start bit, in nanoseconds. Returns when its last byte ended.
  @discardableResult
  mutating func send(
    _ address: Frame.Address, _ command: UInt8, _ argument: UInt8, _ payload: [UInt8] = [], at time: Int64, pitch: Int64
  ) throws -> Int64 {
    let frame = try Frame(address: address, command: command, argument: argument, payload: payload).encoded()
    bytes += frame
    times += frame.indices.map { ByteTime(start: TimeBounds(time + Int64($0) * pitch, error: Self.error)) }
    return time + Int64(frame.count - 1) * pitch + Baud.standard.duration(bytes: 1)
  }

  /// What was sent, as a recording.
  func recorded(hasTimes: Bool = true) -> some RecordedSource {
    Recorded(
      taps: [Tap(name: "bus0", detail: "", baud: .standard, quality: hasTimes ? .bytes(error: Self.error) : .none)],
      chunk: ByteChunk(bytes: bytes, times: hasTimes ? times : []))
  }

  private struct Recorded: RecordedSource {
    let taps: [Tap]
    var chunk: ByteChunk?
    var origin: Int64? { nil }
    mutating func next() -> ByteChunk? { chunk.take() }
  }
}
