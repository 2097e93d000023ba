/// What the machine itself can do: finds 55AA frames and adds up their checksums, and keeps nothing but a count.
func bareScan(_ bytes: [UInt8]) -> Int {
  bytes.withUnsafeBufferPointer { buffer in
    var frames = 0
    var index = 0
    while index + 8 <= buffer.count {
      guard buffer[index] == 0x55, buffer[index + 1] == 0xAA else {
        index += 1
        continue
      }
      let end = index + Int(buffer[index + 2]) + 6
      guard end <= buffer.count else { break }
      var sum: UInt32 = 0
      for position in (index + 2)..<(end - 2) { sum &+= UInt32(buffer[position]) }
      let check = ~UInt16(truncatingIfNeeded: sum)
      if buffer[end - 2] == UInt8(truncatingIfNeeded: check), buffer[end - 1] == UInt8(check >> 8) {
        frames += 1
        index = end
      } else {
        index += 1
      }
    }
    return frames
  }
}

/// The same for samples: counts those that differ from the one before.
func bareSampleScan(_ samples: [UInt8]) -> Int {
  samples.withUnsafeBufferPointer { buffer in
    var changes = 0
    for index in 1..<max(1, buffer.count) where buffer[index] != buffer[index - 1] { changes += 1 }
    return changes
  }
}
