/// Passing over long stretches of time, which need not be read where a file can be read from anywhere.
extension PacketReader {
  /// Passes over packets whose time is in a range, Unix nanoseconds, or over some of them: those that are there one by one,
  /// then in leaps, which stop short of its end. Of packets that are in order of time, none behind the range is lost.
  ///
  /// What else stands between the packets, such as a new section, is leapt over too: this is for samples.
  public mutating func skip(timesIn range: Range<Int64>) throws(InputError) {
    var end = window.position
    while let block = usualRange(end), let time = time(ofEnhanced: block.lowerBound), range.contains(time) {
      end = block.upperBound
    }
    window.take(end - window.position)
    if window.offset >= leapsFrom, try isInsidePacket() { try leap(over: range) }
  }

  /// Whether the bytes that are there end inside an enhanced packet, or at its begin.
  private mutating func isInsidePacket() throws(InputError) -> Bool {
    guard usualRange(window.position) == nil, window.length != nil, try window.fill(8) else { return false }
    let bytes = window.bytes.span
    return order.u32(bytes, window.position) == BlockType.enhancedPacket
      && Int(order.u32(bytes, window.position + 4)) > window.available
  }

  /// Goes on at a packet of the range that is near the last one, if there is one a leap away.
  private mutating func leap(over range: Range<Int64>) throws(InputError) {
    guard var high = window.length else { return }
    var low = window.offset
    // Each leap is twice as long as the one before; then the last one is halved.
    var step = Self.leap
    while low + step < high {
      if let place = try packet(near: low + step, timesIn: range) { low = place } else { high = low + step }
      step *= 2
    }
    while high - low > Self.leap {
      let middle = low + (high - low) / 2
      if let place = try packet(near: middle, timesIn: range), place < high { low = place } else { high = middle }
    }
    leapsFrom = high
    try window.seek(to: low)
  }

  /// Less is not worth a leap; bytes.
  private static let leap: UInt64 = 1 << 20
  /// What a packet is looked for in; bytes.
  private static let sight = 1 << 18
  /// What looks like so many packets in a row are packets.
  private static let row = 8

  /// Where the first packet at a place of the file or behind it begins; nil where none is found, or its time is not in
  /// the range.
  private mutating func packet(near offset: UInt64, timesIn range: Range<Int64>) throws(InputError) -> UInt64? {
    // Blocks are made of whole words.
    try window.seek(to: offset & ~3)
    _ = try window.fill(Self.sight)
    let start = stride(from: window.position, to: window.bytes.count, by: 4).first { isRow($0) }
    guard let start, let time = time(ofEnhanced: start), range.contains(time) else { return nil }
    return window.offset + UInt64(start - window.position)
  }

  private func isRow(_ start: Int) -> Bool {
    var end = start
    for _ in 0..<Self.row {
      guard let block = usualRange(end), time(ofEnhanced: block.lowerBound) != nil else { return false }
      end = block.upperBound
    }
    return true
  }
}
