internal import CaptureFiles

/// A packet of a log file, its bytes in the reader's window.
struct LogPacket: Sendable {
  var packet: HciPacket
  var range: Range<Int>
}

/// Reads the packets of one log format. Bytes are valid until the next packet is read.
protocol LogReader: Sendable {
  /// The next packet, or nil at the end. What is whole is returned before a defect is thrown.
  mutating func next() throws(InputError) -> LogPacket?
  /// What ranges point into.
  var bytes: [UInt8] { get }
}

/// btsnoop version 1, as Android, BlueZ and others write it (RFC 1761's snoop with other link types; BlueZ
/// doc/btsnoop-protocol.rst).
struct BtsnoopReader: LogReader {
  /// What packets hold.
  enum DataLink: UInt32, Hashable, Sendable {
    /// HCI packets whose kind is in the flags.
    case hci = 1001
    /// H4: the first byte tells the kind.
    case h4 = 1002
    /// Linux' monitor channel: the flags hold opcode and adapter.
    case monitor = 2001
  }

  static let magic: [UInt8] = Array("btsnoop\0".utf8)
  /// Microseconds from year 0 to 1970.
  static let epoch: Int64 = 0x00DC_DDB3_0F2F_8000
  /// HCI packets have at most 64 KiB and some bytes.
  static let longestPacket = 1 << 20

  private var window: InputWindow
  private var link: DataLink?

  init(_ window: InputWindow) { self.window = window }

  static func recognises(_ prefix: [UInt8]) -> Bool { prefix.starts(with: magic) }

  var bytes: [UInt8] { window.bytes }

  mutating func next() throws(InputError) -> LogPacket? {
    if link == nil { link = try header() }
    guard try window.fill(24) else {
      guard window.available > 0 else { return nil }
      throw window.brokenOff()
    }
    let position = window.position
    // Only here: a span of the window's bytes must not live when the window is filled again.
    let (captured, flags, stamp) = Self.record(window.bytes.span, position)
    guard captured <= Self.longestPacket else {
      throw InputError(
        window.name, "is damaged at byte \(window.offset): a packet claims \(captured) bytes",
        remedy: "everything before that was read")
    }
    guard try window.fill(24 + captured) else { throw window.brokenOff() }
    let start = window.position + 24
    window.take(24 + captured)
    let time = Self.unixTime(stamp)
    return classify(start..<(start + captured), flags: flags, time: time)
  }

  @inline(__always)
  private static func record(_ bytes: Span<UInt8>, _ position: Int) -> (captured: Int, flags: UInt32, stamp: UInt64) {
    (Int(bytes.u32BE(position + 4)), bytes.u32BE(position + 8), bytes.u64BE(position + 16))
  }

  /// Unix nanoseconds; 0 for times that no clock shows.
  private static func unixTime(_ stamp: UInt64) -> Int64 {
    let (micros, overflow) = Int64(bitPattern: stamp).subtractingReportingOverflow(epoch)
    // Half of what fits, so that differences fit too.
    guard !overflow, (0..<(Int64.max / 2000)).contains(micros) else { return 0 }
    return micros * 1000
  }

  private func classify(_ range: Range<Int>, flags: UInt32, time: Int64) -> LogPacket {
    let isSent = flags & 1 == 0
    switch link {
    case .h4:
      guard let type = range.isEmpty ? nil : window.bytes[range.lowerBound] else { break }
      return LogPacket(
        packet: HciPacket(HciPacket.h4(type), time: time, isSent: isSent),
        range: (range.lowerBound + 1)..<range.upperBound)
    case .hci:
      let kind: HciPacket.Kind = flags & 2 == 0 ? .acl : isSent ? .command : .event
      return LogPacket(packet: HciPacket(kind, time: time, isSent: isSent), range: range)
    case .monitor:
      let (kind, isSent) = HciPacket.monitor(UInt16(truncatingIfNeeded: flags))
      let adapter = UInt16(truncatingIfNeeded: flags >> 16)
      return LogPacket(packet: HciPacket(kind, time: time, isSent: isSent, adapter: adapter), range: range)
    case nil: break
    }
    return LogPacket(packet: HciPacket(.other, time: time, isSent: nil), range: range)
  }

  private mutating func header() throws(InputError) -> DataLink {
    guard try window.fill(16) else { throw window.brokenOff() }
    let position = window.position
    let number = window.bytes.span.u32BE(position + 12)
    let version = window.bytes.span.u32BE(position + 8)
    guard version == 1 else { throw InputError(window.name, "is btsnoop version \(version); version 1 can be read") }
    guard let link = DataLink(rawValue: number) else {
      throw InputError(
        window.name, "holds packets of data link \(number)",
        remedy: "record HCI (1001), H4 (1002) or the Linux monitor (2001)")
    }
    window.take(16)
    return link
  }
}

extension InputWindow {
  /// The stream ends in the middle of something.
  func brokenOff() -> InputError {
    InputError(
      name, "breaks off at byte \(offset + UInt64(available)), in the middle of a packet",
      remedy: "everything before byte \(offset) was read")
  }
}
