import NinebotBus

/// The sound frames of a stream, found the slow and obvious way: what FrameDecoder is held against.
enum ReferenceDecoder {
  static func frames(in bytes: [UInt8]) -> [[UInt8]] {
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
    let (length, overheads): (Int, [Int]) =
      switch (bytes[index], bytes[index + 1]) {
      case (0x55, 0xAA) where bytes[index + 2] >= 2: (Int(bytes[index + 2]), [6])
      case (0x55, 0xAB) where bytes[index + 2] >= 2: (Int(bytes[index + 2]), [16, 10])
      case (0x5A, 0xA5): (Int(bytes[index + 2]), [9])
      default: (0, [])
      }
    for overhead in overheads where index + length + overhead <= bytes.count {
      let frame = Array(bytes[index..<(index + length + overhead)])
      let sum = frame[2..<(frame.count - 2)].reduce(0) { $0 + Int($1) } & 0xFFFF
      let check = 0xFFFF ^ sum
      if Int(frame[frame.count - 2]) | Int(frame[frame.count - 1]) << 8 == check { return frame }
    }
    return nil
  }
}
