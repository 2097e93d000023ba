import NinebotBus

/// The frame decoder: every byte is in one event, and the sound frames are those of a simple reference.
enum DecoderTarget: FuzzTarget {
  static let name = "decoder"

  /// The first byte says how the rest is cut into pieces and whether bytes have times.
  static func test(_ input: [UInt8]) {
    guard let control = input.first else { return }
    let bytes = Array(input.dropFirst())
    let step = Int(control & 0x3F) + 1
    if control & 0x80 == 0 {
      check(bytes, step: step, times: nil, frames: reference(bytes))
    } else {
      // Back to back, so that no pause ends a frame and the reference holds here too.
      let times = bytes.indices.map { ByteTime(start: TimeBounds(Int64($0) * 86_806)) }
      check(bytes, step: step, times: times, frames: reference(bytes))
      pausing(bytes, step: step)
    }
  }

  private static func check(_ bytes: [UInt8], step: Int, times: [ByteTime]?, frames: [[UInt8]]?) {
    var decoder = FrameDecoder()
    var seen: [UInt8] = []
    var sound: [[UInt8]] = []
    func collect() {
      for event in decoder.events {
        require(event.position == seen.count, "events follow each other without a gap")
        require(event.count > 0, "an event has bytes")
        let part = Array(decoder.buffer[event.range])
        seen += part
        if event.checksumHolds { sound.append(part) }
      }
    }
    for start in stride(from: 0, to: bytes.count, by: step) {
      let range = start..<min(bytes.count, start + step)
      if let times {
        decoder.push(bytes.span.extracting(range), times: times.span.extracting(range))
      } else {
        decoder.push(bytes.span.extracting(range))
      }
      collect()
    }
    decoder.finish()
    collect()
    require(seen == bytes, "every byte comes out once, in order")
    if let frames { require(sound == frames, "the sound frames are those of the reference") }
  }

  /// Times drawn from the bytes themselves, going on by anything up to 16 ms: only completeness can be asked for.
  private static func pausing(_ bytes: [UInt8], step: Int) {
    var now: Int64 = 0
    let times = bytes.map { byte in
      now += Int64(byte) * 65_536
      return ByteTime(start: TimeBounds(now, error: Int64(byte & 7) * 1000), fault: byte == 0 ? .framing : .none)
    }
    check(bytes, step: step, times: times, frames: nil)
  }

  /// Found the slow and obvious way (protocol.md 1.1).
  private static func reference(_ bytes: [UInt8]) -> [[UInt8]] {
    var found: [[UInt8]] = []
    var index = 0
    while index < bytes.count {
      if let frame = frame(at: index, in: bytes) {
        found.append(frame)
        index += frame.count
      } else {
        index += 1
      }
    }
    return found
  }

  private static func frame(at index: Int, in bytes: [UInt8]) -> [UInt8]? {
    guard index + 2 < bytes.count else { return nil }
    let length = Int(bytes[index + 2])
    let overheads: [Int] =
      switch (bytes[index], bytes[index + 1]) {
      case (0x55, 0xAA) where length >= 2: [6]
      case (0x55, 0xAB) where length >= 2: [16, 10]
      case (0x5A, 0xA5): [9]
      default: []
      }
    for overhead in overheads where index + length + overhead <= bytes.count {
      let frame = Array(bytes[index..<(index + length + overhead)])
      let sum = frame[2..<(frame.count - 2)].reduce(0) { $0 + Int($1) }
      if Int(frame[frame.count - 2]) | Int(frame[frame.count - 1]) << 8 == ~sum & 0xFFFF { return frame }
    }
    return nil
  }
}
